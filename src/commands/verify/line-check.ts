import { z } from 'zod'
import { chainDigest, chainReceiptDigest, hashOf, systemSender } from '../../ledger/entry.ts'
import type { Receipt } from '../../ledger/receipt.ts'
import type { TranscriptLine } from '../../ledger/transcript.ts'
import type { AccountId } from '../../platform/ids.ts'

const lineSchema = z.strictObject({
  seq: z.int().positive(),
  epoch: z.int().nonnegative(),
  at: z.iso.datetime({ precision: 3 }),
  sender: z.string().regex(/^(0|[1-9][0-9]{0,15})$/),
  name: z.string(),
  id: z.string(),
  kind: z.string(),
  target: z.string().exactOptional(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  payload: z.string().nullable(),
}) satisfies z.ZodType<TranscriptLine>

/** What the lines of a transcript add up to. */
export interface LineSums {
  entries: number
  messages: number
  erased: number
  /** Readable, each naming the line and the seq. Empty when the lines are what the receipt says. */
  faults: string[]
}

const mostFaults = 20

/** Takes the lines of a transcript in order, in constant memory, and compares them with a receipt. */
export class LineCheck {
  readonly #receipt: Receipt
  readonly #faults: string[] = []
  readonly #digestAt = new Map<number, string>([[0, '']])
  readonly #endSeqs: Set<number>
  readonly #perSender = new Map<string, number>()
  #lineNumber = 0
  #lastSeq = 0
  #lastKind = ''
  #entries = 0
  #messages = 0
  #erased = 0
  #range = 0
  #digest = ''
  #receiptDigest = ''

  constructor(receipt: Receipt) {
    this.#receipt = receipt
    this.#endSeqs = new Set(receipt.epochs.map((epoch) => epoch.lastSeq))
  }

  take(text: string): void {
    this.#lineNumber += 1
    const line = parseLine(text)
    if (line === undefined) {
      this.#blame(`line ${this.#lineNumber} is not a line of a transcript`)
      return
    }
    this.#expectNext(line)
    this.#expectEpoch(line)
    this.#expectPayload(line)
    this.#chain(line)
    this.#count(line)
  }

  finish(): LineSums {
    this.#expectEnd()
    this.#expectEpochs()
    this.#expectCounts()
    if (this.#receiptDigest !== this.#receipt.digest) {
      this.#blame(`the digest of the lines is ${this.#receiptDigest}, the receipt says ${this.#receipt.digest}`)
    }
    return { entries: this.#entries, messages: this.#messages, erased: this.#erased, faults: this.#faults }
  }

  #expectNext({ seq }: TranscriptLine): void {
    const next = this.#lastSeq + 1
    if (seq < next) this.#blame(`line ${this.#lineNumber}: seq ${seq} stands after seq ${this.#lastSeq}`)
    if (seq > next) this.#blame(`line ${this.#lineNumber}: ${seqs(next, seq - 1)} is missing before seq ${seq}`)
    this.#lastSeq = Math.max(this.#lastSeq, seq)
  }

  #expectEpoch({ seq, epoch }: TranscriptLine): void {
    const { epochs } = this.#receipt
    while (seq > (epochs[this.#range]?.lastSeq ?? Infinity)) this.#range += 1
    const range = epochs[this.#range]
    if (range === undefined || seq < range.firstSeq || range.epoch === epoch) return
    this.#blame(`line ${this.#lineNumber}: seq ${seq} is of epoch ${epoch}, the receipt says ${range.epoch}`)
  }

  #expectPayload({ seq, hash, payload }: TranscriptLine): void {
    if (payload === null) this.#erased += 1
    else if (hashOf(Buffer.from(payload)) !== hash) {
      this.#blame(`line ${this.#lineNumber}: the payload of seq ${seq} is not the one that was acknowledged`)
    }
  }

  #chain(line: TranscriptLine): void {
    const entry = { ...line, at: Date.parse(line.at), sender: Number(line.sender) as AccountId }
    this.#digest = chainDigest(this.#digest, entry)
    this.#receiptDigest = chainReceiptDigest(this.#receiptDigest, entry)
    if (this.#endSeqs.has(line.seq)) this.#digestAt.set(line.seq, this.#digest)
  }

  #count({ sender, kind }: TranscriptLine): void {
    this.#entries += 1
    this.#lastKind = kind
    if (sender === String(systemSender)) return
    this.#messages += 1
    this.#perSender.set(sender, (this.#perSender.get(sender) ?? 0) + 1)
  }

  #expectEnd(): void {
    const { lastSeq } = this.#receipt
    if (this.#lastSeq < lastSeq) this.#blame(`${seqs(this.#lastSeq + 1, lastSeq)} is missing at the end`)
    if (this.#lastSeq > lastSeq) this.#blame(`the lines go on to seq ${this.#lastSeq} behind the end at ${lastSeq}`)
    if (this.#lastKind !== 'closed') this.#blame(`the last line is not "closed" but "${this.#lastKind}"`)
  }

  #expectEpochs(): void {
    let next = 1
    for (const { epoch, firstSeq, lastSeq, digest } of this.#receipt.epochs) {
      if (firstSeq !== next) this.#blame(`epoch ${epoch} begins at seq ${firstSeq}, not at ${next}`)
      if (this.#digestAt.get(lastSeq) !== digest) {
        this.#blame(`the digest at the end of epoch ${epoch} (seq ${lastSeq}) is not the one of the receipt`)
      }
      next = lastSeq + 1
    }
    if (next !== this.#receipt.lastSeq + 1) this.#blame(`the epochs of the receipt end at seq ${next - 1}`)
  }

  #expectCounts(): void {
    const { entries, messages, perSender } = this.#receipt
    if (this.#entries !== entries) this.#blame(`${this.#entries} entries, the receipt counts ${entries}`)
    if (this.#messages !== messages) this.#blame(`${this.#messages} messages, the receipt counts ${messages}`)
    const expected = new Map(perSender.map((person) => [person.sender, person.messages]))
    for (const sender of new Set([...expected.keys(), ...this.#perSender.keys()])) {
      const [found, counted] = [this.#perSender.get(sender) ?? 0, expected.get(sender) ?? 0]
      if (found !== counted) this.#blame(`${found} messages of sender ${sender}, the receipt counts ${counted}`)
    }
  }

  #blame(fault: string): void {
    if (this.#faults.length < mostFaults) this.#faults.push(fault)
  }
}

function parseLine(text: string): TranscriptLine | undefined {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

function seqs(from: number, to: number): string {
  return from === to ? `seq ${from}` : `seq ${from} to ${to}`
}
