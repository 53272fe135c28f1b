import type { AccountId, CommentId, NotificationId, PostId, RoomId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { chunksOf } from '../platform/chunks.ts'
import type { Filed } from './filing.ts'

/** The SQL of `notifications`. Actors are in actor-store.ts. */

export interface Notification {
  id: NotificationId
  account: AccountId
  place: number
  /** One of a newer version is possible while servers are exchanged. */
  type: string
  subject: string
  post: PostId | undefined
  comment: CommentId | undefined
  room: RoomId | undefined
  body: string
  /** How many different people. */
  actors: number
  /** The last three of them, the last first. */
  latest: AccountId[]
  updatedAt: Date
}

export interface NotificationRecord {
  id: number
  account_id: number
  place: number
  type: string
  subject: string
  post_id: number | null
  comment_id: number | null
  room_id: number | null
  body: string
  actors: number
  latest: string
  updated_at: Date
}

const names = [
  ...['id', 'account_id', 'place', 'type', 'subject', 'post_id', 'comment_id', 'room_id'],
  ...['body', 'actors', 'latest', 'updated_at'],
]
export const notificationColumns = names.map((name) => `n.${name}`).join(', ')

const rowsAtOnce = 500
const lookupsAtOnce = 250

/** The newest first, below `before`. The index is named: another begins with the same column and would have to be sorted. */
export async function notificationsBefore(
  sql: Sql,
  account: AccountId,
  page: { before: number | undefined; limit: number },
): Promise<Notification[]> {
  const rows = await selectRows<NotificationRecord>(
    sql,
    `SELECT ${notificationColumns} FROM notifications n FORCE INDEX (notifications_place)
     WHERE n.account_id = ? AND n.place < ? ORDER BY n.place DESC LIMIT ?`,
    [account, page.before ?? Number.MAX_SAFE_INTEGER, page.limit],
  )
  return rows.map(toNotification)
}

export async function countAbove(sql: Sql, account: AccountId, place: number): Promise<number> {
  const text = 'SELECT COUNT(*) AS count FROM notifications WHERE account_id = ? AND place > ?'
  const [row] = await selectRows<{ count: number }>(sql, text, [account, place])
  return row?.count ?? 0
}

/** The notifications of these subjects that stand above a place each: one a subject, when `above` is what was read. */
export async function notificationsOf(
  trx: Sql,
  wanted: readonly { account: AccountId; type: string; subject: string; above: number }[],
): Promise<Notification[]> {
  const found: Notification[] = []
  for (const chunk of chunksOf(wanted, lookupsAtOnce)) {
    const one = '(n.account_id = ? AND n.type = ? AND n.subject = ? AND n.place > ?)'
    const rows = await selectRows<NotificationRecord>(
      trx,
      `SELECT ${notificationColumns} FROM notifications n WHERE ${chunk.map(() => one).join(' OR ')}`,
      chunk.flatMap(({ account, type, subject, above }) => [account, type, subject, above]),
    )
    found.push(...rows.map(toNotification))
  }
  return found
}

export async function notificationsAt(
  trx: Sql,
  places: readonly { account: AccountId; place: number }[],
): Promise<Notification[]> {
  const found: Notification[] = []
  for (const chunk of chunksOf(places, lookupsAtOnce)) {
    const rows = await selectRows<NotificationRecord>(
      trx,
      `SELECT ${notificationColumns} FROM notifications n
       WHERE ${chunk.map(() => '(n.account_id = ? AND n.place = ?)').join(' OR ')}`,
      chunk.flatMap(({ account, place }) => [account, place]),
    )
    found.push(...rows.map(toNotification))
  }
  return found
}

/** What a notification says and where it stands. */
export interface Draft {
  /** Undefined until it is written. */
  id: NotificationId | undefined
  filed: Filed
  place: number
  actors: number
  latest: AccountId[]
  /** Those of the actors who are not written yet. */
  joining: AccountId[]
}

export async function insertNotifications(trx: Sql, drafts: readonly Draft[]): Promise<void> {
  for (const chunk of chunksOf(drafts, rowsAtOnce)) {
    await trx('notifications').insert(
      chunk.map(({ filed, place, actors, latest }) => ({
        account_id: filed.to,
        place,
        type: filed.type,
        subject: filed.subject,
        post_id: filed.post ?? null,
        comment_id: filed.comment ?? null,
        room_id: filed.room ?? null,
        body: filed.body,
        actors,
        latest: latest.join(','),
      })),
    )
  }
}

export async function updateNotification(trx: Sql, id: NotificationId, draft: Draft): Promise<void> {
  const { filed, place, actors, latest } = draft
  await affectedRows(
    trx,
    'UPDATE notifications SET place = ?, body = ?, actors = ?, latest = ?, updated_at = NOW(3) WHERE id = ?',
    [place, filed.body, actors, latest.join(','), id],
  )
}

export type Subject = { post: PostId } | { comment: CommentId }

export async function accountsWith(sql: Sql, subject: Subject): Promise<AccountId[]> {
  const { column, id } = columnOf(subject)
  const text = `SELECT DISTINCT account_id FROM notifications WHERE ${column} = ?`
  const rows = await selectRows<{ account_id: number }>(sql, text, [id])
  return rows.map((row) => idFromRow(row.account_id))
}

/** Enough of a notification to take it away. */
export type Placed = Pick<Notification, 'id' | 'account' | 'place'>

interface PlacedRecord {
  id: number
  account_id: number
  place: number
}

export async function placesWith(trx: Sql, subject: Subject): Promise<Placed[]> {
  const { column, id } = columnOf(subject)
  const text = `SELECT id, account_id, place FROM notifications WHERE ${column} = ?`
  return (await selectRows<PlacedRecord>(trx, text, [id])).map(toPlaced)
}

/** Of those that nothing has happened to for so many days, the oldest first; or which of `among` are such. */
export async function placesOlderThan(
  sql: Sql,
  days: number,
  limit: number,
  among?: readonly NotificationId[],
): Promise<Placed[]> {
  const within = among === undefined ? 'TRUE' : 'id IN (?)'
  const rows = await selectRows<PlacedRecord>(
    sql,
    `SELECT id, account_id, place FROM notifications
     WHERE updated_at < NOW(3) - INTERVAL ? DAY AND ${within} ORDER BY updated_at LIMIT ?`,
    [days, ...(among === undefined ? [] : [among]), limit],
  )
  return rows.map(toPlaced)
}

/** With their actors. */
export async function deleteNotifications(trx: Sql, ids: readonly NotificationId[]): Promise<void> {
  for (const chunk of chunksOf(ids, rowsAtOnce)) {
    await trx('notification_actors').whereIn('notification_id', chunk).delete()
    await trx('notifications').whereIn('id', chunk).delete()
  }
}

export function toNotification(row: NotificationRecord): Notification {
  return {
    id: idFromRow(row.id),
    account: idFromRow(row.account_id),
    place: row.place,
    type: row.type,
    subject: row.subject,
    post: row.post_id === null ? undefined : idFromRow(row.post_id),
    comment: row.comment_id === null ? undefined : idFromRow(row.comment_id),
    room: row.room_id === null ? undefined : idFromRow(row.room_id),
    body: row.body,
    actors: row.actors,
    latest: row.latest === '' ? [] : row.latest.split(',').map((id) => idFromRow(Number(id))),
    updatedAt: row.updated_at,
  }
}

function toPlaced(row: PlacedRecord): Placed {
  return { id: idFromRow(row.id), account: idFromRow(row.account_id), place: row.place }
}

function columnOf(subject: Subject): { column: string; id: number } {
  return 'post' in subject ? { column: 'post_id', id: subject.post } : { column: 'comment_id', id: subject.comment }
}
