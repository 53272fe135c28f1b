import type { Config } from '../../config.ts'
import { allTranscripts, storeAllRooms } from '../../ledger/index.ts'
import type { StoringParts } from '../../ledger/index.ts'
import type { PictureFiles } from '../../media/index.ts'
import { migrationNames, underLock } from '../../migrations/index.ts'
import type { Sql } from '../../platform/mysql.ts'
import { inSnapshot } from '../../platform/mysql-rows.ts'
import { isOutage } from '../../platform/outage.ts'
import { CannotStart } from '../../platform/start.ts'
import type { Copying } from './copying.ts'
import { databaseFacts, estimatedRows, nextNumber, rowsOf, tableShapes } from './dump-store.ts'
import { Earlier } from './earlier.ts'
import { FileList } from './file-list.ts'
import { ownVersion, writeManifest } from './manifest.ts'
import type { Manifest, TableFacts } from './manifest.ts'
import type { BackupOptions } from './options.ts'
import { requireOwnSchema } from './own-schema.ts'
import { bringPictures, listPictures } from './pictures.ts'
import type { Progress } from './progress.ts'
import { tableFile, writeTable } from './table-file.ts'
import { beginIn, finishIn, reasonOfEnd, tidy } from './target.ts'
import { copyTranscripts } from './transcripts.ts'

export interface BackupParts {
  config: Config
  /** A pool for everything but the rows. */
  sql: Sql
  /** A pool of one connection, on which they are read as they are at one moment. */
  snapshots: Sql
  storing: StoringParts
  pictures: PictureFiles
  progress: Progress
}

export interface Taken {
  manifest: Manifest
  /** Paths of files of the earlier backup that are not what was written there; this one has them anew. */
  damagedBefore: string[]
  /** Names of transcripts and pictures that it has from the earlier backup alone: the installation no longer has them. */
  goneHere: string[]
  /** Names of transcripts that the installation cannot read, each with what the system says of it. */
  unreadable: { name: string; code: string }[]
}

/** Of the tables themselves; a restore makes them. */
const recordTables = new Set(['migrations', 'under_way'])

/**
 * Takes a backup of an installation that may run. First what rooms have buffered is stored, then everything is read as it is at one
 * moment: so whatever was acknowledged before is in the rows, and Redis has nothing that a backup needs. Files are copied before and after
 * that moment. Errors: `BadArguments`, `CannotStart`, `DamagedBackup` of the earlier one, `DiskIsFull`.
 */
export async function takeBackup(parts: BackupParts, { to, after }: BackupOptions): Promise<Taken> {
  const earlier = after === undefined ? undefined : await Earlier.open(after)
  return underLock(parts.sql, async () => {
    await requireOwnSchema(parts.sql)
    await beginIn(to)
    return fill(parts, to, earlier).catch((error: unknown) => {
      throw reasonOfEnd(error, to)
    })
  })
}

async function fill(parts: BackupParts, to: string, earlier: Earlier | undefined): Promise<Taken> {
  const [damagedBefore, goneHere, unreadable]: [string[], string[], Taken['unreadable']] = [[], [], []]
  const copying: Copying = {
    ...{ folder: to, earlier },
    onFile: () => parts.progress.done(1),
    onDamaged: (file) => damagedBefore.push(file),
    onGoneHere: (name) => goneHere.push(name),
    onUnreadable: (name, code) => unreadable.push({ name, code }),
  }
  parts.progress.begin('pictures', await parts.pictures.count(parts.sql), 0)
  await bringPictures(parts.pictures, parts.sql, copying)
  const { now: keeps } = await databaseFacts(parts.sql)
  await storeRooms(parts)
  const manifest = await inSnapshot(parts.snapshots, (snapshot) => readAll(parts, snapshot, copying, keeps))
  await finishIn(to)
  await writeManifest(to, manifest)
  await tidy(to)
  return { manifest, damagedBefore, goneHere, unreadable }
}

async function storeRooms({ storing }: BackupParts): Promise<void> {
  try {
    await storeAllRooms(storing)
  } catch (error) {
    if (!isOutage(error)) throw error
    throw new CannotStart(
      'What rooms have buffered could not be stored: MySQL or Redis did not answer. A backup without it would lack what was acknowledged last.',
      { cause: error },
    )
  }
}

async function readAll(parts: BackupParts, snapshot: Sql, copying: Copying, keeps: Date): Promise<Manifest> {
  const list = new FileList(copying.folder)
  const { now: takenAt, version: server } = await databaseFacts(snapshot)
  const tables = await writeTables(parts, snapshot, copying.folder, list)
  parts.progress.begin('files', await parts.pictures.count(snapshot), 0)
  const names = allTranscripts(snapshot)
  const transcripts = await copyTranscripts(names, { from: parts.config.TRANSCRIPTS_FOLDER, list, copying })
  const pictures = await listPictures(parts.pictures, { snapshot, sql: parts.sql, list, copying })
  const installation = await parts.pictures.installation(snapshot)
  return {
    type: 'madang.backup.v1',
    madang: ownVersion(),
    keeps: keeps.toISOString(),
    takenAt: takenAt.toISOString(),
    finishedAt: new Date().toISOString(),
    database: { server, migrations: [...migrationNames], tables },
    pictures: { ...installation, ...pictures },
    transcripts,
    files: await list.finish(),
  }
}

async function writeTables(parts: BackupParts, snapshot: Sql, folder: string, list: FileList): Promise<TableFacts[]> {
  const tables: TableFacts[] = []
  parts.progress.begin('rows', await estimatedRows(snapshot), 0)
  for (const shape of await tableShapes(snapshot)) {
    if (recordTables.has(shape.name)) continue
    const { rows, file } = await writeTable(folder, shape.name, rowsOf(snapshot, shape), (count) =>
      parts.progress.done(count),
    )
    await list.add(tableFile(shape.name), file)
    const next = await nextNumber(snapshot, shape.name)
    const columns = shape.columns.map(({ name }) => name)
    tables.push({ name: shape.name, columns, ...rows, ...(next === undefined ? {} : { next }) })
  }
  return tables
}
