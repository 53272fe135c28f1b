import { hexDigest } from './hex-digest.ts'
import type { Receipt } from './types.ts'

/** A line of the NDJSON transcript. `payload` is null once it was erased: its hash stands. */
export interface TranscriptLine {
  seq: number
  epoch: number
  at: string
  sender: string
  id: string
  kind: string
  hash: string
  payload: string | null
}

/** What the lines of a transcript add up to, and what is wrong with each of it, in words that name the line or the seq. */
export interface LineSums {
  entries: number
  messages: number
  erased: number
  digest: string
  order: string[]
  payloads: string[]
  epochs: string[]
  counts: string[]
}

/** The system itself: it joins people and closes rooms, and is no sender of messages. */
const systemSender = '0'
const mostFaults = 20

/**
 * Reads the lines in order and compares them with the receipt, as `npm run verify` does: places 1 to the last without a hole, payloads by their hashes, the
 * chain that Redis computed (SHA-1) at the end of each epoch, the chain of the receipt (SHA-256), and counts. See docs/data-model.md.
 */
export async function sumLines(
  lines: readonly string[],
  receipt: Receipt,
  onProgress?: (part: number) => void,
): Promise<LineSums> {
  const sums: LineSums = {
    ...{ entries: 0, messages: 0, erased: 0, digest: '' },
    ...{ order: [], payloads: [], epochs: [], counts: [] },
  }
  const perSender = new Map<string, number>()
  const digestAt = new Map([[0, '']])
  let chained = ''
  let last = { seq: 0, kind: '' }
  for (const [index, text] of lines.entries()) {
    const line = parseLine(text)
    if (line === undefined) {
      blame(sums.order, `line ${index + 1} is not a line of a transcript`)
      continue
    }
    expectNext(sums.order, line, { last: last.seq, number: index + 1 })
    expectEpoch(sums.epochs, line, receipt)
    const facts = `${line.epoch}|${line.seq}|${Date.parse(line.at)}|${line.sender}|${line.id}|${line.kind}|${line.hash}`
    const [payloadHash, ended, digest] = await Promise.all([
      line.payload === null ? line.hash : hexDigest('SHA-256', line.payload),
      hexDigest('SHA-1', `${chained}|${facts}`),
      hexDigest('SHA-256', `${sums.digest}|${facts}`),
    ])
    if (payloadHash !== line.hash)
      blame(sums.payloads, `the payload of seq ${line.seq} is not the one that was acknowledged`)
    chained = ended
    sums.digest = digest
    digestAt.set(line.seq, ended)
    last = { seq: Math.max(last.seq, line.seq), kind: line.kind }
    sums.entries += 1
    if (line.payload === null) sums.erased += 1
    if (line.sender !== systemSender) {
      sums.messages += 1
      perSender.set(line.sender, (perSender.get(line.sender) ?? 0) + 1)
    }
    if (index % 500 === 0) onProgress?.(index / lines.length)
  }
  expectEnd(sums.order, last, receipt)
  expectEpochs(sums.epochs, digestAt, receipt)
  expectCounts(sums, perSender, receipt)
  return sums
}

function parseLine(text: string): TranscriptLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<TranscriptLine> | null
    const isLine =
      Number.isSafeInteger(line?.seq) &&
      Number.isSafeInteger(line?.epoch) &&
      [line?.at, line?.sender, line?.id, line?.kind, line?.hash].every((field) => typeof field === 'string') &&
      (line?.payload === null || typeof line?.payload === 'string')
    return isLine ? (line as TranscriptLine) : undefined
  } catch {
    return undefined
  }
}

function expectNext(
  faults: string[],
  { seq }: TranscriptLine,
  { last, number }: { last: number; number: number },
): void {
  if (seq <= last) blame(faults, `line ${number}: seq ${seq} stands after seq ${last}`)
  if (seq > last + 1) blame(faults, `line ${number}: seq ${last + 1} to ${seq - 1} is missing`)
}

function expectEpoch(faults: string[], { seq, epoch }: TranscriptLine, receipt: Receipt): void {
  const range = receipt.epochs.find(({ firstSeq, lastSeq }) => seq >= firstSeq && seq <= lastSeq)
  if (range !== undefined && range.epoch !== epoch) {
    blame(faults, `seq ${seq} is of epoch ${epoch}, the receipt says ${range.epoch}`)
  }
}

function expectEnd(faults: string[], last: { seq: number; kind: string }, { lastSeq }: Receipt): void {
  if (last.seq !== lastSeq) blame(faults, `the lines end at seq ${last.seq}, the receipt at ${lastSeq}`)
  if (last.kind !== 'closed') blame(faults, `the last line is not "closed" but "${last.kind}"`)
}

function expectEpochs(
  faults: string[],
  digestAt: ReadonlyMap<number, string>,
  { epochs, lastSeq: end }: Receipt,
): void {
  let next = 1
  for (const { epoch, firstSeq, lastSeq, digest } of epochs) {
    if (firstSeq !== next) blame(faults, `epoch ${epoch} begins at seq ${firstSeq}, not at ${next}`)
    if (digestAt.get(lastSeq) !== digest)
      blame(faults, `the digest at the end of epoch ${epoch} (seq ${lastSeq}) is another one`)
    next = lastSeq + 1
  }
  if (next !== end + 1) blame(faults, `the epochs of the receipt end at seq ${next - 1}`)
}

function expectCounts(sums: LineSums, found: ReadonlyMap<string, number>, receipt: Receipt): void {
  const { entries, messages, perSender } = receipt
  if (sums.entries !== entries) blame(sums.counts, `${sums.entries} entries, the receipt counts ${entries}`)
  if (sums.messages !== messages) blame(sums.counts, `${sums.messages} messages, the receipt counts ${messages}`)
  const counted = new Map(perSender.map((one) => [one.sender, one.messages]))
  for (const sender of new Set([...counted.keys(), ...found.keys()])) {
    const [one, other] = [found.get(sender) ?? 0, counted.get(sender) ?? 0]
    if (one !== other) blame(sums.counts, `${one} messages of sender ${sender}, the receipt counts ${other}`)
  }
}

function blame(faults: string[], fault: string): void {
  if (faults.length < mostFaults) faults.push(fault)
}
