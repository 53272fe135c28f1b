import type { JWK } from 'jose'
import { hexDigest } from './hex-digest.ts'
import { sumLines } from './receipt-lines.ts'
import type { LineSums } from './receipt-lines.ts'
import type { KeySet, Receipt, SignedReceipt } from './types.ts'

/** What is compared with what, in the order in which it is looked at. */
export type CheckName = 'signature' | 'content' | 'file' | 'order' | 'payloads' | 'epochs' | 'digest' | 'counts'

export interface ReceiptCheck {
  name: CheckName
  holds: boolean
  /** What the receipt says, and what was found. */
  said: string
  found: string
  /** What is wrong, naming the line or the seq. */
  faults: string[]
}

/**
 * - `holds`: all of it is what the server signed; what that is worth says the receipt's own `state`.
 * - `admitted`: the signature and the file hold, and a receipt that says `quarantined` has faults inside, as it says itself.
 * - `broken`: this is not what the server signed.
 */
export interface ReceiptVerdict {
  type: 'holds' | 'admitted' | 'broken'
  /** Undefined when the signature is not one. */
  receipt: Receipt | undefined
  /** Name of the key that signed. */
  kid: string | undefined
  erased: number
  checks: ReceiptCheck[]
}

export interface Papers {
  signed: SignedReceipt
  keys: KeySet
  /** The NDJSON transcript as it was downloaded, to the byte. */
  transcript: Uint8Array<ArrayBuffer>
}

/** Verifies a receipt against its transcript and the server's keys, in this browser, by what docs/data-model.md says of digests. */
export async function verifyReceipt(papers: Papers, onProgress?: (part: number) => void): Promise<ReceiptVerdict> {
  const opened = await openReceipt(papers)
  if (typeof opened === 'string') {
    const signature = check('signature', { said: '', found: '', faults: [opened] })
    return { type: 'broken', receipt: undefined, kid: undefined, erased: 0, checks: [signature] }
  }
  const { receipt, kid } = opened
  const outside = [
    check('signature', { said: kid, found: kid, faults: [] }),
    contentCheck(papers.signed.content, receipt),
    await fileCheck(papers.transcript, receipt),
  ]
  const sums = await sumLines(linesOf(papers.transcript), receipt, onProgress)
  const inside = lineChecks(sums, receipt)
  onProgress?.(1)
  return {
    type: verdictOf(outside, inside, receipt),
    receipt,
    kid,
    erased: sums.erased,
    checks: [...outside, ...inside],
  }
}

function verdictOf(outside: ReceiptCheck[], inside: ReceiptCheck[], { state }: Receipt): ReceiptVerdict['type'] {
  if (!outside.every(({ holds }) => holds)) return 'broken'
  if (inside.every(({ holds }) => holds)) return 'holds'
  return state === 'quarantined' ? 'admitted' : 'broken'
}

/** What is signed, or why it is not. The code for signatures comes when somebody verifies. */
async function openReceipt({ signed, keys }: Papers): Promise<{ receipt: Receipt; kid: string } | string> {
  const { compactVerify, importJWK } = await import('jose')
  try {
    const { payload, protectedHeader } = await compactVerify(
      signed.jws,
      async ({ kid }) => {
        const key = keys.keys.find((one) => one.kid === kid)
        if (key === undefined) throw new Error(`the key ${String(kid)} is not in the key set`)
        return importJWK(key as JWK, 'EdDSA')
      },
      { algorithms: ['EdDSA'] },
    )
    const receipt = JSON.parse(new TextDecoder().decode(payload)) as Receipt
    if (receipt.type !== 'madang.receipt.v1') return 'what is signed is not a receipt'
    return { receipt, kid: String(protectedHeader.kid) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** People read what stands beside the signature, so it must not say anything else. */
function contentCheck(content: unknown, receipt: Receipt): ReceiptCheck {
  const [said, found] = [canonical(receipt), canonical(content)]
  const faults = said === found ? [] : ['what stands as "content" beside the signature is not what was signed']
  return check('content', {
    said: 'what was signed',
    found: faults.length === 0 ? 'what was signed' : 'something else',
    faults,
  })
}

async function fileCheck(transcript: Uint8Array<ArrayBuffer>, receipt: Receipt): Promise<ReceiptCheck> {
  const { bytes, sha256 } = receipt.transcript
  const [said, found] = [`${bytes} · ${sha256}`, `${transcript.length} · ${await hexDigest('SHA-256', transcript)}`]
  const faults = said === found ? [] : ['the transcript is not, to the byte, the one of the receipt']
  return check('file', { said, found, faults })
}

function lineChecks(sums: LineSums, receipt: Receipt): ReceiptCheck[] {
  const { order, payloads, epochs, counts, entries, messages } = sums
  const digest = sums.digest === receipt.digest ? [] : ['the digest of the lines is another one']
  return [
    check('order', { said: `1…${receipt.lastSeq}`, found: `${entries}`, faults: order }),
    check('payloads', { said: `${receipt.entries}`, found: `${entries - payloads.length}`, faults: payloads }),
    check('epochs', {
      said: `${receipt.epochs.length}`,
      found: `${receipt.epochs.length - epochs.length}`,
      faults: epochs,
    }),
    check('digest', { said: receipt.digest, found: sums.digest, faults: digest }),
    check('counts', {
      said: `${receipt.entries} · ${receipt.messages}`,
      found: `${entries} · ${messages}`,
      faults: counts,
    }),
  ]
}

function check(name: CheckName, looked: Omit<ReceiptCheck, 'name' | 'holds'>): ReceiptCheck {
  return { name, holds: looked.faults.length === 0, ...looked }
}

/** Lines end at a line feed and at nothing else: the line separators of Unicode may stand inside a message. */
function linesOf(transcript: Uint8Array): string[] {
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(transcript).split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** The same text for the same value, in whatever order its members stand. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member
    return Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
  })
}
