import { z } from 'zod'
import { idCursor, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { AccountId } from '../platform/ids.ts'
import { requireOrderKept } from './access.ts'
import { bansAfter } from './member-store.ts'
import { ban, unban } from './members.ts'
import { moderationRoute, roomParams } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { banView, presentBan } from './views.ts'

/** For the mentor of a room, and admins; in the lobby for admins, where a ban silences. */
export function banRoutes(parts: RouteParts): Route[] {
  return [
    moderationRoute(
      parts,
      {
        method: 'PUT',
        path: '/v1/rooms/:id/bans/:username',
        summary: 'Ban somebody: they lose their seat, hear nothing more and cannot come back',
      },
      (by, room, account) => ban(parts, by, room, account),
    ),
    moderationRoute(
      parts,
      {
        method: 'DELETE',
        path: '/v1/rooms/:id/bans/:username',
        summary: 'Lift a ban: the person may take a seat again',
      },
      (by, room, account) => unban(parts, by, room, account),
    ),
    route({
      method: 'GET',
      path: '/v1/rooms/:id/bans',
      summary: 'Who is banned',
      access: 'member',
      problems: ['forbidden', 'not_found'],
      params: roomParams,
      query: z.strictObject({ limit: pageLimit, cursor: idCursor<AccountId>() }),
      answers: { 200: pageOf(banView) },
      async handle({ viewer, params, query, target }) {
        const room = await requireOrderKept(parts, viewer, params.id)
        const found = await bansAfter(parts.sql, room.id, { after: query.cursor, limit: query.limit + 1 })
        const { items: bans, last } = pageFrom(found, query.limit)
        const profiles = await parts.profiles(bans.flatMap(({ account, changedBy }) => [account, changedBy]))
        const views = bans.map((member) => presentBan(member, profiles))
        return pageAnswer(target, views, { next: last?.account })
      },
    }),
  ]
}
