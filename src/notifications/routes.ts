import { z } from 'zod'
import type { TellingTransaction } from '../live/index.ts'
import { idCursor, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { idPattern } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { ReadProfiles } from './events.ts'
import { inboxOf } from './inbox-store.ts'
import { readUpTo } from './read.ts'
import { notificationsBefore } from './store.ts'
import { notificationView, presentNotification } from './views.ts'

export interface RouteParts {
  sql: Sql
  transaction: TellingTransaction
  profiles: ReadProfiles
}

const unread = z.int().nonnegative()

export function notificationRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/notifications',
      summary: 'My notifications, what came or was joined last first, and how many are unread',
      access: 'member',
      problems: [],
      hasEtag: true,
      query: z.strictObject({ limit: pageLimit, cursor: idCursor() }),
      answers: { 200: z.strictObject({ ...pageOf(notificationView).shape, unread }) },
      async handle({ viewer, query, target }) {
        const inbox = await inboxOf(parts.sql, viewer.account)
        const page = { before: query.cursor, limit: query.limit + 1 }
        const found = await notificationsBefore(parts.sql, viewer.account, page)
        const { items, last } = pageFrom(found, query.limit)
        const people = await parts.profiles(items.flatMap(({ latest }) => latest))
        const views = items.map((one) => presentNotification(one, { people, readUpTo: inbox.readUpTo }))
        const answer = pageAnswer(target, views, { next: last?.place })
        return { ...answer, body: { ...answer.body, unread: inbox.unread } }
      },
    }),
    route({
      method: 'POST',
      path: '/v1/notifications/read',
      summary: 'I have read everything up to this place, and nothing that came or was joined later',
      access: 'member',
      problems: [],
      body: z.strictObject({
        upTo: z.string().regex(idPattern, 'A place').transform(Number).describe('`place` of a notification'),
      }),
      answers: { 200: z.strictObject({ unread }) },
      async handle({ viewer, body }) {
        return { status: 200, body: { unread: await readUpTo(parts, viewer.account, body.upTo) } }
      },
    }),
  ]
}
