import type { AccountId, RoomId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `room_invitations`. */

export interface Invitation {
  account: AccountId
  invitedBy: AccountId
  invitedAt: Date
}

/** False if that person is invited already. */
export async function insertInvitation(
  trx: Sql,
  invitation: { room: RoomId; account: AccountId; by: AccountId },
): Promise<boolean> {
  const inserted = await affectedRows(
    trx,
    'INSERT IGNORE INTO room_invitations (room_id, account_id, invited_by) VALUES (?, ?, ?)',
    [invitation.room, invitation.account, invitation.by],
  )
  return inserted === 1
}

/** False if that person was not invited. */
export async function deleteInvitation(trx: Sql, room: RoomId, account: AccountId): Promise<boolean> {
  const text = 'DELETE FROM room_invitations WHERE room_id = ? AND account_id = ?'
  return (await affectedRows(trx, text, [room, account])) === 1
}

export async function isInvited(sql: Sql, room: RoomId, account: AccountId): Promise<boolean> {
  const rows = await selectRows(sql, 'SELECT 1 FROM room_invitations WHERE room_id = ? AND account_id = ?', [
    room,
    account,
  ])
  return rows.length === 1
}

export async function countInvitations(trx: Sql, room: RoomId): Promise<number> {
  const [row] = await selectRows<{ invited: number }>(
    trx,
    'SELECT COUNT(*) AS invited FROM room_invitations WHERE room_id = ?',
    [room],
  )
  return row?.invited ?? 0
}

/** Those to whom the room is there by their invitation: who is banned is none of them. */
export async function askedIn(trx: Sql, room: RoomId): Promise<AccountId[]> {
  const rows = await selectRows<{ account_id: number }>(
    trx,
    `SELECT i.account_id FROM room_invitations i
     LEFT JOIN room_members b ON b.room_id = i.room_id AND b.account_id = i.account_id AND b.standing = 'banned'
     WHERE i.room_id = ? AND b.account_id IS NULL`,
    [room],
  )
  return rows.map((row) => idFromRow(row.account_id))
}

/** By account id. */
export async function invitationsAfter(
  sql: Sql,
  room: RoomId,
  page: { after: AccountId | undefined; limit: number },
): Promise<Invitation[]> {
  const rows = await selectRows<{ account_id: number; invited_by: number; invited_at: Date }>(
    sql,
    `SELECT account_id, invited_by, invited_at FROM room_invitations
     WHERE room_id = ? AND account_id > ? ORDER BY account_id LIMIT ?`,
    [room, page.after ?? 0, page.limit],
  )
  return rows.map((row) => ({
    account: idFromRow(row.account_id),
    invitedBy: idFromRow(row.invited_by),
    invitedAt: row.invited_at,
  }))
}
