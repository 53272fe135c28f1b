import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import * as buffer from './buffer.ts'
import type { Epochs } from './epochs.ts'
import { lockLedger, setAsleep } from './ledger-store.ts'

export interface SleepParts {
  sql: Sql
  redis: Redis
  epochs: Epochs
  sleepAfterSeconds: number
}

/**
 * An idle room leaves Redis: it is put on hold, MySQL notes that it sleeps, its keys go. The keys go last: a room that were
 * gone before MySQL knows would look like one that was lost. A crash in between costs an epoch change.
 */
export async function putToSleep(parts: SleepParts, room: RoomId): Promise<void> {
  const outcome = await inTransaction(parts.sql, (trx) => noteAsleep(parts, trx, room))
  if (typeof outcome === 'number') {
    crashPoint('sleep: noted, keys not gone')
    await buffer.leave(parts.redis, room, outcome)
  }
  // Redis does not know the room as MySQL does, and would not let it sleep until somebody uses it.
  if (outcome === 'absent' || outcome === 'stale') await parts.epochs.change(room)
}

/** Answers the epoch that the room is on hold for, or why it does not sleep. */
async function noteAsleep(
  parts: SleepParts,
  trx: Sql,
  room: RoomId,
): Promise<number | 'awake' | 'absent' | 'stale' | undefined> {
  const row = await lockLedger(trx, room)
  if (row === undefined || row.state !== 'open' || row.isAsleep) return undefined
  const hold = row.epoch + 1
  const idleMs = parts.sleepAfterSeconds * 1000
  const answer = await buffer.sleep(parts.redis, room, { epoch: row.epoch, idleMs, hold })
  if (answer !== 'ok') return answer
  crashPoint('sleep: held, not noted')
  await setAsleep(trx, room)
  return hold
}
