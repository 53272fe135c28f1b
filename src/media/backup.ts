import type { Sql } from '../platform/mysql.ts'
import { originalFile, renditionsOf, typeOfFile } from './files.ts'
import { reserve, standingOf } from './mark.ts'
import type { Reserved, Standing } from './mark.ts'
import { findInstallation, ownInstallation } from './mark-store.ts'
import type { Installation } from './mark-store.ts'
import type { Storage, StoredFile } from './storage.ts'
import { countShown, markLost, markRendered, picturesByName, shownAmong } from './store.ts'
import type { Picture } from './store.ts'

export type { Reserved } from './mark.ts'
export type { Installation } from './mark-store.ts'
export type { StoredFile } from './storage.ts'

/** A picture and the files that it cannot do without; where these are gone, those that may have been made of them since. */
export interface NeededFiles {
  name: string
  files: StoredFile[]
  orElse: StoredFile[] | undefined
}

/** The files of all pictures, for a backup and a restore: whatever they are kept in. */
export interface PictureFiles {
  /** What the pictures of this database need, in portions, in the order of their names. */
  needed(sql: Sql): AsyncGenerator<NeededFiles[]>
  /** How many these are. */
  count(sql: Sql): Promise<number>
  /** Of these names, those of pictures that still need files. */
  stillNeeded(sql: Sql, names: readonly string[]): Promise<string[]>
  /**
   * Of these pictures, the names of those of which a file is gone, also by what they have become since. By lists of the storage: no
   * file is read, and a bucket with many pictures is asked far less often than for each of them.
   */
  lacking(pictures: readonly NeededFiles[]): Promise<string[]>
  /** Undefined when there is no such file. */
  get(file: StoredFile): Promise<Buffer | undefined>
  put(file: StoredFile, bytes: Buffer): Promise<void>
  /** Whose the files of this database are. */
  installation(sql: Sql): Promise<Installation>
  /**
   * Takes an empty storage for that installation; what it was until then. One that is of another is left alone, but where that is
   * the installation of this database, which is about to be cleared.
   */
  reserve(sql: Sql, installation: Installation): Promise<Reserved>
  /** How the storage stands to this database. */
  standing(sql: Sql): Promise<Standing>
  /** Writes down of which pictures the files are further than the rows, and of which there are none. */
  settle(trx: Sql, pictures: { rendered: readonly string[]; lost: readonly string[] }): Promise<void>
  close(): void
}

const picturesAtOnce = 500

export function createPictureFiles(storage: Storage, unusedHours: number): PictureFiles {
  return {
    async *needed(sql) {
      for (let after = ''; ;) {
        const pictures = await picturesByName(sql, after, picturesAtOnce)
        const last = pictures.at(-1)
        if (last === undefined) return
        yield pictures.map(filesNeeded)
        after = last.name
      }
    },
    count: countShown,
    stillNeeded: shownAmong,
    lacking: (pictures) => lackingIn(storage, pictures),
    get: (file) => storage.get(file),
    put: (file, bytes) => storage.put(file, { bytes, type: typeOfFile(file.name) }),
    installation: ownInstallation,
    async reserve(sql, installation) {
      const replaced = await findInstallation(sql)
      return reserve(storage, installation, replaced?.installation)
    },
    standing: (sql) => standingOf({ sql, storage }),
    async settle(trx, { rendered, lost }) {
      await markRendered(trx, rendered, unusedHours)
      await markLost(trx, lost, unusedHours)
    },
    close: () => storage.close(),
  }
}

async function lackingIn(storage: Storage, pictures: readonly NeededFiles[]): Promise<string[]> {
  const lacking: string[] = []
  for (const [beginning, some] of Map.groupBy(pictures, ({ name }) => name.slice(0, 2))) {
    // Originals first: one that is gone by then is gone because its renditions are there.
    const originals = some.some(({ orElse }) => orElse !== undefined) ? await storage.list('private', beginning) : []
    const there = {
      private: new Set(originals.map(({ name }) => name)),
      public: new Set((await storage.list('public', beginning)).map(({ name }) => name)),
    }
    const hasAll = (files: StoredFile[]): boolean => files.every(({ shelf, name }) => there[shelf].has(name))
    for (const { name, files, orElse } of some) {
      if (!hasAll(files) && (orElse === undefined || !hasAll(orElse))) lacking.push(name)
    }
  }
  return lacking
}

/** Originals of what is rendered already are about to be removed, with all that cameras write into pictures: they are not copied. */
function filesNeeded({ name, state }: Picture): NeededFiles {
  const renditions = renditionsOf(name)
  return state === 'ready'
    ? { name, files: renditions, orElse: undefined }
    : { name, files: [originalFile(name)], orElse: renditions }
}
