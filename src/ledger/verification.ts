import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Fence } from './closing-store.ts'
import { chainDigest, chainReceiptDigest, formatPlace, hashOf, systemSender } from './entry.ts'
import type { Entry } from './entry.ts'
import { ackedByEpoch, epochEnds, parkedOf, setSuspect } from './record-store.ts'
import type { EpochEnd, Parked } from './record-store.ts'
import { entriesBetween } from './store.ts'

/** One stretch of a room under one epoch, as it stands in the rows. */
export interface EpochRange {
  epoch: number
  firstSeq: number
  lastSeq: number
  digest: string
  cause: EpochEnd['cause']
  suspect: { from: number; to: number } | undefined
  endedAt: Date | undefined
}

export interface Verification {
  entries: number
  messages: number
  perSender: Map<AccountId, number>
  /** SHA-256 chain over all entries: what the receipt names. */
  digest: string
  epochs: EpochRange[]
  parked: Parked[]
  erased: number
  /** Readable lines, each naming the seqs concerned. Empty when the rows are what was acknowledged. */
  faults: string[]
  incidents: string[]
}

const readEntries = 1000

/**
 * Reads a range of a room in order from the primary, a thousand rows at a time: a long room needs no more memory than a short one.
 * While one thousand is worked on, the next is read.
 */
export async function* rowsBetween(
  sql: Sql,
  room: RoomId,
  range: { firstSeq: number; lastSeq: number },
): AsyncGenerator<Entry[]> {
  const read = (after: number): Promise<Entry[]> => {
    const reading = entriesBetween(sql, room, { after, upTo: range.lastSeq, limit: readEntries })
    // Who asked for it may have given up by the time it fails.
    reading.catch(() => undefined)
    return reading
  }
  for (let next = read(range.firstSeq - 1); ;) {
    const entries = await next
    const last = entries.at(-1)
    if (last === undefined) return
    const isEnd = last.seq >= range.lastSeq
    if (!isEnd) next = read(last.seq)
    yield entries
    if (isEnd) return
  }
}

/**
 * Compares the rows of a closed room with what was acknowledged: no hole, hashes of the payloads, the digest that Redis
 * chained at the fence and at every epoch's end, and what the servers witnessed. `onRows` has them, too, thousand by thousand.
 */
export async function verifyRoom(
  sql: Sql,
  room: RoomId,
  fence: Fence,
  onRows?: (entries: readonly Entry[]) => Promise<void>,
): Promise<Verification> {
  const ends = await judgeWitnesses(sql, room, await epochEnds(sql, room))
  const parked = await parkedOf(sql, room)
  const rows = new RowCheck(parked, ends)
  const all = { firstSeq: 1, lastSeq: fence.lastSeq }
  for await (const entries of rowsBetween(sql, room, all)) {
    entries.forEach((entry) => rows.take(entry))
    await onRows?.(entries)
  }
  return rows.verdict(fence)
}

/** A server may have written its last witness down after the epoch had ended: look once more at all of them. */
async function judgeWitnesses(sql: Sql, room: RoomId, ends: EpochEnd[]): Promise<EpochEnd[]> {
  const acked = await ackedByEpoch(sql, room)
  for (const end of ends) {
    const witnessed = acked.get(end.epoch) ?? 0
    if (witnessed <= Math.max(end.lastSeq, end.suspect?.to ?? 0)) continue
    end.suspect = { from: end.lastSeq + 1, to: witnessed }
    await setSuspect(sql, room, end.epoch, end.suspect)
  }
  return ends
}

class RowCheck {
  readonly #parked: Map<string, Parked>
  readonly #ends: EpochEnd[]
  readonly #faults: string[] = []
  readonly #digestAt = new Map<number, string>([[0, '']])
  readonly #perSender = new Map<AccountId, number>()
  readonly #endSeqs: Set<number>
  #lastSeq = 0
  #digest = ''
  #receiptDigest = ''
  /** Places of the rows without payload, with the place that each amends; and the places that entries say they erase. */
  readonly #emptied = new Map<string, string | undefined>()
  readonly #erasing = new Set<string>()
  #messages = 0
  #lastKind = ''
  #lastEpoch = 0
  #parkedRows = 0

  constructor(parked: Parked[], ends: EpochEnd[]) {
    this.#parked = new Map(parked.map((entry) => [`!parked:${entry.epoch}:${entry.seq}`, entry]))
    this.#ends = ends
    this.#endSeqs = new Set(ends.map((end) => end.lastSeq))
  }

