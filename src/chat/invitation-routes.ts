import { z } from 'zod'
import { username } from '../accounts/index.ts'
import { idCursor, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { nothing, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { AccountId } from '../platform/ids.ts'
import { moderatedRoom } from './access.ts'
import { invitationsAfter } from './invitation-store.ts'
import { invite, uninvite } from './invitations.ts'
import { personNamed, personParams, roomParams } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { invitationView, presentInvitation } from './views.ts'

const invited = z.strictObject({ room: z.string(), username: z.string() })

export function invitationRoutes(parts: RouteParts): Route[] {
  const { config } = parts
  return [
    route({
      method: 'POST',
      path: '/v1/rooms/:id/invitations',
      summary: 'Ask somebody in: the mentor of the room, or an admin. They are told once, however often it is asked',
      access: 'member',
      problems: ['not_found', 'conflict', 'room_closed'],
      params: roomParams,
      body: z.strictObject({ username }),
      limit: {
        name: 'invitations',
        requests: config.INVITATIONS_PER_MINUTE,
        seconds: 60,
        withoutRedis: 'count_here',
      },
      answers: { 200: invited, 201: invited },
      async handle({ viewer, params, body }) {
        await moderatedRoom(parts, viewer, params.id)
        const account = await personNamed(parts, body.username)
        const { INVITATIONS_PER_ROOM: invitationsPerRoom } = config
        const isNew = await invite({ ...parts, invitationsPerRoom }, viewer, params.id, account)
        const answer = { room: String(params.id), username: body.username }
        if (!isNew) return { status: 200, body: answer }
        return { status: 201, body: answer, headers: { location: `/v1/rooms/${params.id}/invitations` } }
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/rooms/:id/invitations/:username',
      summary: 'Take an invitation back, or decline my own; a seat that was taken stays',
      access: 'member',
      problems: ['not_found', 'conflict', 'room_closed'],
      params: personParams,
      answers: { 204: nothing },
      async handle({ viewer, params }) {
        const account = viewer.username === params.username ? viewer.account : await namedByModerator()
        await uninvite(parts, viewer, params.id, account)
        return { status: 204 }

        /** Only who keeps order learns whether somebody of that name is there. */
        async function namedByModerator(): Promise<AccountId> {
          await moderatedRoom(parts, viewer, params.id)
          return personNamed(parts, params.username)
        }
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rooms/:id/invitations',
      summary: 'Who is asked in: for the mentor of the room, and admins',
      access: 'member',
      problems: ['forbidden', 'not_found', 'conflict'],
      params: roomParams,
      query: z.strictObject({ limit: pageLimit, cursor: idCursor<AccountId>() }),
      answers: { 200: pageOf(invitationView) },
      async handle({ viewer, params, query, target }) {
        const room = await moderatedRoom(parts, viewer, params.id)
        const found = await invitationsAfter(parts.sql, room.id, { after: query.cursor, limit: query.limit + 1 })
        const { items: invitations, last } = pageFrom(found, query.limit)
        const profiles = await parts.profiles(invitations.flatMap(({ account, invitedBy }) => [account, invitedBy]))
        const views = invitations.map((invitation) => presentInvitation(invitation, profiles))
        return pageAnswer(target, views, { next: last?.account })
      },
    }),
  ]
}
