import { z } from 'zod'
import type { Accounts } from '../accounts/index.ts'
import { onRecordOf } from '../audit/index.ts'
import type { Config } from '../config.ts'
import type { Ledger } from '../ledger/index.ts'
import type { TellingTransaction } from '../live/index.ts'
import type { Media } from '../media/index.ts'
import type { Notifications } from '../notifications/index.ts'
import type { People } from '../people/index.ts'
import { Problem } from '../platform/errors.ts'
import { nothing, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import { requireOrderKept } from './access.ts'
import type { KnownRooms, Moderator } from './access.ts'
import { roomId } from './frames.ts'
import type { ReadPictures } from './pictures.ts'
import type { Presence } from './presence.ts'
import type { ReadMarkers } from './read-markers.ts'
import type { Sends } from './sends.ts'
import type { SpeechRates } from './speech-rates.ts'

/** What the routes of chat are wired with. */
export interface RouteParts {
  sql: Sql
  ledger: Ledger
  transaction: TellingTransaction
  relationsOf: People['relationsOf']
  notify: Notifications['notify']
  withdraw: Notifications['withdraw']
  media: Pick<Media, 'claim' | 'release'>
  readPictures: ReadPictures
  config: Config
  log: Log
  profiles: Accounts['profiles']
  findByUsername: Accounts['findByUsername']
  rooms: KnownRooms
  presence: Presence
  markers: ReadMarkers
  rates: SpeechRates
  sends: Sends
}

export const roomParams = z.strictObject({ id: roomId })
export const personParams = z.strictObject({
  ...roomParams.shape,
  username: z.string().min(1).max(30).describe('Of whom it is about'),
})

/** A route by which who keeps order in a room does something about one person. */
export function moderationRoute(
  parts: RouteParts,
  { method, path, summary }: { method: 'PUT' | 'DELETE'; path: string; summary: string },
  act: (by: Moderator, room: RoomId, account: AccountId) => Promise<void>,
): Route {
  return route({
    ...{ method, path, summary },
    access: 'member',
    problems: ['not_found', 'conflict', 'room_closed'],
    params: personParams,
    answers: { 204: nothing },
    async handle({ viewer, params, requestId }) {
      await requireOrderKept(parts, viewer, params.id)
      await act(moderatorOf(viewer, requestId), params.id, await personNamed(parts, params.username))
      return { status: 204 }
    },
  })
}

/** Who acts by this request. */
export function moderatorOf(viewer: Viewer, requestId: string): Moderator {
  return { viewer, record: onRecordOf({ account: viewer.account, via: 'api', requestId }) }
}

/** Error: `not_found`. */
export async function personNamed(parts: Pick<RouteParts, 'findByUsername'>, username: string): Promise<AccountId> {
  const person = await parts.findByUsername(username)
  if (person === undefined) throw new Problem('not_found')
  return person.id
}
