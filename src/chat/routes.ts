import { z } from 'zod'
import { Problem } from '../platform/errors.ts'
import { idCursor, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { nothing, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { can, requireVisible } from './access.ts'
import type { Seen } from './access.ts'
import { banRoutes } from './ban-routes.ts'
import { closingRoutes } from './closing-routes.ts'
import { invitationRoutes } from './invitation-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { roomsOf } from './member-store.ts'
import { messageRoutes } from './message-routes.ts'
import { roomParams } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { presentRooms, roomsSeenBy } from './room-list.ts'
import { openRoom } from './rooms.ts'
import { settingsInput, settingsRoutes } from './settings-routes.ts'
import type { Room } from './store.ts'
import { unreadAfter } from './unread.ts'
import { myRoomView, oneRoomView, presentReading, presentRoom, roomView } from './views.ts'

export function chatRoutes(parts: RouteParts): Route[] {
  return [
    ...[...roomRoutes(parts), ...settingsRoutes(parts), ...memberRoutes(parts), ...banRoutes(parts)],
    ...[...invitationRoutes(parts), ...messageRoutes(parts), ...closingRoutes(parts), socketRoute()],
  ]
}

const roomCursor = idCursor<RoomId>()

function roomRoutes(parts: RouteParts): Route[] {
  const settings = settingsInput({ seatsMax: parts.config.SEATS_MAX })
  return [
    route({
      method: 'GET',
      path: '/v1/rooms',
      summary: 'Open rooms, newest first',
      access: 'member',
      problems: [],
      query: z.strictObject({
        limit: pageLimit,
        cursor: roomCursor,
        kind: z.enum(['lobby', 'hosted']).optional().describe('Only rooms of this kind'),
      }),
      hasEtag: true,
      answers: { 200: pageOf(roomView) },
      async handle({ viewer, query, target }) {
        const page = { before: query.cursor, kind: query.kind, limit: query.limit + 1 }
        const found = await roomsSeenBy(parts, viewer, page)
        const { items: rooms, last } = pageFrom(found, query.limit)
        return pageAnswer(target, await presentRooms(parts, rooms), { next: last?.id })
      },
    }),
    route({
      method: 'POST',
      path: '/v1/rooms',
      summary: 'Open a room as its mentor',
      access: 'mentor',
      problems: ['conflict'],
      body: z.strictObject({
        ...settings,
        topic: settings.topic.default(''),
        entry: settings.entry.default('open'),
        speak: settings.speak.default('members'),
        slowModeSeconds: settings.slowModeSeconds.default(0),
      }),
      isIdempotent: true,
      answers: { 201: roomView },
      async handle({ viewer, body, once }) {
        // Before the transaction: whoever holds one connection must not wait for another.
        const profiles = await parts.profiles([viewer.account])
        const answerFor = (room: Room) => openedAnswer(presentRoom(room, { profiles, people: 0 }))
        const settled = { onOpened: (trx: Sql, room: Room) => once.settle(trx, answerFor(room)) }
        const roomsPerMentor = parts.config.ROOMS_PER_MENTOR
        return answerFor(await openRoom({ ...parts, ...settled, roomsPerMentor }, viewer, body))
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rooms/:id',
      summary: 'A room, and how I stand in it',
      access: 'member',
      problems: ['not_found'],
      params: roomParams,
      hasEtag: true,
      answers: { 200: oneRoomView },
      async handle({ viewer, params }) {
        const seen = await requireVisible(parts, viewer, params.id)
        const [view] = await presentRooms(parts, [seen.room])
        return { status: 200, body: { ...view!, me: await standingIn(parts, viewer, seen) } }
      },
    }),
    route({
      method: 'GET',
      path: '/v1/me/rooms',
      summary: 'Rooms in which I have a seat, or had one when they were closed, newest first',
      access: 'member',
      problems: [],
      query: z.strictObject({
        limit: pageLimit,
        cursor: roomCursor,
        state: z.enum(['open', 'closed']).default('open').describe('Those that are open, or those that were closed'),
      }),
      hasEtag: true,
      answers: { 200: pageOf(myRoomView) },
      async handle({ viewer, query, target }) {
        const standing = query.state === 'open' ? ('in' as const) : ('stayed' as const)
        const page = { standing, before: query.cursor, limit: query.limit + 1 }
        const found = await roomsOf(parts.sql, viewer.account, page)
        const { items: rooms, last } = pageFrom(found, query.limit)
        const readings = await readingsOf(parts, viewer, rooms)
        const views = (await presentRooms(parts, rooms)).map((view, index) => ({ ...view, ...readings[index]! }))
        return pageAnswer(target, views, { next: last?.id })
      },
    }),
  ]
}

function openedAnswer(view: z.input<typeof roomView>) {
  return { status: 201 as const, body: view, headers: { location: `/v1/rooms/${view.id}` } }
}

/** Upgrades never come here, the gateway takes them; this is for who does not ask for one. */
function socketRoute(): Route {
  return route({
    method: 'GET',
    path: '/v1/socket',
    summary: 'The WebSocket; any other request is told to upgrade',
    access: 'public',
    problems: ['upgrade_required'],
    answers: { 101: nothing },
    handle: () => Promise.reject(new Problem('upgrade_required')),
  })
}

async function readingsOf(parts: RouteParts, viewer: Viewer, rooms: readonly Room[]) {
  const ids = rooms.map((room) => room.id)
  const markers = await parts.markers.of(viewer.account, ids)
  const unread = await Promise.all(ids.map((id) => unreadAfter(parts.ledger, id, viewer.account, markers.get(id))))
  return ids.map((id, index) => presentReading(unread[index] ?? 0, markers.get(id)))
}

async function standingIn(parts: RouteParts, viewer: Viewer, { room, member }: Seen) {
  const mayRead = can(viewer, 'read', room, member?.standing)
  const [reading] = mayRead ? await readingsOf(parts, viewer, [room]) : []
  return {
    ...(reading ?? presentReading(0, undefined)),
    standing: member?.standing ?? ('none' as const),
    mayRead,
    hasWord: member?.hasWord ?? false,
  }
}
