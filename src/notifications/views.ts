import { z } from 'zod'
import { personView, presentPersonAmong } from '../accounts/index.ts'
import type { Profile } from '../accounts/index.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Notification } from './store.ts'

/** What leaves through the routes of notifications, and with their events. */

export const notificationView = z.strictObject({
  id: z.string(),
  place: z.string().describe('Where it stands, for `upTo`; one that somebody joins moves to a new place'),
  type: z
    .string()
    .describe('`comment`, `like`, `mention`, `follow`, `invitation`, `room_closed`; pass over what you do not know'),
  at: z.iso.datetime({ precision: 3 }).describe('When it came, or was joined last'),
  isRead: z.boolean(),
  actors: z.strictObject({
    count: z.int().describe('How many different people'),
    latest: z.array(personView).max(3).describe('The last of them, the last first'),
  }),
  post: z.string().nullable(),
  comment: z.string().nullable(),
  room: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
  excerpt: z.string().nullable().describe('Beginning of the text concerned, as it was then'),
})

/** Written once in the documents, under this name. */
z.globalRegistry.add(notificationView, { id: 'Notification' })

export function presentNotification(
  one: Notification,
  around: { people: ReadonlyMap<AccountId, Profile>; readUpTo: number },
): z.input<typeof notificationView> {
  return {
    id: String(one.id),
    place: String(one.place),
    type: one.type,
    at: one.updatedAt.toISOString(),
    isRead: one.place <= around.readUpTo,
    actors: { count: one.actors, latest: one.latest.map((id) => presentPersonAmong(around.people, id)) },
    post: one.post === undefined ? null : String(one.post),
    comment: one.comment === undefined ? null : String(one.comment),
    room: one.room === undefined ? null : { id: String(one.room), name: one.body },
    excerpt: one.post === undefined ? null : one.body,
  }
}
