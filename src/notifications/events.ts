import { z } from 'zod'
import type { Profile } from '../accounts/index.ts'
import { teller } from '../live/index.ts'
import type { ReadStatement, Tell } from '../live/index.ts'
import type { AccountId, NotificationId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { chunksOf } from '../platform/chunks.ts'
import type { Inbox } from './inbox-store.ts'
import type { Draft, Notification, Placed } from './store.ts'
import { notificationView, presentNotification } from './views.ts'

/** On this connection, when one is given: inside a transaction nobody waits for a second one. */
export type ReadProfiles = (ids: Iterable<AccountId>, sql?: Sql) => Promise<Map<AccountId, Profile>>

const idsAtOnce = 500
const asShown = z.strictObject({ notification: notificationView })

/** Told to their owner alone. */
export const notificationEvents = {
  'notification.created': asShown.describe('I should learn of something'),
  'notification.updated': asShown.describe('A notification as it is now: somebody joined it, or left'),
  'notification.deleted': z
    .strictObject({ ids: z.array(z.string()) })
    .describe('Notifications are gone: what they told was taken back'),
  'notifications.unread': z
    .strictObject({ unread: z.int().describe('Absolute') })
    .describe('How many notifications are unread'),
}

const event = teller<typeof notificationEvents>('notifications')

/** `notification.created` and `notification.updated` to whose it is. */
export async function tellChanged(
  profiles: ReadProfiles,
  trx: Sql,
  tell: Tell,
  changed: {
    written: readonly Notification[]
    drafts?: readonly Draft[]
    inboxes: ReadonlyMap<AccountId, Inbox>
  },
): Promise<void> {
  const { written, drafts = [], inboxes } = changed
  const known = new Set<NotificationId>(drafts.flatMap(({ id }) => id ?? []))
  const people = await profiles(
    written.flatMap(({ latest }) => latest),
    trx,
  )
  for (const one of written) {
    const type = drafts.length === 0 || known.has(one.id) ? 'notification.updated' : 'notification.created'
    const readUpTo = inboxes.get(one.account)?.readUpTo ?? 0
    const notification = presentNotification(one, { people, readUpTo })
    tell(event(type, { notification }, { audience: one.account }))
  }
}

export function tellDeleted(tell: Tell, gone: readonly Placed[]): void {
  for (const [audience, ofOne] of Map.groupBy(gone, ({ account }) => account)) {
    for (const chunk of chunksOf(ofOne, idsAtOnce)) {
      const ids = chunk.map(({ id }) => String(id))
      tell(event('notification.deleted', { ids }, { audience }))
    }
  }
}

export function tellUnread(tell: Tell, inboxes: Iterable<Inbox>): void {
  for (const { account, unread } of inboxes) {
    tell(event('notifications.unread', { unread }, { audience: account }))
  }
}

const shownNotification = z.object({ notification: z.object({ id: z.string() }) })
const deletedNotifications = z.object({ ids: z.array(z.string()) })

/** What was withdrawn (a comment, a like, everything of a person with whom there is a block now) is not read in older events. */
export const readNotificationStatement: ReadStatement = ({ type, data }) => {
  switch (type) {
    case 'notification.created':
    case 'notification.updated': {
      const shown = shownNotification.safeParse(JSON.parse(data)).data
      return shown && { shows: subjectOf(shown.notification.id) }
    }
    case 'notification.deleted': {
      const deleted = deletedNotifications.safeParse(JSON.parse(data)).data
      return deleted && { ends: deleted.ids.map(subjectOf) }
    }
    default:
      return undefined
  }
}

function subjectOf(notification: string): string {
  return `notification:${notification}`
}
