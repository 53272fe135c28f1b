import { isDeepStrictEqual } from 'node:util'
import { openReceipt } from '../../ledger/receipt.ts'
import type { Receipt } from '../../ledger/receipt.ts'
import type { Evidence } from './evidence.ts'
import { LineCheck } from './line-check.ts'
import type { LineSums } from './line-check.ts'
import { hashedLines } from './lines.ts'
import type { FileFacts } from './lines.ts'

/**
 * - `holds`: signature, file and lines are what the receipt says; what that is worth says its state.
 * - `admitted`: a quarantined receipt, whose own comparison failed: signature and file hold, `faults` is what is wrong inside.
 * - `broken`: not what the server signed.
 */
export type Verdict =
  | { type: 'holds'; receipt: Receipt; kid: string; sums: LineSums }
  | { type: 'admitted'; receipt: Receipt; kid: string; faults: string[] }
  | { type: 'broken'; receipt: Receipt | undefined; faults: string[] }

/** Verifies a receipt against its transcript and a saved key set, without the server. Reads the transcript once. */
export async function verifyEvidence(evidence: Evidence): Promise<Verdict> {
  const opened = await openSigned(evidence)
  if (typeof opened === 'string') return { type: 'broken', receipt: undefined, faults: [opened] }
  const { receipt, kid } = opened
  const { file, sums } = await readTranscript(evidence.transcript, receipt)
  const fileFaults = [...faultsBeside(evidence.content, receipt), ...faultsOfFile(file, receipt)]
  if (fileFaults.length > 0) return { type: 'broken', receipt, faults: [...fileFaults, ...sums.faults] }
  if (sums.faults.length === 0) return { type: 'holds', receipt, kid, sums }
  if (receipt.state === 'quarantined') return { type: 'admitted', receipt, kid, faults: sums.faults }
  return { type: 'broken', receipt, faults: sums.faults }
}

async function openSigned({ jws, keySet }: Evidence): Promise<{ receipt: Receipt; kid: string } | string> {
  try {
    return await openReceipt(jws, keySet)
  } catch (error) {
    return `the receipt is not signed by a key of the set: ${error instanceof Error ? error.message : String(error)}`
  }
}

async function readTranscript(path: string, receipt: Receipt): Promise<{ file: FileFacts; sums: LineSums }> {
  const check = new LineCheck(receipt)
  const lines = hashedLines(path)
  for (;;) {
    const next = await lines.next()
    if (next.done === true) return { file: next.value, sums: check.finish() }
    check.take(next.value)
  }
}

/** People read what stands beside the signature, so it must not say anything else. */
function faultsBeside(content: unknown, receipt: Receipt): string[] {
  if (content === undefined || isDeepStrictEqual(content, receipt)) return []
  return ['what stands as "content" beside the signature is not what was signed']
}

function faultsOfFile(file: FileFacts, { transcript }: Receipt): string[] {
  const faults: string[] = []
  if (file.bytes !== transcript.bytes) {
    faults.push(`the transcript has ${file.bytes} bytes, the receipt says ${transcript.bytes}`)
  }
  if (file.sha256 !== transcript.sha256) {
    faults.push(`the transcript's SHA-256 is ${file.sha256}, the receipt says ${transcript.sha256}`)
  }
  return faults
}
