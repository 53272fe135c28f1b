import type { Config } from '../../config.ts'
import { goOnFromRows } from '../../ledger/index.ts'
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
import type { Progress } from '../backup/progress.ts'
import type { Found } from '../missing/found.ts'
import { findPictures } from '../missing/pictures.ts'
import { findTranscripts } from '../missing/transcripts.ts'
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
  /** Paths of pictures and transcripts that are damaged in the backup, and were not taken from there. */
  damagedFiles: string[]
  /** Names of transcripts that were written anew from their rows. */
  written: string[]
  /** Names of pictures and transcripts that rows want, and that are neither in the backup nor here. */
  missing: string[]
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
    await restoreFiles({
      ...{ from, damaged: new Set(damagedFiles), pictures: parts.pictures },
      transcriptsFolder: parts.config.TRANSCRIPTS_FOLDER,
      onFile: () => progress.done(1),
    })
    await fill(parts, locked, { from, manifest })
    const migrated = await applyAmong(locked, new Set(migrationNames))
    await goOn(parts, manifest)
    const { written, missing } = await lookForMissing(parts)
    await noteEnded(locked, restoring)
    return { manifest, migrated, damagedFiles, written, missing, standing: await parts.pictures.standing(sql) }
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

/** From rows of a moment that is over to an installation that goes on. */
async function goOn({ sql, pictures }: RestoreParts, { pictures: { rendered, gone } }: Manifest): Promise<void> {
  await inTransaction(sql, async (trx) => {
    await goOnFromRows(trx)
    await startStreamOver(trx)
    await pictures.settle(trx, { rendered, lost: gone })
  })
}

/**
 * Whatever the reason, rows go on wanting it: an older backup may have it, and who is to decide that nobody does is not asked here
 * (docs/decisions/0056).
 */
async function lookForMissing({ config, sql, pictures }: RestoreParts): Promise<Pick<Found, 'written' | 'missing'>> {
  // Whose the storage is was asked when it was reserved.
  const requireStorage = async (): Promise<void> => undefined
  const shown = await findPictures(pictures, { sql, from: undefined, requireStorage })
  const transcripts = await findTranscripts(sql, { folder: config.TRANSCRIPTS_FOLDER, from: undefined })
  return { written: transcripts.written, missing: [...transcripts.missing, ...shown.missing] }
}
