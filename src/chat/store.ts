import type { AccountId, RoomId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `rooms` and `mentors`. Members are in member-store.ts, read markers in read-marker-store.ts. */

export type RoomKind = 'lobby' | 'hosted'
export type RoomState = 'open' | 'closing' | 'closed'

export interface Room {
  id: RoomId
  kind: RoomKind
  name: string
  topic: string
  /** Nobody in the lobby. */
  mentor: AccountId | undefined
  /** For people beside the mentor; none in the lobby, which has room for all. */
  seats: number | undefined
  seatsTaken: number
  membersVersion: number
  state: RoomState
  openedAt: Date
  closedAt: Date | undefined
}

export const roomColumns =
  'r.id, r.kind, r.name, r.topic, r.mentor_id, r.seats, r.seats_taken, r.members_version, r.state, r.opened_at, r.closed_at'

export interface RoomRecord {
  id: number
  kind: RoomKind
  name: string
  topic: string
  mentor_id: number | null
  seats: number | null
  seats_taken: number
  members_version: number
  state: RoomState
  opened_at: Date
  closed_at: Date | null
}

export function toRoom(row: RoomRecord): Room {
  return {
    id: idFromRow(row.id),
    kind: row.kind,
    name: row.name,
    topic: row.topic,
    mentor: row.mentor_id === null ? undefined : idFromRow(row.mentor_id),
    seats: row.seats ?? undefined,
    seatsTaken: row.seats_taken,
    membersVersion: row.members_version,
    state: row.state,
    openedAt: row.opened_at,
    closedAt: row.closed_at ?? undefined,
  }
}

export async function insertHosted(
  trx: Sql,
  room: { name: string; topic: string; mentor: AccountId; seats: number },
): Promise<RoomId> {
  const [id] = await trx('rooms').insert({
    kind: 'hosted',
    name: room.name,
    topic: room.topic,
    mentor_id: room.mentor,
    seats: room.seats,
  })
  return idFromRow(id)
}

/** A doubled key when there is a lobby already. */
export async function insertLobby(trx: Sql, name: string): Promise<RoomId> {
  const [id] = await trx('rooms').insert({ kind: 'lobby', single: 'lobby', name })
  return idFromRow(id)
}

export async function lobby(sql: Sql): Promise<RoomId | undefined> {
  const [row] = await selectRows<{ id: number }>(sql, "SELECT id FROM rooms WHERE single = 'lobby'")
  return row === undefined ? undefined : idFromRow(row.id)
}

export async function roomById(sql: Sql, room: RoomId): Promise<Room | undefined> {
  const [row] = await selectRows<RoomRecord>(sql, `SELECT ${roomColumns} FROM rooms r WHERE r.id = ?`, [room])
  return row === undefined ? undefined : toRoom(row)
}

/** The row that every change of the room's members waits for. */
export async function lockRoom(trx: Sql, room: RoomId): Promise<Room | undefined> {
  const [row] = await selectRows<RoomRecord>(trx, `SELECT ${roomColumns} FROM rooms r WHERE r.id = ? FOR UPDATE`, [
    room,
  ])
  return row === undefined ? undefined : toRoom(row)
}

/** Newest first. */
export async function openRooms(
  sql: Sql,
  page: { before: RoomId | undefined; kind: RoomKind | undefined; limit: number },
): Promise<Room[]> {
  const rows = await selectRows<RoomRecord>(
    sql,
    `SELECT ${roomColumns} FROM rooms r
     WHERE r.state = 'open' AND r.id < ? AND (? IS NULL OR r.kind = ?)
     ORDER BY r.id DESC LIMIT ?`,
    [page.before ?? Number.MAX_SAFE_INTEGER, page.kind ?? null, page.kind ?? null, page.limit],
  )
  return rows.map(toRoom)
}

/** Makes a mentor's openings wait for each other, from the first one on. */
export async function lockMentor(trx: Sql, mentor: AccountId): Promise<void> {
  await affectedRows(
    trx,
    'INSERT INTO mentors (account_id, rooms_opened) VALUES (?, 1) ON DUPLICATE KEY UPDATE rooms_opened = rooms_opened + 1',
    [mentor],
  )
}

export async function countOpenOf(trx: Sql, mentor: AccountId): Promise<number> {
  const [row] = await selectRows<{ open: number }>(
    trx,
    "SELECT COUNT(*) AS open FROM rooms WHERE mentor_id = ? AND state = 'open'",
    [mentor],
  )
  return row?.open ?? 0
}

/** Takes one of the seats, if one is free. */
export async function takeSeat(trx: Sql, room: RoomId): Promise<boolean> {
  const taken = await affectedRows(
    trx,
    'UPDATE rooms SET seats_taken = seats_taken + 1 WHERE id = ? AND seats_taken < seats',
    [room],
  )
  return taken === 1
}

export async function freeSeat(trx: Sql, room: RoomId): Promise<void> {
  await affectedRows(trx, 'UPDATE rooms SET seats_taken = seats_taken - 1 WHERE id = ? AND seats_taken > 0', [room])
}

export async function moveMembersVersion(trx: Sql, room: RoomId, version: number): Promise<void> {
  await trx('rooms').where({ id: room }).update({ members_version: version })
}

export async function markClosing(sql: Sql, room: RoomId): Promise<void> {
  await sql('rooms').where({ id: room, state: 'open' }).update({ state: 'closing' })
}

/** Keeps the first time. */
export async function markClosed(trx: Sql, room: RoomId): Promise<void> {
  await affectedRows(trx, "UPDATE rooms SET state = 'closed', closed_at = COALESCE(closed_at, NOW(3)) WHERE id = ?", [
    room,
  ])
}
