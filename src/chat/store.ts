import type { AccountId, RoomId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `rooms` and `mentors`. Members are in member-store.ts, read markers in read-marker-store.ts. */

export type RoomKind = 'lobby' | 'hosted'
export type RoomState = 'open' | 'closing' | 'closed'
/** Who may take a seat: everybody, or who is invited. */
export type RoomEntry = 'open' | 'invited'
/** Who may speak: everybody with a seat; or the mentor, admins, and members who were given the word. */
export type RoomSpeak = 'members' | 'mentors'

/** What a mentor decides about a room. */
export interface RoomSettings {
  name: string
  topic: string
  seats: number
  entry: RoomEntry
  speak: RoomSpeak
  /** Seconds between two messages of one person; 0: as they like. */
  slowModeSeconds: number
}

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
  entry: RoomEntry
  speak: RoomSpeak
  slowModeSeconds: number
  membersVersion: number
  settingsVersion: number
  /** Whether the last change of the settings has become an entry of the room. */
  isSettingsAnnounced: boolean
  state: RoomState
  openedAt: Date
  closedAt: Date | undefined
}

export const roomColumns =
  'r.id, r.kind, r.name, r.topic, r.mentor_id, r.seats, r.seats_taken, r.entry, r.speak, r.slow_mode_seconds, ' +
  'r.members_version, r.settings_version, r.settings_announced, r.state, r.opened_at, r.closed_at'

export interface RoomRecord {
  id: number
  kind: RoomKind
  name: string
  topic: string
  mentor_id: number | null
  seats: number | null
  seats_taken: number
  entry: RoomEntry
  speak: RoomSpeak
  slow_mode_seconds: number
  members_version: number
  settings_version: number
  settings_announced: number
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
    entry: row.entry,
    speak: row.speak,
    slowModeSeconds: row.slow_mode_seconds,
    membersVersion: row.members_version,
    settingsVersion: row.settings_version,
    isSettingsAnnounced: row.settings_announced === 1,
    state: row.state,
    openedAt: row.opened_at,
    closedAt: row.closed_at ?? undefined,
  }
}

export async function insertHosted(trx: Sql, room: RoomSettings & { mentor: AccountId }): Promise<RoomId> {
  const [id] = await trx('rooms').insert({
    kind: 'hosted',
    name: room.name,
    topic: room.topic,
    mentor_id: room.mentor,
    seats: room.seats,
    entry: room.entry,
    speak: room.speak,
    slow_mode_seconds: room.slowModeSeconds,
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

/** Those that are there, in no order. */
export async function roomsById(sql: Sql, rooms: readonly RoomId[]): Promise<Room[]> {
  if (rooms.length === 0) return []
  const rows = await selectRows<RoomRecord>(sql, `SELECT ${roomColumns} FROM rooms r WHERE r.id IN (?)`, [rooms])
  return rows.map(toRoom)
}

/** What they are called; those that are gone are missing in the answer. */
export async function roomNames(sql: Sql, rooms: readonly RoomId[]): Promise<Map<RoomId, string>> {
  const found = await roomsById(sql, rooms)
  return new Map(found.map(({ id, name }) => [id, name]))
}

/** Of a hosted room. */
export function settingsOf(room: Room): RoomSettings {
  const { name, topic, seats = 0, entry, speak, slowModeSeconds } = room
  return { name, topic, seats, entry, speak, slowModeSeconds }
}

/** The row that every change of the room's members waits for. */
export async function lockRoom(trx: Sql, room: RoomId): Promise<Room | undefined> {
  const [row] = await selectRows<RoomRecord>(trx, `SELECT ${roomColumns} FROM rooms r WHERE r.id = ? FOR UPDATE`, [
    room,
  ])
  return row === undefined ? undefined : toRoom(row)
}

/** What one person may see of the open rooms, newest first; those by invitation only if they are asked in, are in, or see all. */
export async function openRooms(
  sql: Sql,
  viewer: { account: AccountId; seesAll: boolean; hiddenMentors: readonly AccountId[] },
  page: { before: RoomId | undefined; kind: RoomKind | undefined; limit: number },
): Promise<Room[]> {
  const { account, seesAll, hiddenMentors } = viewer
  const isInvited = `EXISTS (SELECT 1 FROM room_invitations i WHERE i.room_id = r.id AND i.account_id = ?)
    AND NOT EXISTS (SELECT 1 FROM room_members b WHERE b.room_id = r.id AND b.account_id = ? AND b.standing = 'banned')`
  const rows = await selectRows<RoomRecord>(
    sql,
    `SELECT ${roomColumns} FROM rooms r FORCE INDEX (rooms_state)
     WHERE r.state = 'open' AND r.id < ? AND (? IS NULL OR r.kind = ?)
       ${hiddenMentors.length === 0 ? '' : 'AND (r.mentor_id IS NULL OR r.mentor_id NOT IN (?))'}
       AND (r.entry = 'open' OR ? OR r.mentor_id = ?
         OR EXISTS (SELECT 1 FROM room_members m WHERE m.room_id = r.id AND m.account_id = ? AND m.standing = 'in')
         OR (${isInvited}))
     ORDER BY r.id DESC LIMIT ?`,
    [
      ...[page.before ?? Number.MAX_SAFE_INTEGER, page.kind ?? null, page.kind ?? null],
      ...(hiddenMentors.length === 0 ? [] : [hiddenMentors]),
      ...[seesAll, account, account, account, account, page.limit],
    ],
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

/** False if it is closing or closed already. */
export async function markClosing(trx: Sql, room: RoomId): Promise<boolean> {
  return (await trx('rooms').where({ id: room, state: 'open' }).update({ state: 'closing' })) === 1
}

/** Keeps the first time. False if it is closed already. */
export async function markClosed(trx: Sql, room: RoomId): Promise<boolean> {
  const closed = await affectedRows(
    trx,
    "UPDATE rooms SET state = 'closed', closed_at = NOW(3) WHERE id = ? AND state <> 'closed'",
    [room],
  )
  return closed === 1
}

/** Whether everybody who stayed has been told of the end of the room. */
export async function areNoticesTold(sql: Sql, room: RoomId): Promise<boolean> {
  const rows = await selectRows(sql, 'SELECT 1 FROM rooms WHERE id = ? AND notices_at IS NOT NULL', [room])
  return rows.length === 1
}

export async function markNoticesTold(sql: Sql, room: RoomId): Promise<void> {
  await affectedRows(sql, 'UPDATE rooms SET notices_at = NOW(3) WHERE id = ?', [room])
}
