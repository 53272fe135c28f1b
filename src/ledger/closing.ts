import { crashPoint } from '../platform/crash-point.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { traced } from '../platform/tracing/tracer.ts'
import * as buffer from './buffer.ts'
import { closedPayload } from './closed-entry.ts'
import {
  closingOf,
  fenceRequested,
  hurryClosing,
  insertClosing,
  markAccepted,
  reopenQuarantined,
} from './closing-store.ts'
import type { ClosingRow, Fence } from './closing-store.ts'
import type { ClosingRequest, ClosingView, WithinClosing } from './contract.ts'
import { NoSuchLedger } from './epochs.ts'
import type { Epochs } from './epochs.ts'
import type { RoomJob } from './flush-queue.ts'
import { lockLedger, setLedgerState } from './ledger-store.ts'
import { putBackParked } from './storing.ts'

export interface ClosingParts {
  sql: Sql
  redis: Redis
  epochs: Epochs
  log: Log
  /** When a sweeper takes over if nobody drives the closing. */
  retrySeconds: number
  ring: (job: RoomJob) => Promise<boolean>
}

/**
 * Closes a room for new entries. First it is written down (from then on the closing survives anything), then the fence goes
 * up in Redis, then a worker is called. Answers with the last seq; repeating it answers the same.
 */
export async function closeRoom(parts: ClosingParts, room: RoomId, request: ClosingRequest): Promise<ClosingRow> {
  await writeDown(parts, room, request)
  crashPoint('closing: written down, no fence')
  const closing = await fence(parts, room)
  crashPoint('closing: fenced, worker not called')
  await parts.ring({ room, ...(closing.requestId === undefined ? {} : { requestId: closing.requestId }) })
  return closing
}

async function writeDown(parts: ClosingParts, room: RoomId, request: ClosingRequest): Promise<void> {
  await inTransaction(parts.sql, async (trx) => {
    const row = await lockLedger(trx, room)
    if (row === undefined) throw new NoSuchLedger(`room ${room} has no ledger`)
    if (row.state !== 'open') return
    await setLedgerState(trx, room, 'closing')
    await insertClosing(trx, room, { ...request, nextInSeconds: parts.retrySeconds })
    await request.within?.(trx)
    crashPoint('closing: written down, not committed')
  })
}

/** Puts *closed* at the end of the room, unless that has happened. Afterwards no entry can follow. */
export function fence(parts: ClosingParts, room: RoomId): Promise<ClosingRow> {
  return traced('closing: fence', { facts: { 'madang.room': room } }, () => putFence(parts, room))
}

async function putFence(parts: ClosingParts, room: RoomId): Promise<ClosingRow> {
  const closing = await existing(parts.sql, room)
  if (closing.state !== 'requested') return closing
  for (;;) {
    const reply = await buffer.close(parts.redis, room, closedPayload(closing.requestedBy))
    if (reply.type === 'ok') {
      crashPoint('closing: fence up, not written down')
      await putUp(parts.sql, room, { epoch: reply.last.epoch, lastSeq: reply.last.seq, digest: reply.digest })
      return existing(parts.sql, room)
    }
    // The epoch change of a closing room writes *closed* itself.
    await parts.epochs.change(room)
    const changed = await existing(parts.sql, room)
    if (changed.state !== 'requested') return changed
  }
}

/**
 * Under the lock of the ledger's row: an epoch change looks at the fence, judges by it what may be lost, and replaces it. One that came
 * up behind that look would be answered, and replaced without a word.
 */
async function putUp(sql: Sql, room: RoomId, end: Fence): Promise<void> {
  await inTransaction(sql, async (trx) => {
    await lockLedger(trx, room)
    await fenceRequested(trx, room, end)
  })
}

async function existing(sql: Sql, room: RoomId): Promise<ClosingRow> {
  const closing = await closingOf(sql, room)
  if (closing === undefined) throw new Error(`room ${room} is closing without a row in end_room`)
  return closing
}

/**
 * For an admin. Leads a quarantined closing back to draining, since what was wrong has been repaired: what was parked is tried once
 * more. One that is not final is only tried now instead of later. False for any other.
 */
export async function retryClosing(parts: ClosingParts, room: RoomId, within?: WithinClosing): Promise<boolean> {
  const isTaken = await inTransaction(parts.sql, async (trx) => {
    if ((await lockLedger(trx, room)) === undefined) return false
    const was = await closingOf(trx, room)
    if (was === undefined || !(await takeUp(trx, was))) return false
    await within?.(trx, was)
    return true
  })
  if (!isTaken) return false
  crashPoint('closing: led back, worker not called')
  await parts.ring({ room })
  return true
}

async function takeUp(trx: Sql, { room, state }: ClosingView): Promise<boolean> {
  if (state !== 'quarantined') return hurryClosing(trx, room)
  if (!(await reopenQuarantined(trx, room))) return false
  await putBackParked(trx, room)
  await setLedgerState(trx, room, 'closing')
  return true
}

/**
 * For an admin who cannot or will not repair what a quarantined closing lacks: it is on record that they have looked, and nobody is
 * asked to look any more. It stays quarantined, and its receipt goes on saying what is wrong; a retry undoes this. False unless it is
 * quarantined and not accepted yet.
 */
export async function acceptQuarantine(
  sql: Sql,
  room: RoomId,
  { by, note, within }: { by: AccountId; note: string; within?: WithinClosing },
): Promise<boolean> {
  return inTransaction(sql, async (trx) => {
    if ((await lockLedger(trx, room)) === undefined) return false
    const was = await closingOf(trx, room)
    if (was === undefined || !(await markAccepted(trx, room, { by, note }))) return false
    await within?.(trx, was)
    return true
  })
}
