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
  /** Paths of what is not in the backup as it was written, and so is not taken from there. */
  damaged: ReadonlySet<string>
  onFile: () => void
}

const filesAtOnce = 8
const picturePath = /^pictures\/(public|private)\/[^/]{2}\/([^/]+)$/
const transcriptPath = /^transcripts\/([^/]+)$/

/** Puts pictures and transcripts where this installation keeps them. What is there already is not written again. */
export async function restoreFiles(parts: RestoredFiles): Promise<void> {
  await eachOf(listedFiles(parts.from), filesAtOnce, async (file) => {
    if (!parts.damaged.has(file.path)) await restoreFile(parts, file)
    parts.onFile()
  })
}

async function restoreFile(parts: RestoredFiles, file: ListedFile): Promise<void> {
  const [, shelf, name] = picturePath.exec(file.path) ?? []
  if (name !== undefined && (shelf === 'public' || shelf === 'private')) {
    return restorePicture(parts, { shelf, name }, file)
  }
  const transcript = transcriptPath.exec(file.path)?.[1]
  if (transcript !== undefined) return restoreTranscript(parts, transcript, file)
  if (!file.path.startsWith('database/')) throw new DamagedBackup(`${file.path} is not a file of a backup`)
}

async function restorePicture({ from, pictures }: RestoredFiles, stored: StoredFile, file: ListedFile): Promise<void> {
  const there = await pictures.get(stored)
  if (there !== undefined && createHash('sha256').update(there).digest('hex') === file.sha256) return
  await pictures.put(stored, await readFile(path.join(from, file.path)))
}

async function restoreTranscript(
  { from, transcriptsFolder }: RestoredFiles,
  name: string,
  file: ListedFile,
): Promise<void> {
  if ((await factsOf(path.join(transcriptsFolder, name)))?.sha256 === file.sha256) return
  await writeFile(transcriptsFolder, name, createReadStream(path.join(from, file.path)) as AsyncIterable<Buffer>)
}
