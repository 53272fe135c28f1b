import path from 'node:path'
import { migrationNames } from '../../migrations/index.ts'
import { eachOf } from './at-once.ts'
import { listedFiles } from './file-list.ts'
import { DamagedBackup, listName, readManifest } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import type { Progress } from './progress.ts'
import { readTable, tableFile } from './table-file.ts'
import { factsOf } from './written-file.ts'

export interface Checked {
  manifest: Manifest
  /** Readable lines; empty when every byte is as it was written. */
  faults: string[]
  /** Paths of the pictures and transcripts that are damaged or missing. */
  damagedFiles: string[]
  /** Whether that is all: then the rest can be restored without them. */
  areRowsWhole: boolean
}

interface Fault {
  file: string
  says: string
}

/** What can be done about a backup of which only pictures and transcripts are damaged. */
export const withoutThem =
  'Its rows are whole: "npm run restore" with --without-damaged restores all but what is damaged, which another backup may bring later.'

const silent: Progress = { begin: () => undefined, done: () => undefined }

const filesAtOnce = 4
/** What is wrong with one disk is wrong with many files: the first ones say enough. */
const mostFaults = 50

/** Reads a backup from its first to its last byte. Errors: `DamagedBackup` where not even the manifest can be believed. */
export async function checkBackup(folder: string, progress: Progress = silent): Promise<Checked> {
  const manifest = await readManifest(folder)
  progress.begin('check', manifest.files.count, 0)
  const faults: Fault[] = []
  const files = await checkFiles(folder, manifest, faults, () => progress.done(1))
  for (const table of manifest.database.tables) {
    const file = tableFile(table.name)
    if (!files.has(file)) faults.push({ file, says: `${file} is not in the list of files` })
    else await checkRows(folder, table, faults)
  }
  const damagedFiles = faults.map(({ file }) => file).filter((file) => /^(pictures|transcripts)\//.test(file))
  return {
    manifest,
    faults: faults.slice(0, mostFaults).map(({ says }) => says),
    damagedFiles,
    areRowsWhole: damagedFiles.length === faults.length,
  }
}

/** Answers which files of the database are listed. */
async function checkFiles(
  folder: string,
  { files }: Manifest,
  faults: Fault[],
  onFile: () => void,
): Promise<Set<string>> {
  const database = new Set<string>()
  const list = await factsOf(path.join(folder, listName))
  if (list === undefined) throw new DamagedBackup(`${listName} is missing, or cannot be read`)
  if (list.sha256 !== files.sha256) throw new DamagedBackup(`${listName} is not what was written`)
  await eachOf(listedFiles(folder), filesAtOnce, async (file) => {
    const found = await factsOf(path.join(folder, file.path))
    const fault = found === undefined ? 'is missing, or cannot be read' : 'is not what was written'
    if (found?.sha256 !== file.sha256) faults.push({ file: file.path, says: `${file.path} ${fault}` })
    if (file.path.startsWith('database/')) database.add(file.path)
    onFile()
  })
  return database
}

async function checkRows(
  folder: string,
  table: { name: string; rows: number; sha256: string },
  faults: Fault[],
): Promise<void> {
  const file = tableFile(table.name)
  if (faults.some((fault) => fault.file === file)) return
  try {
    const rows = readTable(folder, table.name, table)
    for (let next = await rows.next(); next.done !== true; next = await rows.next());
  } catch (error) {
    if (!(error instanceof DamagedBackup)) throw error
    faults.push({ file, says: error.message })
  }
}

/** Migrations of the backup that this version does not know: a newer one took it. */
export function unknownMigrations({ database }: Manifest): string[] {
  return database.migrations.filter((name) => !migrationNames.includes(name))
}
