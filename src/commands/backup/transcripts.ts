import { createReadStream } from 'node:fs'
import path from 'node:path'
import { transcriptFile } from '../../ledger/index.ts'
import { eachOf } from './at-once.ts'
import type { Copying } from './copying.ts'
import type { FileList } from './file-list.ts'
import type { Manifest } from './manifest.ts'
import { factsOf, isThere, writeFile } from './written-file.ts'
import type { FileFacts } from './written-file.ts'

const filesAtOnce = 8

/** The transcripts that the rows name: their hashes are in their names, so that a damaged one is seen. */
export async function copyTranscripts(
  names: AsyncIterable<string[]>,
  { from, list, copying }: { from: string; list: FileList; copying: Copying },
): Promise<Manifest['transcripts']> {
  const copied: Manifest['transcripts'] = { files: 0, missing: [] }
  await eachOf(names, filesAtOnce, async (name) => {
    const file = `transcripts/${name}`
    const there = await transcriptFile(from, name)
    const facts = there && (await bringTranscript(there, file, copying))
    if (there === undefined || facts?.sha256 !== there.sha256) copied.missing.push(name)
    else {
      await list.add(file, facts)
      copied.files += 1
    }
  })
  return copied
}

async function bringTranscript(
  { path: source, sha256 }: { path: string; sha256: string },
  file: string,
  { folder, earlier, onDamaged }: Copying,
): Promise<FileFacts> {
  const target = path.join(folder, file)
  if ((await isThere(target)) || (await earlier?.take(file, folder)) === true) {
    const facts = await factsOf(target)
    if (facts?.sha256 === sha256) return facts
    if (earlier !== undefined) onDamaged(file)
  }
  return writeFile(folder, file, createReadStream(source) as AsyncIterable<Buffer>)
}
