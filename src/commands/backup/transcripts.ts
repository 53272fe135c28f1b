import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { hashOfTranscript, transcriptFile } from '../../ledger/index.ts'
import { eachOf } from './at-once.ts'
import type { Copying } from './copying.ts'
import type { FileList } from './file-list.ts'
import type { Manifest } from './manifest.ts'
import { codeOf, factsOf, isThere, writeFile } from './written-file.ts'
import type { FileFacts } from './written-file.ts'

const filesAtOnce = 8

/**
 * The transcripts that the rows name: their hashes are in their names, so that a damaged one is seen. Of those that an earlier backup has
 * it is only asked whether the installation still has the file. Errors: those of the system of the whole folder; one file that cannot be read is named.
 */
export async function copyTranscripts(
  names: AsyncIterable<string[]>,
  { from, list, copying }: { from: string; list: FileList; copying: Copying },
): Promise<Manifest['transcripts']> {
  const copied: Manifest['transcripts'] = { files: 0, missing: [] }
  await eachOf(names, filesAtOnce, async (name) => {
    const unreadable = async (error: unknown): Promise<'unreadable'> => {
      // Where the folder does not answer either, it is no matter of this file.
      await stat(`${from}/.`)
      copying.onUnreadable(name, codeOf(error) ?? String(error))
      return 'unreadable'
    }
    const source = await transcriptFile(from, name).catch(unreadable)
    const here = typeof source === 'object' ? { path: source.path, unreadable } : undefined
    const facts = await bringTranscript(here, name, copying)
    if (facts === undefined) {
      copied.missing.push(name)
      return
    }
    if (source === undefined) copying.onGoneHere(name)
    await list.add(pathOfTranscript(name), facts)
    copied.files += 1
  })
  return copied
}

/** Where a transcript lies in a backup. */
export const pathOfTranscript = (name: string): string => `transcripts/${name}`

/** As its name says, or not at all: what is found otherwise is removed from the folder. */
async function bringTranscript(
  source: { path: string; unreadable: (error: unknown) => Promise<'unreadable'> } | undefined,
  name: string,
  { folder, earlier, onDamaged }: Copying,
): Promise<FileFacts | undefined> {
  const [file, sha256] = [pathOfTranscript(name), hashOfTranscript(name)]
  const target = path.join(folder, file)
  if ((await isThere(target)) || (await earlier?.take(file, folder)) === true) {
    const facts = await factsOf(target)
    if (facts?.sha256 === sha256) return facts
    if (earlier !== undefined) onDamaged(file)
  }
  if (source !== undefined) {
    const facts = await writeFile(folder, file, bytesOf(source.path)).catch((error: unknown) => {
      if (!(error instanceof CannotRead)) throw error
      return codeOf(error.cause) === 'ENOENT' ? 'gone' : source.unreadable(error.cause)
    })
    if (typeof facts === 'object' && facts.sha256 === sha256) return facts
  }
  await rm(target, { force: true })
  return undefined
}

/** Of the file that is copied, as another error is one of where it is copied to. */
class CannotRead extends Error {}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer
  } catch (cause) {
    throw new CannotRead(file, { cause })
  }
}
