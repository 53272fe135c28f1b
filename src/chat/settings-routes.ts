import { z } from 'zod'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { moderatorOf, roomParams } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { presentRooms } from './room-list.ts'
import { changeSettings } from './settings.ts'
import { roomView } from './views.ts'

const mostNameLength = 80
const mostTopicLength = 500
const mostSlowModeSeconds = 3600
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

/** What a mentor says about a room, as input. */
export function settingsInput(limits: { seatsMax: number }) {
  return {
    name: titleOf(1, mostNameLength),
    topic: titleOf(0, mostTopicLength),
    seats: z.int().min(1).max(limits.seatsMax).describe('For people beside the mentor'),
    entry: z.enum(['open', 'invited']).describe('Who may take a seat'),
    speak: z
      .enum(['members', 'mentors'])
      .describe('Everybody with a seat; or mentor, admins and who was given the word'),
    slowModeSeconds: z
      .int()
      .min(0)
      .max(mostSlowModeSeconds)
      .describe('Between two messages of one person; 0: as they like'),
  }
}

export function settingsRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'PATCH',
      path: '/v1/rooms/:id',
      summary: 'Change what is said of a room and what holds in it, at once on every server: its mentor, or an admin',
      access: 'member',
      problems: ['not_found', 'conflict', 'room_closed'],
      params: roomParams,
      body: z.strictObject(settingsInput({ seatsMax: parts.config.SEATS_MAX })).partial(),
      limit: {
        name: 'room_changes',
        requests: parts.config.ROOM_CHANGES_PER_MINUTE,
        seconds: 60,
        withoutRedis: 'count_here',
      },
      answers: { 200: roomView },
      async handle({ viewer, params, body, requestId }) {
        const room = await changeSettings(parts, moderatorOf(viewer, requestId), params.id, body)
        const [view] = await presentRooms(parts, [room])
        return { status: 200, body: view! }
      },
    }),
  ]
}
