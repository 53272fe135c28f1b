import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { traced } from '../platform/tracing/tracer.ts'
import * as buffer from './buffer.ts'
import type { Undecided } from './buffer.ts'
import { NotInBulk, storeInBulk } from './bulk.ts'
import type { Entry, Place } from './entry.ts'
import type { Epochs } from './epochs.ts'
import { ledgerOf, lockLedger } from './ledger-store.ts'
import type { WorkTally } from './metrics.ts'
import { SliceDoesNotJoin, storeSlices } from './storing.ts'

export interface FlushParts {
  sql: Sql
  redis: Redis
  epochs: Epochs
  log: Log
  /** Whether MySQL takes rows in bulk. */
  hasBulk: boolean
  /** So many are read at once. As many or more go in bulk. */
  sliceEntries: number
  /** One transaction takes no further slice when it has so many: others wait for the ledger's row meanwhile. */
  transactionEntries: number
  /** A buffer that has so many entries, or so many bytes, is due: a flush does not end at it. */
  dueEntries: number
  dueBytes: number
  tally: WorkTally
}

/** Nor when it has so many bytes. */
const transactionBytes = 16_777_216
/** Far more rounds than a full buffer has slices: a flush that needs more than this is going round in circles. */
const mostRounds = 10_000
/** Laps of a flush, each to the end of the buffer: others wait for a worker, too. */
const mostLaps = 2

/**
 * Stores everything that a room has buffered when this begins: slices → insert and `stored_seq` in one transaction → commit → trim.
 * May run twice, late, on two workers at once, or after a crash at any point. Answers how many entries became rows.
 */
export function flushRoom(parts: FlushParts, room: RoomId): Promise<number> {
  return traced('flush', { facts: { 'madang.room': room } }, () => talliedFlush(parts, room))
}

async function talliedFlush(parts: FlushParts, room: RoomId): Promise<number> {
  const startedAt = performance.now()
  try {
    const rows = await flushAll(parts, room)
    if (rows > 0) parts.tally.flushed(rows, performance.now() - startedAt)
    return rows
  } catch (error) {
    parts.tally.flushFailed()
    throw error
  }
}

async function flushAll(parts: FlushParts, room: RoomId): Promise<number> {
  let stored = 0
  let isBulk = parts.hasBulk
  let end: Place | undefined
  let laps = 0
  for (let round = 0; round < mostRounds; round += 1) {
    const slice = await peekFromStored(parts, room)
    if (slice === undefined || slice.entries.length === 0) return stored
    if (end?.epoch !== slice.epoch) end = { epoch: slice.epoch, seq: slice.head }
    const isMany = slice.entries.length === parts.sliceEntries
    const most = laps === 0 ? transactionOf(parts, slice) : parts.transactionEntries
    try {
      const step: Step = { way: isBulk && isMany ? 'bulk' : 'rows', most, end: end.seq }
      const { count, left } = await flushSlice(parts, room, slice, step)
      stored += count
      if (left !== undefined && left.base >= end.seq) {
        laps += 1
        if (laps === mostLaps || !isDue(parts, left)) return stored
        end = { epoch: slice.epoch, seq: left.head }
      }
    } catch (error) {
      if (!(error instanceof NotInBulk)) throw error
      parts.log.warn({ err: error, room }, 'entries do not go in bulk; what is left goes row by row')
      isBulk = false
    }
  }
  throw new Error(`room ${room} is still not flushed after ${mostRounds} rounds`)
}

/**
 * Whether there is work for another flush already. What is less rings for itself when it is due: who went on all the same would follow a
 * room in which people speak without an end, and store it a few lines at a time.
 */
function isDue({ dueEntries, dueBytes }: FlushParts, { base, head, bytes }: buffer.Buffered): boolean {
  return head - base >= dueEntries || bytes >= dueBytes
}

/** The oldest buffered entries. Undefined for a room that Redis has nothing of and that is final or asleep in MySQL. */
async function peekFromStored(parts: FlushParts, room: RoomId): Promise<buffer.Peek | undefined> {
  for (;;) {
    const slice = await buffer.peek(parts.redis, room, { after: 0, limit: parts.sliceEntries })
    if (slice.type === 'ok') return slice
    const row = await ledgerOf(parts.sql, room)
    if (row === undefined) return undefined
    const isAsleep = row.isAsleep && row.state === 'open'
    if (isAsleep && slice.type === 'absent') return undefined
    if (row.state === 'closed') return forgetFinal(parts, room)
    await parts.epochs.change(room)
  }
}

/** A final room that reappears in Redis comes from an older copy of it. */
async function forgetFinal(parts: FlushParts, room: RoomId): Promise<undefined> {
  await buffer.forget(parts.redis, room)
  return undefined
}

/** One transaction of a flush: it takes no further slice when it has `most` entries, or the one with the seq `end`. */
interface Step {
  way: 'bulk' | 'rows'
  most: number
  end: number
}

