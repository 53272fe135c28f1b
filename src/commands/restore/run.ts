import path from 'node:path'
import type { Config } from '../../config.ts'
import { createDescriptions } from '../../chat/index.ts'
import { profilesIn } from '../../accounts/index.ts'
import { forgetTranscripts, goOnFromRows, hashOfTranscript, transcribeAnew } from '../../ledger/index.ts'
import { startStreamOver } from '../../live/index.ts'
import type { PictureFiles, Reserved } from '../../media/index.ts'
import { applyAmong, migrationNames, noteEnded, restoring, underLock } from '../../migrations/index.ts'
import { inTransaction } from '../../platform/mysql.ts'
import type { Sql } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { checkBackup, unknownMigrations, withoutThem } from '../backup/check.ts'
import type { Checked } from '../backup/check.ts'
import { DamagedBackup } from '../backup/manifest.ts'
import type { Manifest } from '../backup/manifest.ts'
import { pictureOf } from '../backup/picture-path.ts'
import type { Progress } from '../backup/progress.ts'
import { pathOfTranscript } from '../backup/transcripts.ts'
import { factsOf } from '../backup/written-file.ts'
import { restoreFiles } from './files.ts'
import { compareTables, loadTable, shapesFor, skipNumbers } from './load.ts'
import { CannotRestore, clearWay, requireEmptyRedis, requireNobodyRuns, requireWay } from './refusals.ts'

export interface RestoreParts {
  config: Config
  sql: Sql
  /** A pool of one connection, on which the rows are read back. */
  snapshots: Sql
  redis: Redis
  pictures: PictureFiles
  progress: Progress
}

export interface Restored {
  manifest: Manifest
  /** Migrations that the backup did not have yet. */
  migrated: string[]
  /** Paths of pictures and transcripts that are damaged in the backup, were not in their places, and could not be made again. */
  lostFiles: string[]
  /** Names of pictures and transcripts that the backup never had, and that rows still want. */
  missing: string[]
  /** Paths of transcripts that were written anew from their rows. */
  writtenAnew: string[]
  standing: Awaited<ReturnType<PictureFiles['standing']>>
}

/**
 * Makes the installation that a backup was taken of. Everything that could stop it is asked before anything is changed; from then on the
 * database says that a restore is under way, so that nothing starts on half of one, until the last step is done. Errors: `DamagedBackup`,
 * `CannotRestore`, `TablesAreLocked`.
 */
export async function restoreBackup(
  parts: RestoreParts,
  { from, allDataGoes, withoutDamaged }: { from: string; allDataGoes: boolean; withoutDamaged: boolean },
): Promise<Restored> {
  const { sql, redis, progress } = parts
  const { manifest, damagedFiles } = await requireWhole(from, progress, withoutDamaged)
  return underLock(sql, async (locked) => {
    await requireNobodyRuns(redis)
    await requireEmptyRedis(redis)
    await requireWay(locked, { allDataGoes })
    await reserveStorage(parts.pictures, locked, manifest)
    await clearWay(locked)
    progress.begin('files', manifest.files.count, 0)
    const notThere = await restoreFiles({
      ...{
        from,
        damaged: new Set(damagedFiles),
        pictures: parts.pictures,
        transcriptsFolder: parts.config.TRANSCRIPTS_FOLDER,
      },
      onFile: () => progress.done(1),
    })
    await fill(parts, locked, { from, manifest })
    const migrated = await applyAmong(locked, new Set(migrationNames))
    const transcripts = await bringTranscripts(parts, manifest, notThere)
    const writtenAnew = transcripts.written.map(pathOfTranscript)
    const lostFiles = notThere.filter((file) => !writtenAnew.includes(file))
    await goOn(parts, manifest, lostFiles)
    await noteEnded(locked, restoring)
    const neverHad = transcripts.lost.filter((name) => !lostFiles.includes(pathOfTranscript(name)))
    const missing = [...neverHad, ...manifest.pictures.missing]
    return { manifest, migrated, lostFiles, missing, writtenAnew, standing: await parts.pictures.standing(sql) }
  })
}

