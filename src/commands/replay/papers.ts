import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readEvidence } from '../verify/evidence.ts'
import type { Evidence } from '../verify/evidence.ts'

/** Saves the papers of a room as somebody would who wants to verify them later, and reads them back from there. */
export async function savePapers(
  folder: string,
  papers: { receipt: Buffer; transcript: Buffer; keys: Buffer },
): Promise<Evidence> {
  await mkdir(folder, { recursive: true })
  const files = {
    receipt: join(folder, 'receipt.json'),
    transcript: join(folder, 'transcript.ndjson'),
    keys: join(folder, 'keys.json'),
  }
  await writeFile(files.receipt, papers.receipt)
  await writeFile(files.transcript, papers.transcript)
  await writeFile(files.keys, papers.keys)
  return readEvidence(files)
}