/** The slice and what follows it. `left`: what is buffered after that, where the buffer is still the one that was read. */
async function flushSlice(
  parts: FlushParts,
  room: RoomId,
  slice: buffer.Peek,
  step: Step,
): Promise<{ count: number; left: buffer.Buffered | undefined }> {
  crashPoint('flush: peeked, not stored')
  const stored = await storeSlice(parts, room, slice, step)
  crashPoint('flush: committed, not trimmed')
  const left = stored === undefined ? undefined : await trim(parts, room, slice, stored.last)
  crashPoint('flush: trimmed, not done')
  if (left === undefined) await parts.epochs.change(room)
  return { count: stored?.count ?? 0, left }
}

/**
 * A slice at a time, until less than one is behind it: the script reads what goes or what stays, and keeps all others waiting. Undefined
 * where the buffer is another one by now.
 */
async function trim(
  { redis, sliceEntries }: FlushParts,
  room: RoomId,
  { base, head, entries }: buffer.Peek,
  last: Place,
): Promise<buffer.Buffered | undefined> {
  let left: buffer.Buffered = { type: 'ok', base, head, bytes: 0 }
  // How much has been said since the first slice was read is known when the first piece has gone.
  let seq = Math.min(entries.at(-1)?.seq ?? base, last.seq)
  while (left.base < last.seq) {
    if (left.base > base) crashPoint('flush: one piece trimmed, not all')
    const answer = await buffer.trim(redis, room, { ...last, seq })
    if (answer.type !== 'ok') return undefined
    left = answer
    seq = left.head - last.seq < sliceEntries ? last.seq : Math.min(left.base + sliceEntries, last.seq)
  }
  return left
}

/** Undefined when MySQL and Redis do not speak of the same epoch, or the slice does not continue the rows. */
async function storeSlice(
  parts: FlushParts,
  room: RoomId,
  slice: buffer.Peek,
  step: Step,
): Promise<{ count: number; last: Place } | undefined> {
  try {
    return await inTransaction(parts.sql, async (trx) => {
      const row = await lockLedger(trx, room)
      if (row === undefined || row.epoch !== slice.epoch) return undefined
      const store = step.way === 'bulk' ? storeInBulk : storeSlices
      const { count, seq } = await store(trx, room, row, slicesFrom(parts, room, slice, step))
      crashPoint('flush: mark moved, not committed')
      return { count, last: { epoch: slice.epoch, seq } }
    })
  } catch (error) {
    if (!(error instanceof SliceDoesNotJoin)) throw error
    parts.log.error({ err: error, room }, 'MySQL has lost what it had stored')
    await holdForRepair(parts, room, slice)
    return undefined
  }
}

/**
 * Entries of one transaction of the first lap. Of a room that has just become due half of that, so that its buffer falls before as much again
 * is said; as many as may be where nobody speaks any more, or where it is so far behind that it gains by whatever is quickest. A second lap is
 * one transaction: if as much as is due is said in its time, the buffer passes where it rings, and by halves it might not.
 */
function transactionOf({ transactionEntries, dueEntries }: FlushParts, { state, base, head }: buffer.Peek): number {
  if (state !== 'open' || head - base >= 2 * dueEntries) return transactionEntries
  return Math.min(transactionEntries, Math.ceil(dueEntries / 2))
}

/**
 * The slice, and what follows it in the buffer under the same epoch, as much as goes into one transaction. While one is worked on,
 * the next is read.
 */
async function* slicesFrom(
  parts: FlushParts,
  room: RoomId,
  first: buffer.Peek,
  { most, end }: Step,
): AsyncGenerator<Entry[]> {
  let left = { entries: most, bytes: transactionBytes }
  let slice: buffer.Peek | Undecided = first
  while (slice.type === 'ok' && slice.epoch === first.epoch) {
    left = {
      entries: left.entries - slice.entries.length,
      bytes: slice.entries.reduce((bytes, entry) => bytes - entry.payload.length, left.bytes),
    }
    const last = slice.entries.at(-1)
    const isFull = left.entries <= 0 || left.bytes <= 0
    const next: ReturnType<typeof readAhead> | undefined =
      isFull || last === undefined || last.seq >= end ? undefined : readAhead(parts, room, last.seq)
    yield slice.entries
    if (next === undefined) return
    slice = await next
  }
}

function readAhead(parts: FlushParts, room: RoomId, after: number): ReturnType<typeof buffer.peek> {
  const reading = buffer.peek(parts.redis, room, { after, limit: parts.sliceEntries })
  // The transaction may have failed by the time this does, and nobody waits for it any more.
  reading.catch(() => undefined)
  return reading
}

/** On hold the next epoch change parks what does not continue the rows, and says so: the room goes on, and can be closed. */
async function holdForRepair(parts: FlushParts, room: RoomId, slice: buffer.Peek): Promise<void> {
  crashPoint('flush: does not join, not held')
  await buffer.hold(parts.redis, room, slice.epoch + 1)
}
