import type { AccountId, NotificationId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { chunksOf } from '../platform/chunks.ts'
import { notificationColumns, toNotification } from './store.ts'
import type { Notification, NotificationRecord } from './store.ts'

/** The SQL of `notification_actors`: who is in which notification, since which place. */

const rowsAtOnce = 500

export interface Actor {
  notification: NotificationId
  actor: AccountId
  /** Whose inbox it is. */
  account: AccountId
  place: number
}

export async function insertActors(trx: Sql, actors: readonly Actor[]): Promise<void> {
  for (const chunk of chunksOf(actors, rowsAtOnce)) {
    await trx('notification_actors').insert(
      chunk.map(({ notification, actor, account, place }) => ({
        notification_id: notification,
        actor_id: actor,
        account_id: account,
        place,
      })),
    )
  }
}

/** Which of these pairs there are. */
export async function actorsAmong(
  trx: Sql,
  pairs: readonly { notification: NotificationId; actor: AccountId }[],
): Promise<{ notification: NotificationId; actor: AccountId }[]> {
  if (pairs.length === 0) return []
  const rows = await selectRows<{ notification_id: number; actor_id: number }>(
    trx,
    `SELECT notification_id, actor_id FROM notification_actors
     WHERE ${pairs.map(() => '(notification_id = ? AND actor_id = ?)').join(' OR ')}`,
    pairs.flatMap(({ notification, actor }) => [notification, actor]),
  )
  return rows.map((row) => ({ notification: idFromRow(row.notification_id), actor: idFromRow(row.actor_id) }))
}

/** What one person told another of one thing, read or not. */
export async function toldOf(
  trx: Sql,
  told: { by: AccountId; to: AccountId; type: string; subject: string },
): Promise<Notification[]> {
  const rows = await selectRows<NotificationRecord>(
    trx,
    `SELECT ${notificationColumns} FROM notifications n
     JOIN notification_actors a ON a.notification_id = n.id AND a.actor_id = ?
     WHERE n.account_id = ? AND n.type = ? AND n.subject = ?`,
    [told.by, told.to, told.type, told.subject],
  )
  return rows.map(toNotification)
}

/** Everything that one person told another. */
export async function toldBy(trx: Sql, by: AccountId, to: AccountId): Promise<Notification[]> {
  const rows = await selectRows<NotificationRecord>(
    trx,
    `SELECT ${notificationColumns} FROM notification_actors a JOIN notifications n ON n.id = a.notification_id
     WHERE a.account_id = ? AND a.actor_id = ?`,
    [to, by],
  )
  return rows.map(toNotification)
}

/** Takes one person out of notifications that others are in too. */
export async function removeActor(trx: Sql, actor: AccountId, from: readonly NotificationId[]): Promise<void> {
  for (const chunk of chunksOf(from, rowsAtOnce)) {
    await trx('notification_actors').whereIn('notification_id', chunk).where({ actor_id: actor }).delete()
    await affectedRows(
      trx,
      `UPDATE notifications n SET actors = actors - 1, latest = CONCAT_WS(',', ${[0, 1, 2].map(nthLatest).join(', ')})
       WHERE n.id IN (?)`,
      [chunk],
    )
  }
}

/** Three look-ups by index instead of one list that is as long as the notification has actors. */
function nthLatest(nth: number): string {
  return `(SELECT a.actor_id FROM notification_actors a WHERE a.notification_id = n.id
           ORDER BY a.place DESC LIMIT 1 OFFSET ${nth})`
}
