import { z } from 'zod'
import { Problem } from '../platform/errors.ts'
import { cursorOf, pageAnswer, pageLimit, pageOf } from '../platform/http/pages.ts'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { can } from './access.ts'
import { closingRoutes } from './closing-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { memberOf, roomsOf } from './member-store.ts'
import { messageRoutes } from './message-routes.ts'
import { roomParams } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { openRoom } from './rooms.ts'
import { openRooms, roomById } from './store.ts'
import type { Room } from './store.ts'
import { unreadAfter } from './unread.ts'
import { myRoomView, oneRoomView, presentReading, presentRoom, roomView } from './views.ts'

export function chatRoutes(parts: RouteParts): Route[] {
  return [...roomRoutes(parts), ...memberRoutes(parts), ...messageRoutes(parts), ...closingRoutes(parts), socketRoute()]
}

const mostNameLength = 80
const mostTopicLength = 500
/** Control characters and changes of direction would let a name disturb the text around it. */
const disturbing = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u

const titleOf = (least: number, most: number) =>
  z
    .string()
    .max(4 * most)
    .transform((text) => text.normalize('NFC').trim())
    .refine(
      (text) => text.isWellFormed() && !disturbing.test(text) && [...text].length >= least && [...text].length <= most,
      `${least} to ${most} printable characters`,
    )
    .describe(`${least} to ${most} characters`)

const roomCursor = cursorOf(z.int().positive())

function roomRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/rooms',
      summary: 'Open rooms, newest first',
      access: 'member',
      query: z.strictObject({ limit: pageLimit, cursor: roomCursor, kind: z.enum(['lobby', 'hosted']).optional() }),
      hasEtag: true,
      answers: { 200: pageOf(roomView) },
      async handle({ query, target }) {
        const before = query.cursor as RoomId | undefined
        const found = await openRooms(parts.sql, { before, kind: query.kind, limit: query.limit + 1 })
        const rooms = found.slice(0, query.limit)
        const next = found.length > query.limit ? rooms.at(-1)?.id : undefined
        return pageAnswer(target, await present(parts, rooms), { next })
      },
    }),
    route({
      method: 'POST',
      path: '/v1/rooms',
      summary: 'Open a room as its mentor',
      access: 'mentor',
      body: z.strictObject({
        name: titleOf(1, mostNameLength),
        topic: titleOf(0, mostTopicLength).default(''),
        seats: z.int().min(1).max(parts.config.SEATS_MAX).describe('For people beside the mentor'),
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
      params: roomParams,
      hasEtag: true,
      answers: { 200: oneRoomView },
      async handle({ viewer, params }) {
        const room = await existing(parts, params.id)
        const [view] = await present(parts, [room])
        return { status: 200, body: { ...view!, me: await standingIn(parts, viewer, room) } }
      },
    }),
    route({
      method: 'GET',
      path: '/v1/me/rooms',
      summary: 'Rooms in which I have a seat, or had one when they were closed, newest first',
      access: 'member',
      query: z.strictObject({
        limit: pageLimit,
        cursor: roomCursor,
        state: z.enum(['open', 'closed']).default('open'),
      }),
      hasEtag: true,
      answers: { 200: pageOf(myRoomView) },
      async handle({ viewer, query, target }) {
        const standing = query.state === 'open' ? ('in' as const) : ('stayed' as const)
        const before = query.cursor as RoomId | undefined
        const found = await roomsOf(parts.sql, viewer.account, { standing, before, limit: query.limit + 1 })
        const rooms = found.slice(0, query.limit)
        const views = await present(parts, rooms)
        const readings = await readingsOf(parts, viewer, rooms)
        const next = found.length > query.limit ? rooms.at(-1)?.id : undefined
        return pageAnswer(
          target,
          views.map((view, index) => ({ ...view, ...readings[index]! })),
          { next },
        )
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
    answers: {},
    handle: () => Promise.reject(new Problem('upgrade_required')),
  })
}

async function existing(parts: RouteParts, id: RoomId): Promise<Room> {
  const room = await roomById(parts.sql, id)
  if (room === undefined) throw new Problem('not_found')
  return room
}

async function present(parts: RouteParts, rooms: readonly Room[]): Promise<z.input<typeof roomView>[]> {
  const [profiles, people] = await Promise.all([
    parts.profiles(rooms.flatMap((room) => room.mentor ?? [])),
    parts.presence.counts(rooms.map((room) => room.id)),
  ])
  return rooms.map((room) => presentRoom(room, { profiles, people: people.get(room.id) }))
}

async function readingsOf(parts: RouteParts, viewer: Viewer, rooms: readonly Room[]) {
  const ids = rooms.map((room) => room.id)
  const markers = await parts.markers.of(viewer.account, ids)
  const unread = await Promise.all(ids.map((id) => unreadAfter(parts.ledger, id, viewer.account, markers.get(id))))
  return ids.map((id, index) => presentReading(unread[index] ?? 0, markers.get(id)))
}

async function standingIn(parts: RouteParts, viewer: Viewer, room: Room) {
  const member = await memberOf(parts.sql, room.id, viewer.account)
  const mayRead = can(viewer, 'read', room, member?.standing)
  const [reading] = mayRead ? await readingsOf(parts, viewer, [room]) : []
  return { ...(reading ?? presentReading(0, undefined)), standing: member?.standing ?? ('none' as const), mayRead }
}