  take(row: Entry): void {
    this.#expectNext(row)
    const entry = this.#asAcknowledged(row)
    this.#digest = chainDigest(this.#digest, entry)
    this.#receiptDigest = chainReceiptDigest(this.#receiptDigest, entry)
    if (this.#endSeqs.has(row.seq)) this.#digestAt.set(row.seq, this.#digest)
    this.#count(entry)
  }

  verdict(fence: Fence): Verification {
    if (this.#lastSeq !== fence.lastSeq)
      this.#faults.push(`the rows end at ${this.#lastSeq}, the fence at ${fence.lastSeq}`)
    if (this.#digest !== fence.digest) this.#faults.push('the digest of the rows is not the digest at the fence')
    if (this.#lastKind !== 'closed') this.#faults.push('the last row is not the closing')
    this.#faults.push(...this.#emptiedByNobody())
    for (const end of this.#ends) {
      if (this.#digestAt.get(end.lastSeq) !== end.digest) {
        this.#faults.push(`the digest at the end of epoch ${end.epoch} (seq ${end.lastSeq}) is another one`)
      }
    }
    return {
      entries: this.#lastSeq,
      messages: this.#messages,
      perSender: this.#perSender,
      digest: this.#receiptDigest,
      epochs: this.#ranges(fence),
      parked: [...this.#parked.values()],
      erased: this.#emptied.size,
      faults: this.#faults,
      incidents: this.#incidents(),
    }
  }

  #expectNext(row: Entry): void {
    if (row.seq !== this.#lastSeq + 1) this.#faults.push(`seq ${this.#lastSeq + 1} to ${row.seq - 1} is missing`)
    if (row.epoch < this.#lastEpoch) this.#faults.push(`seq ${row.seq} goes back to epoch ${row.epoch}`)
    this.#lastSeq = row.seq
    this.#lastEpoch = row.epoch
  }

  /** The digests of a parked entry are those of the entry itself, not of the row that keeps its place. */
  #asAcknowledged(row: Entry): Omit<Entry, 'payload' | 'target' | 'erases'> {
    const parked = row.kind === 'unreadable' ? this.#parked.get(row.id) : undefined
    if (row.kind === 'unreadable') {
      this.#parkedRows += 1
      this.#faults.push(`seq ${row.seq} could not be stored and is parked`)
    } else if (hashOf(row.payload) !== row.hash) {
      if (row.payload.length === 0) this.#emptied.set(formatPlace(row), targetOf(row))
      else this.#faults.push(`the payload of seq ${row.seq} is not the one that was acknowledged`)
    }
    if (row.erases && row.target !== undefined) this.#erasing.add(formatPlace(row.target))
    return parked === undefined ? row : { ...parked, epoch: row.epoch, seq: row.seq }
  }

  /** A payload goes when an entry erases it, or erases what it amends. In order: an amendment follows its target. */
  #emptiedByNobody(): string[] {
    const erased = new Set(this.#erasing)
    const faults: string[] = []
    for (const [place, target] of this.#emptied) {
      if (erased.has(place) || (target !== undefined && erased.has(target))) erased.add(place)
      else faults.push(`the payload of ${place} is gone, and no entry erased it`)
    }
    return faults
  }

  #count(entry: Pick<Entry, 'sender' | 'kind'>): void {
    this.#lastKind = entry.kind
    if (entry.sender === systemSender) return
    this.#messages += 1
    this.#perSender.set(entry.sender, (this.#perSender.get(entry.sender) ?? 0) + 1)
  }

  #ranges(fence: Fence): EpochRange[] {
    const ended = this.#ends.map(({ endedAt, ...end }) => ({ ...end, endedAt }))
    const firstSeq = (ended.at(-1)?.lastSeq ?? 0) + 1
    const last = {
      epoch: fence.epoch,
      firstSeq,
      lastSeq: fence.lastSeq,
      digest: fence.digest,
      cause: 'closed',
    } as const
    const isInEnded = ended.some((end) => end.epoch === fence.epoch)
    return isInEnded ? ended : [...ended, { ...last, suspect: undefined, endedAt: undefined }]
  }

  #incidents(): string[] {
    const apart = this.#parked.size - this.#parkedRows
    const suspects = this.#ends.flatMap((end) =>
      end.suspect === undefined
        ? []
        : `epoch ${end.epoch} ended by ${end.cause} at seq ${end.lastSeq}: seq ${end.suspect.from} to ${end.suspect.to} or later may have been acknowledged and lost; the last second before the end is not covered by a witness`,
    )
    return apart > 0 ? [...suspects, `${apart} entries did not continue what was stored and are parked`] : suspects
  }
}

function targetOf(row: Entry): string | undefined {
  return row.target === undefined ? undefined : formatPlace(row.target)
}
