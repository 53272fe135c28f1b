import type { RoomId } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `ledgers`: one row a room, which everyone locks who stores, changes the epoch or closes. */

export interface LedgerRow {
  epoch: number
  redisRun: string
  state: 'open' | 'closing' | 'closed'
  storedSeq: number
  storedDigest: string
  isAsleep: boolean
  checkpointSeq: number
}

const ledgerColumns = 'epoch, redis_run, state, stored_seq, stored_digest, asleep, checkpoint_seq'

interface LedgerRecord {
  epoch: number
  redis_run: string
  state: LedgerRow['state']
  stored_seq: number
  stored_digest: string
  asleep: number
  checkpoint_seq: number
}

export async function insertLedger(sql: Sql, room: RoomId): Promise<void> {
  await sql('ledgers').insert({ room_id: room })
}

export async function ledgerOf(sql: Sql, room: RoomId): Promise<LedgerRow | undefined> {
  return toLedger(await selectRows(sql, `SELECT ${ledgerColumns} FROM ledgers WHERE room_id = ?`, [room]))
}

/** The row that every flush, epoch change and closing of a room waits for. */
export async function lockLedger(trx: Sql, room: RoomId): Promise<LedgerRow | undefined> {
  return toLedger(await selectRows(trx, `SELECT ${ledgerColumns} FROM ledgers WHERE room_id = ? FOR UPDATE`, [room]))
}

function toLedger([row]: LedgerRecord[]): LedgerRow | undefined {
  if (row === undefined) return undefined
  return {
    epoch: row.epoch,
    redisRun: row.redis_run,
    state: row.state,
    storedSeq: row.stored_seq,
    storedDigest: row.stored_digest,
    isAsleep: row.asleep === 1,
    checkpointSeq: row.checkpoint_seq,
  }
}

export async function moveStored(trx: Sql, room: RoomId, to: { seq: number; digest: string }): Promise<void> {
  await trx('ledgers')
    .where({ room_id: room })
    .update({ stored_seq: to.seq, stored_digest: to.digest, active_at: trx.raw('NOW(3)') })
}

export async function beginEpoch(trx: Sql, room: RoomId, begin: { epoch: number; run: string }): Promise<void> {
  await trx('ledgers')
    .where({ room_id: room })
    .update({ epoch: begin.epoch, redis_run: begin.run, asleep: 0, active_at: trx.raw('NOW(3)') })
}

export async function setCheckpoint(trx: Sql, room: RoomId, seq: number): Promise<void> {
  await trx('ledgers').where({ room_id: room }).update({ checkpoint_seq: seq })
}

export async function setLedgerState(trx: Sql, room: RoomId, state: LedgerRow['state']): Promise<void> {
  await trx('ledgers').where({ room_id: room }).update({ state })
}

export async function setAsleep(trx: Sql, room: RoomId): Promise<void> {
  await trx('ledgers').where({ room_id: room }).update({ asleep: 1 })
}

/** Open rooms that are awake and had nothing to store for a while. */
export async function idleRooms(sql: Sql, idleSeconds: number, limit: number): Promise<RoomId[]> {
  const rows = await selectRows<{ room_id: RoomId }>(
    sql,
    `SELECT room_id FROM ledgers FORCE INDEX (ledgers_idle)
     WHERE asleep = 0 AND state = 'open' AND active_at < NOW(3) - INTERVAL ? SECOND
     ORDER BY active_at LIMIT ?`,
    [idleSeconds, limit],
  )
  return rows.map((row) => row.room_id)
}

/** Rooms that are not final and that Redis may hold something of, in the order of their ids. */
export async function awakeRooms(sql: Sql, after: RoomId, limit: number): Promise<RoomId[]> {
  const rows = await selectRows<{ room_id: RoomId }>(
    sql,
    `SELECT room_id FROM ledgers WHERE room_id > ? AND asleep = 0 AND state <> 'closed' ORDER BY room_id LIMIT ?`,
    [after, limit],
  )
  return rows.map((row) => row.room_id)
}

/**
 * Every room that is not final is as one that sleeps: all of it is stored, nothing is expected in Redis. Its next epoch is so far ahead
 * that whatever places it gave after these rows were read, it gives none of them again.
 */
export async function layAllAsleep(trx: Sql, epochsAhead: number): Promise<void> {
  await affectedRows(trx, "UPDATE ledgers SET epoch = epoch + ?, redis_run = '', asleep = 1 WHERE state <> 'closed'", [
    epochsAhead,
  ])
}

/** The end of a ledger. All of it is stored, so that nothing of it is expected in Redis any more: in this it is like one asleep. */
export async function endLedger(trx: Sql, room: RoomId): Promise<void> {
  await trx('ledgers').where({ room_id: room }).update({ state: 'closed', asleep: 1 })
}

export async function asleepAmong(sql: Sql, rooms: readonly RoomId[]): Promise<Set<RoomId>> {
  if (rooms.length === 0) return new Set()
  const found = await sql('ledgers')
    .whereIn('room_id', rooms)
    .where({ asleep: 1, state: 'open' })
    .select<{ room_id: RoomId }[]>('room_id')
  return new Set(found.map((row) => row.room_id))
}

/** Rooms that are final, in the order of their ids. */
export async function finalRooms(sql: Sql, after: RoomId, limit: number): Promise<RoomId[]> {
  const rows = await selectRows<{ room_id: RoomId }>(
    sql,
    `SELECT room_id FROM ledgers WHERE room_id > ? AND state = 'closed' ORDER BY room_id LIMIT ?`,
    [after, limit],
  )
  return rows.map((row) => row.room_id)
}
