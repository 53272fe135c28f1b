import { chainDigest } from '../../src/ledger/entry.ts'
import { joins } from '../../src/ledger/epoch-rules.ts'
import type { Look } from '../../src/ledger/buffer.ts'
import type { ClosingState } from '../../src/ledger/contract.ts'
import type { LedgerRow } from '../../src/ledger/ledger-store.ts'
import type { EpochCause } from '../../src/ledger/record-store.ts'
import type { Kept } from './redis.ts'
import type { Holds } from './rules.ts'

/** What MySQL holds of one room, and what the transactions of src/ledger do to it. */
export interface Mysql {
  row: LedgerRow
  messages: readonly Kept[]
  parked: readonly Kept[]
  ends: readonly EpochEnd[]
  /** The highest seq that any server says it acknowledged, by epoch. */
  acked: Readonly<Record<number, number>>
  closing: Closing | undefined
}

export interface EpochEnd {
  epoch: number
  firstSeq: number
  lastSeq: number
  digest: string
  cause: EpochCause
  suspect: { from: number; to: number } | undefined
}

export interface Closing {
  state: ClosingState
  fence: Fence | undefined
  isSettled: boolean
}

export interface Fence {
  epoch: number
  lastSeq: number
  digest: string
}

/** A transaction that MySQL or the ledger refuses: it is rolled back, and who began it gives up. */
export class Refused extends Error {}

/** storing.ts: inserts what is above `stored_seq`, and moves the mark. */
export function storeEntries(mysql: Mysql, entries: readonly Kept[], holds: Holds): void {
  const { row } = mysql
  const fresh = holds('onlyFresh') ? entries.filter((entry) => entry.seq > row.storedSeq) : entries
  for (const [index, entry] of fresh.entries()) {
    if (entry.seq !== row.storedSeq + 1 + index && holds('onlyFresh')) throw new Refused('the slice does not join')
    insertOrPark(mysql, entry)
  }
  const storedSeq = fresh.at(-1)?.seq ?? row.storedSeq
  mysql.row = { ...row, storedSeq, storedDigest: fresh.reduce(chainDigest, row.storedDigest) }
}

/** The keys of `messages`: a place is taken once, and so is an id of a sender. What is doubled goes aside. */
function insertOrPark(mysql: Mysql, entry: Kept): void {
  if (mysql.messages.some(({ seq }) => seq === entry.seq)) throw new Refused(`seq ${entry.seq} is taken`)
  const isDoubled = mysql.messages.some(({ sender, id }) => sender === entry.sender && id === entry.id)
  if (isDoubled) mysql.parked = [...mysql.parked, entry]
  const row = isDoubled ? { ...entry, id: `!parked:${entry.epoch}:${entry.seq}`, kind: 'unreadable' } : entry
  mysql.messages = [...mysql.messages, row]
}

/** Epochs#keepTail: what Redis still holds is stored, or parked when it does not continue the rows. True if it joined. */
export function keepTail(mysql: Mysql, look: Look, tail: readonly Kept[], holds: Holds): boolean {
  if (joins(mysql.row, look, tail)) {
    storeEntries(mysql, tail, holds)
    return true
  }
  mysql.parked = [...mysql.parked, ...tail]
  return false
}

export function endEpoch(mysql: Mysql, end: Omit<EpochEnd, 'firstSeq' | 'lastSeq' | 'digest'>): void {
  const { storedSeq: lastSeq, storedDigest: digest } = mysql.row
  const firstSeq = (mysql.ends.at(-1)?.lastSeq ?? 0) + 1
  mysql.ends = [...mysql.ends, { ...end, firstSeq, lastSeq, digest }]
}

/** Epochs#endWithClosed: a room that is closing ends with *closed*, and its fence stands there. */
export function endWithClosed(mysql: Mysql, closed: Omit<Kept, 'seq'>, holds: Holds): void {
  if (mysql.messages.at(-1)?.kind !== 'closed') {
    storeEntries(mysql, [{ ...closed, seq: mysql.row.storedSeq + 1 }], holds)
  }
  const { storedSeq: lastSeq, storedDigest: digest } = mysql.row
  const epoch = mysql.messages.at(-1)?.epoch ?? closed.epoch
  if (mysql.closing === undefined || !isUnderWay(mysql.closing)) return
  mysql.closing = { ...mysql.closing, state: 'fenced', fence: { epoch, lastSeq, digest } }
}

/** closing-store.ts: only the first fence counts. */
export function fenceRequested(mysql: Mysql, fence: Fence, holds: Holds): void {
  const { closing } = mysql
  if (closing === undefined || !isUnderWay(closing)) return
  if (closing.state === 'requested' || !holds('firstFenceCounts'))
    mysql.closing = { ...closing, state: 'fenced', fence }
}

export function moveClosing(mysql: Mysql, from: readonly ClosingState[], to: ClosingState): boolean {
  const { closing } = mysql
  if (closing === undefined || ![...from, to].includes(closing.state)) return false
  mysql.closing = { ...closing, state: to }
  return true
}

/** sealing.ts: by compare-and-set, together with the end of the ledger. */
export function finish(mysql: Mysql, state: 'sealed' | 'suspect' | 'quarantined', fence: Fence, holds: Holds): boolean {
  const { closing } = mysql
  const isOurs = closing?.state === 'verifying' && isSame(closing.fence, fence)
  if (closing === undefined || (!isOurs && holds('finishByCompare'))) return false
  mysql.closing = { ...closing, state }
  mysql.row = { ...mysql.row, state: 'closed', isAsleep: true }
  return true
}

const isSame = (a: Fence | undefined, b: Fence): boolean =>
  a?.epoch === b.epoch && a.lastSeq === b.lastSeq && a.digest === b.digest

export const isUnderWay = ({ state }: Closing): boolean =>
  state === 'requested' || state === 'fenced' || state === 'draining' || state === 'verifying'

/** verification.ts: a witness may have come after the end of its epoch. */
export function judgeWitnesses(mysql: Mysql): void {
  mysql.ends = mysql.ends.map((end) => {
    const witnessed = mysql.acked[end.epoch] ?? 0
    if (witnessed <= Math.max(end.lastSeq, end.suspect?.to ?? 0)) return end
    return { ...end, suspect: { from: end.lastSeq + 1, to: witnessed } }
  })
}

/** verification.ts: whether the rows are what was acknowledged, and what the receipt has to call the room. */
export function verdict(mysql: Mysql, fence: Fence): 'sealed' | 'suspect' | 'quarantined' {
  let digest = ''
  const faults: boolean[] = []
  const digestAt = new Map([[0, '']])
  for (const [index, row] of mysql.messages.entries()) {
    if (row.seq > fence.lastSeq) break
    const entry =
      row.kind === 'unreadable' ? mysql.parked.find(({ seq, epoch }) => seq === row.seq && epoch === row.epoch) : row
    faults.push(row.seq !== index + 1, row.kind === 'unreadable')
    digest = chainDigest(digest, entry ?? row)
    digestAt.set(row.seq, digest)
  }
  const last = mysql.messages.findLast(({ seq }) => seq <= fence.lastSeq)
  faults.push(last?.seq !== fence.lastSeq, digest !== fence.digest, last?.kind !== 'closed')
  faults.push(...mysql.ends.map((end) => digestAt.get(end.lastSeq) !== end.digest))
  if (faults.includes(true)) return 'quarantined'
  return mysql.parked.length > 0 || mysql.ends.some((end) => end.suspect !== undefined) ? 'suspect' : 'sealed'
}
