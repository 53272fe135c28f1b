import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { PictureFiles, StoredFile } from '../../media/index.ts'
import { eachOf } from '../backup/at-once.ts'
import { listedFiles } from '../backup/file-list.ts'
import type { ListedFile } from '../backup/file-list.ts'
import { DamagedBackup } from '../backup/manifest.ts'
import { factsOf, writeFile } from '../backup/written-file.ts'

export interface RestoredFiles {
  from: string
  transcriptsFolder: string
  pictures: PictureFiles
  /** Paths of what is not in the backup as it was written. */
  damaged: ReadonlySet<string>
  onFile: () => void
}

const filesAtOnce = 8
const picturePath = /^pictures\/(public|private)\/[^/]{2}\/([^/]+)$/
const transcriptPath = /^transcripts\/([^/]+)$/

/**
 * Puts pictures and transcripts where this installation keeps them. What is there already is not written again. Answers the paths of what
 * is damaged in the backup and not there either.
 */
export async function restoreFiles(parts: RestoredFiles): Promise<string[]> {
  const lost: string[] = []
  await eachOf(listedFiles(parts.from), filesAtOnce, async (file) => {
    if ((await restoreFile(parts, file)) === 'lost') lost.push(file.path)
    parts.onFile()
  })
  return lost
}

type Restored = 'there' | 'lost'

async function restoreFile(parts: RestoredFiles, file: ListedFile): Promise<Restored> {
  const [, shelf, name] = picturePath.exec(file.path) ?? []
  if (name !== undefined && (shelf === 'public' || shelf === 'private')) {
    return restorePicture(parts, { shelf, name }, file)
  }
  const transcript = transcriptPath.exec(file.path)?.[1]
  if (transcript !== undefined) return restoreTranscript(parts, transcript, file)
  if (!file.path.startsWith('database/')) throw new DamagedBackup(`${file.path} is not a file of a backup`)
  return 'there'
}

async function restorePicture(
  { from, pictures, damaged }: RestoredFiles,
  stored: StoredFile,
  file: ListedFile,
): Promise<Restored> {
  const there = await pictures.get(stored)
  if (there !== undefined && createHash('sha256').update(there).digest('hex') === file.sha256) return 'there'
  if (damaged.has(file.path)) return 'lost'
  await pictures.put(stored, await readFile(path.join(from, file.path)))
  return 'there'
}

async function restoreTranscript(
  { from, transcriptsFolder, damaged }: RestoredFiles,
  name: string,
  file: ListedFile,
): Promise<Restored> {
  if ((await factsOf(path.join(transcriptsFolder, name)))?.sha256 === file.sha256) return 'there'
  if (damaged.has(file.path)) return 'lost'
  await writeFile(transcriptsFolder, name, createReadStream(path.join(from, file.path)) as AsyncIterable<Buffer>)
  return 'there'
}
