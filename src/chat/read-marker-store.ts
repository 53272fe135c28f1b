import type { Place } from '../ledger/index.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `read_markers`. */
export interface ReadMarker {
  account: AccountId
  room: RoomId
  place: Place
}

const isLater = 'VALUES(epoch) > epoch OR (VALUES(epoch) = epoch AND VALUES(seq) > seq)'

/** A marker only ever moves on. `seq` is set before `epoch`, since MySQL evaluates from left to right. */
export async function moveMarkers(sql: Sql, markers: readonly ReadMarker[]): Promise<void> {
  const rows = markers.map(({ account, room, place }) => [account, room, place.epoch, place.seq])
  await affectedRows(
    sql,
    `INSERT INTO read_markers (account_id, room_id, epoch, seq) VALUES ${rows.map(() => '(?, ?, ?, ?)').join(', ')}
     ON DUPLICATE KEY UPDATE seq = IF(${isLater}, VALUES(seq), seq), epoch = GREATEST(epoch, VALUES(epoch))`,
    rows.flat(),
  )
}

export async function markersOf(sql: Sql, account: AccountId, rooms: readonly RoomId[]): Promise<Map<RoomId, Place>> {
  if (rooms.length === 0) return new Map()
  const rows = await selectRows<{ room_id: number; epoch: number; seq: number }>(
    sql,
    'SELECT room_id, epoch, seq FROM read_markers WHERE account_id = ? AND room_id IN (?)',
    [account, rooms],
  )
  return new Map(rows.map((row) => [idFromRow<RoomId>(row.room_id), { epoch: row.epoch, seq: row.seq }]))
}
