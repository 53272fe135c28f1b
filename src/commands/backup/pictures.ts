import { rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { PictureFiles, StoredFile } from '../../media/index.ts'
import type { Sql } from '../../platform/mysql.ts'
import { eachOf } from './at-once.ts'
import type { Copying } from './copying.ts'
import type { FileList } from './file-list.ts'
import type { Manifest } from './manifest.ts'
import { pathOfPicture } from './picture-path.ts'
import { factsOf, isThere, writeFile } from './written-file.ts'
import type { FileFacts } from './written-file.ts'

const filesAtOnce = 8

/**
 * Copies what is not there yet. It is done twice: before the rows are read, since what they name may be removed while they are; and by the
 * rows that were read, for what has come in between.
 */
export async function bringPictures(pictures: PictureFiles, sql: Sql, copying: Copying): Promise<void> {
  await eachOf(pictures.needed(sql), filesAtOnce, async ({ files, orElse }) => {
    // One that is about to be rendered has an original that is about to go.
    if (orElse === undefined) await bringAll(pictures, files, copying)
    copying.onFile()
  })
}

async function bringAll(pictures: PictureFiles, files: readonly StoredFile[], copying: Copying): Promise<void> {
  for (const file of files) if (!(await bringPicture(pictures, file, copying))) return
}

/** Whether it is in the folder now. */
async function bringPicture(pictures: PictureFiles, file: StoredFile, { folder, earlier }: Copying): Promise<boolean> {
  const name = pathOfPicture(file)
  if (await isThere(path.join(folder, name))) return true
  if ((await earlier?.take(name, folder)) === true) return true
  return (await copyPicture(pictures, file, folder)) !== undefined
}

/** Undefined when the installation has it not. */
async function copyPicture(pictures: PictureFiles, file: StoredFile, folder: string): Promise<FileFacts | undefined> {
  const bytes = await pictures.get(file)
  return bytes === undefined ? undefined : writeFile(folder, pathOfPicture(file), once(bytes))
}

type CopiedPictures = Pick<Manifest['pictures'], 'files' | 'rendered' | 'gone' | 'missing'>
type CopiedFile = FileFacts & { path: string }

/** By the rows of a backup: brings what is still missing, and lists everything. `sql` knows what has become of pictures since. */
export async function listPictures(
  pictures: PictureFiles,
  { snapshot, sql, list, copying }: { snapshot: Sql; sql: Sql; list: FileList; copying: Copying },
): Promise<CopiedPictures> {
  const copied: CopiedPictures = { files: 0, rendered: [], gone: [], missing: [] }
  for await (const needed of pictures.needed(snapshot)) {
    const before = await copying.earlier?.listed(needed.map(({ name }) => name))
    const reading = { pictures, copying, before }
    const lost: string[] = []
    const found = new Map<string, CopiedFile[]>()
    await eachOf(only(needed), filesAtOnce, async ({ name, files, orElse }) => {
      const whole = await readAll(reading, files)
      const rendered = whole === undefined && orElse !== undefined ? await readAll(reading, orElse) : undefined
      if (rendered !== undefined) copied.rendered.push(name)
      const all = whole ?? rendered
      if (all === undefined) lost.push(name)
      else found.set(name, all)
      copying.onFile()
    })
    const missing = await pictures.stillNeeded(sql, lost)
    copied.missing.push(...missing)
    copied.gone.push(...lost.filter((name) => !missing.includes(name)))
    const brought = needed.filter(({ name }) => found.has(name))
    const goneHere = await pictures.stillNeeded(sql, await pictures.lacking(brought))
    goneHere.forEach(copying.onGoneHere)
    const files = needed.flatMap(({ name }) => found.get(name) ?? [])
    for (const file of files) await list.add(file.path, file)
    copied.files += files.length
  }
  return copied
}

interface Reading {
  pictures: PictureFiles
  copying: Copying
  /** Path → SHA-256, as the earlier backup lists them. */
  before: ReadonlyMap<string, string> | undefined
}

/** What the folder holds of them now; undefined when one of them is missing. */
async function readAll(reading: Reading, files: readonly StoredFile[]): Promise<CopiedFile[] | undefined> {
  const found: CopiedFile[] = []
  for (const file of files) {
    const facts = await readPicture(reading, file)
    if (facts === undefined) return undefined
    found.push({ path: pathOfPicture(file), ...facts })
  }
  return found
}

/** A file that the folder shares with the earlier backup may have been damaged there, and is copied anew. */
async function readPicture({ pictures, copying, before }: Reading, file: StoredFile): Promise<FileFacts | undefined> {
  if (!(await bringPicture(pictures, file, copying))) return undefined
  const name = pathOfPicture(file)
  const target = path.join(copying.folder, name)
  const facts = await factsOf(target)
  const written = before?.get(name)
  if (facts !== undefined && (facts.sha256 === written || (await stat(target)).nlink === 1)) return facts
  if (written !== undefined) copying.onDamaged(name)
  await rm(target, { force: true })
  return copyPicture(pictures, file, copying.folder)
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

async function* only<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  yield items
}
