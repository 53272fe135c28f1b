import { z } from 'zod'
import { personView, presentPersonAmong } from '../accounts/index.ts'
import { idCursor, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { nothing, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { AccountId } from '../platform/ids.ts'
import { readableRoom } from './access.ts'
import { membersAfter } from './member-store.ts'
import { giveWord, join, kick, leave } from './members.ts'
import { moderationRoute, roomParams } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { memberView, presentMember } from './views.ts'

/** Nobody reads more names at once; the count is exact. */
const mostPeople = 200

export function memberRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'PUT',
      path: '/v1/rooms/:id/members/me',
      summary: 'Take a seat; who has one keeps it, and in the lobby nobody needs one',
      access: 'member',
      problems: ['not_found', 'room_closed', 'room_full'],
      params: roomParams,
      answers: { 200: z.strictObject({ room: z.string(), standing: z.literal('in') }) },
      async handle({ viewer, params }) {
        await join(parts, viewer, params.id)
        return { status: 200, body: { room: String(params.id), standing: 'in' as const } }
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/rooms/:id/members/me',
      summary: 'Give up my seat',
      access: 'member',
      problems: ['not_found', 'conflict', 'room_closed'],
      params: roomParams,
      answers: { 204: nothing },
      async handle({ viewer, params }) {
        await leave(parts, viewer, params.id)
        return { status: 204 }
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rooms/:id/members',
      summary: 'Who has a seat, or had one when the room was closed',
      access: 'member',
      problems: ['not_found'],
      params: roomParams,
      query: z.strictObject({ limit: pageLimit, cursor: idCursor<AccountId>() }),
      answers: { 200: pageOf(memberView) },
      async handle({ viewer, params, query, target }) {
        const { room } = await readableRoom(parts.sql, viewer, params.id)
        const found = await membersAfter(parts.sql, room.id, { after: query.cursor, limit: query.limit + 1 })
        const { items: members, last } = pageFrom(found, query.limit)
        const profiles = await parts.profiles(members.map((member) => member.account))
        const views = members.map((member) => presentMember(member, room, profiles))
        return pageAnswer(target, views, { next: last?.account })
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rooms/:id/people',
      summary: 'Who is connected now: how many, and some of them by name',
      access: 'member',
      problems: ['not_found'],
      params: roomParams,
      answers: { 200: z.strictObject({ count: z.int(), items: z.array(personView).max(mostPeople) }) },
      async handle({ viewer, params }) {
        const { room } = await readableRoom(parts.sql, viewer, params.id)
        const [count, here] = await Promise.all([
          parts.presence.count(room.id),
          parts.presence.people(room.id, mostPeople),
        ])
        const profiles = await parts.profiles(here)
        return { status: 200, body: { count, items: here.map((account) => presentPersonAmong(profiles, account)) } }
      },
    }),
    moderationRoute(
      parts,
      {
        method: 'DELETE',
        path: '/v1/rooms/:id/members/:username',
        summary: 'Take a seat away: the mentor of the room, or an admin. Who was put out may take a seat again',
      },
      (by, room, account) => kick(parts, by, room, account),
    ),
    ...wordRoutes(parts),
  ]
}

function wordRoutes(parts: RouteParts): Route[] {
  const toSay = (method: 'PUT' | 'DELETE', summary: string): Route =>
    moderationRoute(
      parts,
      { method, path: '/v1/rooms/:id/members/:username/word', summary },
      ({ viewer }, room, account) => giveWord(parts, viewer, { room, account, hasWord: method === 'PUT' }),
    )
  return [
    toSay('PUT', 'Give a member the word: they may speak where only mentors may'),
    toSay('DELETE', 'Take the word back; giving up the seat gives it up too'),
  ]
}
