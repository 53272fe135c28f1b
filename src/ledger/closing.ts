import { crashPoint } from '../platform/crash-point.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import * as buffer from './buffer.ts'
import { closedPayload } from './closed-entry.ts'
import { closingOf, fenceRequested, insertClosing, reopenQuarantined } from './closing-store.ts'
import type { ClosingRow, Fence } from './closing-store.ts'
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
export async function closeRoom(
  parts: ClosingParts,
  room: RoomId,
  request: { by: AccountId; requestId: string | undefined },
): Promise<ClosingRow> {
  await writeDown(parts, room, request)
  crashPoint('closing: written down, no fence')
  const closing = await fence(parts, room)
  crashPoint('closing: fenced, worker not called')
  await parts.ring({ room, ...(closing.requestId === undefined ? {} : { requestId: closing.requestId }) })
  return closing
}

async function writeDown(
  parts: ClosingParts,
  room: RoomId,
  request: { by: AccountId; requestId: string | undefined },
): Promise<void> {
  await inTransaction(parts.sql, async (trx) => {
    const row = await lockLedger(trx, room)
    if (row === undefined) throw new NoSuchLedger(`room ${room} has no ledger`)
    if (row.state !== 'open') return
    await setLedgerState(trx, room, 'closing')
    await insertClosing(trx, room, { ...request, nextInSeconds: parts.retrySeconds })
    crashPoint('closing: written down, not committed')
  })
}

/** Puts *closed* at the end of the room, unless that has happened. Afterwards no entry can follow. */
export async function fence(parts: ClosingParts, room: RoomId): Promise<ClosingRow> {
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

/** Leads a quarantined closing back to draining, for an admin who has repaired what was wrong: what was parked is tried once more. */
export async function retryClosing(parts: ClosingParts, room: RoomId): Promise<boolean> {
  const isReopened = await inTransaction(parts.sql, async (trx) => {
    if ((await lockLedger(trx, room)) === undefined) return false
    if (!(await reopenQuarantined(trx, room))) return false
    await putBackParked(trx, room)
    await setLedgerState(trx, room, 'closing')
    return true
  })
  if (!isReopened) return false
  crashPoint('closing: led back, worker not called')
  await parts.ring({ room })
  return true
}
