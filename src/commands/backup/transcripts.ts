import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { hashOfTranscript, transcriptFile } from '../../ledger/index.ts'
import { eachOf } from './at-once.ts'
import type { Copying } from './copying.ts'
import type { FileList } from './file-list.ts'
import type { Manifest } from './manifest.ts'
import { factsOf, isThere, writeFile } from './written-file.ts'
import type { FileFacts } from './written-file.ts'

const filesAtOnce = 8

/**
 * The transcripts that the rows name: their hashes are in their names, so that a damaged one is seen. Of those that an earlier backup has
 * it is only asked whether the installation still has the file.
 */
export async function copyTranscripts(
  names: AsyncIterable<string[]>,
  { from, list, copying }: { from: string; list: FileList; copying: Copying },
): Promise<Manifest['transcripts']> {
  const copied: Manifest['transcripts'] = { files: 0, missing: [] }
  await eachOf(names, filesAtOnce, async (name) => {
    const source = await transcriptFile(from, name)
    const facts = await bringTranscript(source?.path, name, copying)
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
  source: string | undefined,
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
    const facts = await writeFile(folder, file, createReadStream(source) as AsyncIterable<Buffer>)
    if (facts.sha256 === sha256) return facts
  }
  await rm(target, { force: true })
  return undefined
}
