import type { AccountId, MediaId, RoomId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `message_pictures`. Due times are the database's. */

/** A message by what its sender calls it, whether it was kept or not. */
export interface MessageName {
  room: RoomId
  sender: AccountId
  id: string
}

/** The pictures that are claimed for a message, under their locks. */
export async function lockPicturesOf(trx: Sql, message: MessageName): Promise<MediaId[]> {
  const rows = await selectRows<{ media_id: number }>(
    trx,
    `SELECT media_id FROM message_pictures WHERE room_id = ? AND account_id = ? AND message_id = ?
     ORDER BY media_id FOR UPDATE`,
    [message.room, message.sender, message.id],
  )
  return rows.map((row) => idFromRow(row.media_id))
}

/** The same, of what is due by now alone. */
export async function lockDuePicturesOf(trx: Sql, message: MessageName): Promise<MediaId[]> {
  const rows = await selectRows<{ media_id: number }>(
    trx,
    `SELECT media_id FROM message_pictures WHERE room_id = ? AND account_id = ? AND message_id = ? AND due_at <= NOW(3)
     ORDER BY media_id FOR UPDATE`,
    [message.room, message.sender, message.id],
  )
  return rows.map((row) => idFromRow(row.media_id))
}

export async function insertPictures(
  trx: Sql,
  message: MessageName,
  pictures: readonly MediaId[],
  dueInSeconds: number,
): Promise<void> {
  if (pictures.length === 0) return
  const rows = pictures.map((picture) => [picture, message.room, message.sender, message.id, dueInSeconds])
  await affectedRows(
    trx,
    `INSERT INTO message_pictures (media_id, room_id, account_id, message_id, due_at)
     VALUES ${rows.map(() => '(?, ?, ?, ?, NOW(3) + INTERVAL ? SECOND)').join(', ')}`,
    rows.flat(),
  )
}

/** Somebody has to look at them, but not soon. */
export async function postponePictures(trx: Sql, message: MessageName, dueInSeconds: number): Promise<void> {
  await affectedRows(
    trx,
    `UPDATE message_pictures SET due_at = NOW(3) + INTERVAL ? SECOND
     WHERE room_id = ? AND account_id = ? AND message_id = ?`,
    [dueInSeconds, message.room, message.sender, message.id],
  )
}

/** Their message is kept and stands. */
export async function settlePictures(trx: Sql, pictures: readonly MediaId[]): Promise<void> {
  if (pictures.length === 0) return
  await affectedRows(trx, 'UPDATE message_pictures SET due_at = NULL WHERE media_id IN (?)', [pictures])
}

export async function deletePictures(trx: Sql, pictures: readonly MediaId[]): Promise<void> {
  if (pictures.length === 0) return
  await affectedRows(trx, 'DELETE FROM message_pictures WHERE media_id IN (?)', [pictures])
}

/** Messages with pictures that somebody has to look at, longest due first. */
export async function messagesWithDuePictures(sql: Sql, limit: number): Promise<MessageName[]> {
  const rows = await selectRows<{ room_id: number; account_id: number; message_id: Buffer | string }>(
    sql,
    `SELECT room_id, account_id, message_id, MIN(due_at) AS due FROM message_pictures
     WHERE due_at <= NOW(3) GROUP BY room_id, account_id, message_id ORDER BY due LIMIT ?`,
    [limit],
  )
  return rows.map((row) => ({
    room: idFromRow(row.room_id),
    sender: idFromRow(row.account_id),
    id: row.message_id.toString(),
  }))
}