async function requireWhole(
  from: string,
  progress: Progress,
  withoutDamaged: boolean,
): Promise<Pick<Checked, 'manifest' | 'damagedFiles'>> {
  const { manifest, faults, damagedFiles, areRowsWhole } = await checkBackup(from, progress)
  if (faults.length > 0 && !(withoutDamaged && areRowsWhole)) {
    const way = areRowsWhole ? `\n${withoutThem}` : ''
    throw new DamagedBackup(`The backup is damaged:\n  ${faults.join('\n  ')}${way}`)
  }
  const unknown = unknownMigrations(manifest)
  if (unknown.length === 0) return { manifest, damagedFiles }
  throw new CannotRestore(
    `The backup is of a newer version (${manifest.madang}): this one does not know ${unknown.join(', ')}. Restore it with that version or a later one.`,
  )
}

const inTheWay: Readonly<Record<Exclude<Reserved, 'empty' | 'ours'>, string>> = {
  'files of another':
    'The storage of the pictures holds files of another installation than that of this backup: give it an empty folder or bucket.',
  'files of unknown':
    'The storage of the pictures holds files, and does not say that they are of the installation of this backup: give it an empty folder or bucket.',
  'kept for another':
    'The storage of the pictures is empty, but marked as that of another installation, which is neither that of this backup nor that of this database. If no site uses it, remove the mark from it, madang.json; otherwise give it another folder or bucket.',
}

async function reserveStorage(
  pictures: PictureFiles,
  locked: Sql,
  { pictures: { installation, sweeps } }: Manifest,
): Promise<void> {
  const reserved = await pictures.reserve(locked, { installation, sweeps })
  if (reserved === 'empty' || reserved === 'ours') return
  throw new CannotRestore(inTheWay[reserved])
}

/** The tables as they were, row by row; every one is read back and compared. */
async function fill(
  { sql, snapshots, progress }: RestoreParts,
  locked: Sql,
  { from, manifest }: { from: string; manifest: Manifest },
): Promise<void> {
  const { tables, migrations } = manifest.database
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  await applyAmong(locked, new Set(migrations))
  progress.begin('rows', rows, 0)
  for (const table of await shapesFor(sql, tables)) {
    await loadTable(sql, from, table, (count) => progress.done(count))
  }
  progress.begin('compare', rows, 0)
  await compareTables(snapshots, tables, (count) => progress.done(count))
  await skipNumbers(locked, tables)
}

/** Those that the backup has not as they were, and those that it never had. */
async function bringTranscripts(
  { config: { TRANSCRIPTS_FOLDER: folder }, sql }: RestoreParts,
  { transcripts: { missing } }: Manifest,
  notThere: readonly string[],
): Promise<{ written: string[]; lost: string[] }> {
  const names = new Set(missing)
  for (const file of notThere) if (file === pathOfTranscript(path.basename(file))) names.add(path.basename(file))
  const lacking: string[] = []
  for (const name of names) {
    if ((await factsOf(path.join(folder, name)))?.sha256 !== hashOfTranscript(name)) lacking.push(name)
  }
  const rooms = createDescriptions({ sql, profiles: profilesIn(sql) })
  return transcribeAnew({ sql, rooms, folder }, lacking)
}

/**
 * From rows of a moment that is over to an installation that goes on. It wants no longer what somebody has said to do without, and nothing
 * else is given up: what the backup never had an older one may have.
 */
async function goOn(
  { sql, pictures }: RestoreParts,
  { pictures: { rendered, gone } }: Manifest,
  lostFiles: readonly string[],
): Promise<void> {
  const [ofPictures, ofTranscripts] = [
    lostFiles.filter((file) => file.startsWith('pictures/')),
    lostFiles.filter((file) => !file.startsWith('pictures/')),
  ]
  await inTransaction(sql, async (trx) => {
    await goOnFromRows(trx)
    await forgetTranscripts(
      trx,
      ofTranscripts.map((file) => path.basename(file)),
    )
    await startStreamOver(trx)
    // A picture is lost with any of its files.
    await pictures.settle(trx, { rendered, lost: [...gone, ...new Set(ofPictures.map(pictureOf))] })
  })
}
