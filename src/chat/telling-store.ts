import type { RoomId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `room_tellings`: what the stream was last told of a room's counts. */

export interface Told {
  people: number
  seatsTaken: number
  isDue: boolean
}

/** In the transaction that changes the seats. */
export async function markCountsDue(trx: Sql, room: RoomId): Promise<void> {
  await affectedRows(
    trx,
    'INSERT INTO room_tellings (room_id, is_due) VALUES (?, 1) ON DUPLICATE KEY UPDATE is_due = 1',
    [room],
  )
}

/** Rooms of which something else may be true than was told: by number, as many as `limit` beyond `after`. */
export async function roomsToCount(sql: Sql, page: { after: RoomId; limit: number }): Promise<RoomId[]> {
  const rows = await selectRows<{ room_id: number }>(
    sql,
    `SELECT room_id FROM (
       (SELECT room_id FROM room_tellings WHERE is_due = 1 AND room_id > ? ORDER BY room_id LIMIT ?)
       UNION
       (SELECT room_id FROM room_tellings WHERE people > 0 AND room_id > ? ORDER BY room_id LIMIT ?)
     ) AS candidates ORDER BY room_id LIMIT ?`,
    [page.after, page.limit, page.after, page.limit, page.limit],
  )
  return rows.map((row) => idFromRow(row.room_id))
}

interface ToldRecord {
  room_id: number
  people: number
  seats_taken: number
  is_due: number
}

/** Rooms of which nothing was told yet are missing. */
export async function toldOf(sql: Sql, rooms: readonly RoomId[]): Promise<Map<RoomId, Told>> {
  if (rooms.length === 0) return new Map()
  const rows = await selectRows<ToldRecord>(
    sql,
    'SELECT room_id, people, seats_taken, is_due FROM room_tellings WHERE room_id IN (?)',
    [rooms],
  )
  return new Map(rows.map((row) => [idFromRow(row.room_id), toTold(row)]))
}

/** What was told of a room, under its lock. `rests` if it was told of less than `restMs` ago: then it is somebody's later. */
export async function lockTold(trx: Sql, room: RoomId, restMs: number): Promise<Told | 'rests'> {
  await affectedRows(trx, 'INSERT IGNORE INTO room_tellings (room_id) VALUES (?)', [room])
  const [row] = await selectRows<ToldRecord & { rests: number }>(
    trx,
    `SELECT room_id, people, seats_taken, is_due,
       COALESCE(told_at > NOW(3) - INTERVAL ? MICROSECOND, 0) AS rests
     FROM room_tellings WHERE room_id = ? FOR UPDATE`,
    [restMs * 1000, room],
  )
  return row === undefined || row.rests === 1 ? 'rests' : toTold(row)
}

export async function updateTold(
  trx: Sql,
  room: RoomId,
  told: { people: number; seatsTaken: number; isTold: boolean },
): Promise<void> {
  await affectedRows(
    trx,
    `UPDATE room_tellings SET people = ?, seats_taken = ?, is_due = 0, told_at = IF(?, NOW(3), told_at) WHERE room_id = ?`,
    [told.people, told.seatsTaken, told.isTold, room],
  )
}

/** A room that is told of anew: without people, until somebody counts. */
export async function beginTold(trx: Sql, room: RoomId, seatsTaken: number): Promise<void> {
  await affectedRows(
    trx,
    `INSERT INTO room_tellings (room_id, seats_taken, is_due) VALUES (?, ?, 1)
     ON DUPLICATE KEY UPDATE seats_taken = VALUES(seats_taken), people = 0, is_due = 1`,
    [room, seatsTaken],
  )
}

function toTold(row: ToldRecord): Told {
  return { people: row.people, seatsTaken: row.seats_taken, isDue: row.is_due === 1 }
}
