import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import * as buffer from './buffer.ts'
import type { Place } from './entry.ts'
import type { Epochs } from './epochs.ts'
import { ledgerOf, lockLedger } from './ledger-store.ts'
import { SliceDoesNotJoin, storeEntries } from './storing.ts'

export interface FlushParts {
  sql: Sql
  redis: Redis
  epochs: Epochs
  log: Log
}

const sliceEntries = 1000
/** Far more rounds than a full buffer has slices: a flush that needs more than this is going round in circles. */
const mostRounds = 10_000

/**
 * Stores everything that a room has buffered: slice → insert and `stored_seq` in one transaction → commit → trim.
 * May run twice, late, on two workers at once, or after a crash at any point. Answers how many entries became rows.
 */
export async function flushRoom(parts: FlushParts, room: RoomId): Promise<number> {
  let stored = 0
  for (let round = 0; round < mostRounds; round += 1) {
    const slice = await peekFromStored(parts, room)
    if (slice === undefined || slice.entries.length === 0) return stored
    stored += await flushSlice(parts, room, slice)
  }
  throw new Error(`room ${room} is still not flushed after ${mostRounds} slices`)
}

/** The oldest buffered entries. Undefined for a room that Redis has nothing of and that is final or asleep in MySQL. */
async function peekFromStored(parts: FlushParts, room: RoomId): Promise<buffer.Peek | undefined> {
  for (;;) {
    const slice = await buffer.peek(parts.redis, room, { after: 0, limit: sliceEntries })
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

async function flushSlice(parts: FlushParts, room: RoomId, slice: buffer.Peek): Promise<number> {
  crashPoint('flush: peeked, not stored')
  const stored = await storeSlice(parts, room, slice)
  crashPoint('flush: committed, not trimmed')
  const isTrimmed = stored !== undefined && (await buffer.trim(parts.redis, room, stored.last)).type === 'ok'
  crashPoint('flush: trimmed, not done')
  if (!isTrimmed) await parts.epochs.change(room)
  return stored?.count ?? 0
}

/** Undefined when MySQL and Redis do not speak of the same epoch, or the slice does not continue the rows. */
async function storeSlice(
  parts: FlushParts,
  room: RoomId,
  slice: buffer.Peek,
): Promise<{ count: number; last: Place } | undefined> {
  try {
    return await inTransaction(parts.sql, async (trx) => {
      const row = await lockLedger(trx, room)
      if (row === undefined || row.epoch !== slice.epoch) return undefined
      const { count } = await storeEntries(trx, room, row, slice.entries)
      crashPoint('flush: mark moved, not committed')
      return { count, last: { epoch: slice.epoch, seq: slice.base + slice.entries.length } }
    })
  } catch (error) {
    if (!(error instanceof SliceDoesNotJoin)) throw error
    parts.log.error({ err: error, room }, 'MySQL has lost what it had stored')
    await holdForRepair(parts, room, slice)
    return undefined
  }
}

/** On hold the next epoch change parks what does not continue the rows, and says so: the room goes on, and can be closed. */
async function holdForRepair(parts: FlushParts, room: RoomId, slice: buffer.Peek): Promise<void> {
  crashPoint('flush: does not join, not held')
  await buffer.hold(parts.redis, room, slice.epoch + 1)
}
