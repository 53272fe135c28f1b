import type { AccountId, RoomId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { roomColumns, toRoom } from './store.ts'
import type { Room, RoomRecord } from './store.ts'

/** The SQL of `room_members`. `stayed` are those who were in when the room was closed. */
export type Standing = 'in' | 'left' | 'kicked' | 'stayed' | 'banned'
/** Kinds of entries that tell of a change of members. */
export type MemberChange = 'join' | 'leave' | 'kick' | 'ban' | 'unban' | 'word' | 'unword'

export interface Member {
  room: RoomId
  account: AccountId
  standing: Standing
  /** Of the room's members, at this member's last change. */
  version: number
  changedBy: AccountId
  changedAt: Date
  joinedAt: Date
  isAnnounced: boolean
  /** What the last change was. */
  change: MemberChange
  hasWord: boolean
}

const memberColumns =
  'room_id, account_id, standing, version, changed_by, changed_at, joined_at, announced, change_kind, has_word'

interface MemberRecord {
  room_id: number
  account_id: number
  standing: Standing
  version: number
  changed_by: number
  changed_at: Date
  joined_at: Date
  announced: number
  change_kind: MemberChange | null
  has_word: number
}

const changeTo = { in: 'join', stayed: 'join', left: 'leave', kicked: 'kick', banned: 'ban' } as const

function toMember(row: MemberRecord): Member {
  return {
    room: idFromRow(row.room_id),
    account: idFromRow(row.account_id),
    standing: row.standing,
    version: row.version,
    changedBy: idFromRow(row.changed_by),
    changedAt: row.changed_at,
    joinedAt: row.joined_at,
    isAnnounced: row.announced === 1,
    change: row.change_kind ?? changeTo[row.standing],
    hasWord: row.has_word === 1,
  }
}

export async function memberOf(sql: Sql, room: RoomId, account: AccountId): Promise<Member | undefined> {
  const [row] = await selectRows<MemberRecord>(
    sql,
    `SELECT ${memberColumns} FROM room_members WHERE room_id = ? AND account_id = ?`,
    [room, account],
  )
  return row === undefined ? undefined : toMember(row)
}

export async function insertJoined(
  trx: Sql,
  member: { room: RoomId; account: AccountId; version: number },
): Promise<void> {
  await affectedRows(
    trx,
    `INSERT INTO room_members (room_id, account_id, standing, version, changed_by)
     VALUES (?, ?, 'in', ?, ?)
     ON DUPLICATE KEY UPDATE standing = 'in', version = VALUES(version), changed_by = VALUES(changed_by),
       changed_at = NOW(3), joined_at = NOW(3), left_at = NULL, announced = 0, change_kind = NULL, has_word = 0`,
    [member.room, member.account, member.version, member.account],
  )
}

export async function markGone(
  trx: Sql,
  member: { room: RoomId; account: AccountId; version: number; standing: 'left' | 'kicked'; by: AccountId },
): Promise<void> {
  await affectedRows(
    trx,
    `UPDATE room_members
     SET standing = ?, version = ?, changed_by = ?, changed_at = NOW(3), left_at = NOW(3), announced = 0,
       change_kind = NULL, has_word = 0
     WHERE room_id = ? AND account_id = ?`,
    [member.standing, member.version, member.by, member.room, member.account],
  )
}

export interface MemberMove {
  room: RoomId
  account: AccountId
  version: number
  by: AccountId
}

/** Also of somebody who never was in. */
export async function markBanned(trx: Sql, move: MemberMove): Promise<void> {
  await affectedRows(
    trx,
    `INSERT INTO room_members (room_id, account_id, standing, version, changed_by, left_at)
     VALUES (?, ?, 'banned', ?, ?, NOW(3))
     ON DUPLICATE KEY UPDATE standing = 'banned', version = VALUES(version), changed_by = VALUES(changed_by),
       changed_at = NOW(3), left_at = NOW(3), announced = 0, change_kind = NULL, has_word = 0`,
    [move.room, move.account, move.version, move.by],
  )
}

export async function markUnbanned(trx: Sql, move: MemberMove): Promise<void> {
  await affectedRows(
    trx,
    `UPDATE room_members
     SET standing = 'left', version = ?, changed_by = ?, changed_at = NOW(3), announced = 0, change_kind = 'unban'
     WHERE room_id = ? AND account_id = ?`,
    [move.version, move.by, move.room, move.account],
  )
}

export async function markWord(trx: Sql, move: MemberMove, hasWord: boolean): Promise<void> {
  await affectedRows(
    trx,
    `UPDATE room_members
     SET has_word = ?, version = ?, changed_by = ?, changed_at = NOW(3), announced = 0, change_kind = ?
     WHERE room_id = ? AND account_id = ?`,
    [hasWord, move.version, move.by, hasWord ? 'word' : 'unword', move.room, move.account],
  )
}

/** By account id. */
export async function bansAfter(
  sql: Sql,
  room: RoomId,
  page: { after: AccountId | undefined; limit: number },
): Promise<Member[]> {
  const rows = await selectRows<MemberRecord>(
    sql,
    `SELECT ${memberColumns} FROM room_members FORCE INDEX (room_members_standing)
     WHERE room_id = ? AND standing = 'banned' AND account_id > ?
     ORDER BY account_id LIMIT ?`,
    [room, page.after ?? 0, page.limit],
  )
  return rows.map(toMember)
}

/** Of this version only: a later change is announced by itself. */
export async function markAnnounced(sql: Sql, member: Member): Promise<void> {
  await sql('room_members')
    .where({ room_id: member.room, account_id: member.account, version: member.version })
    .update({ announced: 1 })
}

/** A join that came too late for the room: that person never was in, so the row goes. False if it is settled already. */
export async function cancelJoined(trx: Sql, member: Member): Promise<boolean> {
  const cancelled = await affectedRows(
    trx,
    'DELETE FROM room_members WHERE room_id = ? AND account_id = ? AND version = ? AND announced = 0',
    [member.room, member.account, member.version],
  )
  return cancelled === 1
}

/** Changes older than `ageSeconds` that nobody announced, oldest first. */
export async function pendingMembers(sql: Sql, pending: { ageSeconds: number; limit: number }): Promise<Member[]> {
  const rows = await selectRows<MemberRecord>(
    sql,
    `SELECT ${memberColumns} FROM room_members FORCE INDEX (room_members_pending)
     WHERE announced = 0 AND changed_at <= NOW(3) - INTERVAL ? SECOND
     ORDER BY changed_at LIMIT ?`,
    [pending.ageSeconds, pending.limit],
  )
  return rows.map(toMember)
}

/** Those who are in, or were when the room was closed, by account id. Each standing by itself: who has left may be most of a room. */
export async function membersAfter(
  sql: Sql,
  room: RoomId,
  page: { after: AccountId | undefined; limit: number },
): Promise<Member[]> {
  const after = page.after ?? 0
  const rows = await selectRows<MemberRecord>(
    sql,
    `(SELECT ${memberColumns} FROM room_members FORCE INDEX (room_members_standing)
      WHERE room_id = ? AND standing = 'in' AND account_id > ? ORDER BY account_id LIMIT ?)
     UNION ALL
     (SELECT ${memberColumns} FROM room_members FORCE INDEX (room_members_standing)
      WHERE room_id = ? AND standing = 'stayed' AND account_id > ? ORDER BY account_id LIMIT ?)
     ORDER BY account_id LIMIT ?`,
    [room, after, page.limit, room, after, page.limit, page.limit],
  )
  return rows.map(toMember)
}

/** All who are in now, the mentor with them. */
export async function membersIn(trx: Sql, room: RoomId): Promise<AccountId[]> {
  const rows = await selectRows<Pick<MemberRecord, 'account_id'>>(
    trx,
    "SELECT account_id FROM room_members FORCE INDEX (room_members_standing) WHERE room_id = ? AND standing = 'in'",
    [room],
  )
  return rows.map((row) => idFromRow(row.account_id))
}

/** Rooms of one person, newest first: open ones, or closed ones in which that person stayed to the end. */
export async function roomsOf(
  sql: Sql,
  account: AccountId,
  page: { standing: 'in' | 'stayed'; before: RoomId | undefined; limit: number },
): Promise<Room[]> {
  const rows = await selectRows<RoomRecord>(
    sql,
    `SELECT ${roomColumns} FROM room_members m FORCE INDEX (room_members_account) STRAIGHT_JOIN rooms r ON r.id = m.room_id
     WHERE m.account_id = ? AND m.standing = ? AND m.room_id < ?
     ORDER BY m.room_id DESC LIMIT ?`,
    [account, page.standing, page.before ?? Number.MAX_SAFE_INTEGER, page.limit],
  )
  return rows.map(toRoom)
}

/** Who is in now has stayed to the end. Repeatable. */
export async function markStayed(trx: Sql, room: RoomId): Promise<void> {
  await affectedRows(
    trx,
    "UPDATE room_members SET standing = 'stayed', left_at = NOW(3) WHERE room_id = ? AND standing = 'in'",
    [room],
  )
}
