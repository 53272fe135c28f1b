import { Readable } from 'node:stream'
import { z } from 'zod'
import type { WithinClosing } from '../ledger/index.ts'
import { Problem } from '../platform/errors.ts'
import { cursorOf, idCursor, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { bytes, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { RoomId } from '../platform/ids.ts'
import {
  findingView,
  inspectedClosingView,
  peopleInClosing,
  presentFinding,
  presentInspected,
} from './inspection-views.ts'
import { moderatorOf, roomParams } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { roomNames } from './store.ts'
import { closingView, namedClosingView, presentClosing, presentNamedClosing } from './views.ts'

/** The console of closings. What it changes goes the way of a closing, and is on record. */
export function adminClosingRoutes(parts: RouteParts): Route[] {
  return [...lookingRoutes(parts), ...evidenceRoutes(parts), ...actingRoutes(parts)]
}

const closingState = closingView.shape.state

function lookingRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/admin/closings',
      summary: 'Closings, newest rooms first',
      access: 'admin',
      problems: [],
      query: z.strictObject({
        limit: pageLimit,
        cursor: idCursor<RoomId>(),
        state: closingState.optional().describe('Only those in this state'),
        accepted: z
          .enum(['yes', 'no'])
          .optional()
          .describe('Of those that are quarantined: whether somebody has looked and lets them be'),
      }),
      answers: { 200: pageOf(namedClosingView) },
      async handle({ query, target }) {
        const { limit, cursor, accepted } = query
        const state = accepted === undefined ? query.state : (query.state ?? 'quarantined')
        const found = await parts.ledger.closings({
          limit: limit + 1,
          ...(cursor === undefined ? {} : { before: cursor }),
          ...(state === undefined ? {} : { state }),
          ...(accepted === undefined ? {} : { isAccepted: accepted === 'yes' }),
        })
        const { items: closings, last } = pageFrom(found, limit)
        const names = await roomNames(
          parts.sql,
          closings.map(({ room }) => room),
        )
        const views = closings.map((closing) => presentNamedClosing(closing, names.get(closing.room) ?? ''))
        return pageAnswer(target, views, { next: last?.room })
      },
    }),
    route({
      method: 'GET',
      path: '/v1/admin/closings/:id',
      summary: 'A closing with all that is known of it: seqs, epochs, incidents, what failed and what comes next',
      access: 'admin',
      problems: ['not_found'],
      params: roomParams,
      answers: { 200: inspectedClosingView },
      async handle({ params }) {
        return { status: 200, body: await inspected(parts, params.id) }
      },
    }),
  ]
}

function evidenceRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/admin/closings/:id/findings',
      summary: 'Rows of a closed room that are not as they were acknowledged. A page may be empty and not be the last',
      access: 'admin',
      problems: ['not_found'],
      params: roomParams,
      query: z.strictObject({ limit: pageLimit, cursor: cursorOf(z.int().positive()) }),
      answers: { 200: pageOf(findingView) },
      async handle({ params, query, target }) {
        await existing(parts, params.id)
        const page = { after: query.cursor ?? 0, limit: query.limit }
        const { findings, next } = await parts.ledger.findings(params.id, page)
        const profiles = await parts.profiles(findings.flatMap(({ entry }) => entry?.sender ?? []))
        return pageAnswer(
          target,
          findings.map((finding) => presentFinding(finding, profiles)),
          { next },
        )
      },
    }),
    route({
      method: 'GET',
      path: '/v1/admin/closings/:id/evidence',
      summary: 'Everything that is kept of a closed room, as it stands: NDJSON whose last line has the type `end`',
      access: 'admin',
      problems: ['not_found'],
      params: roomParams,
      limit: {
        name: 'exports',
        requests: parts.config.ADMIN_EXPORTS_PER_MINUTE,
        seconds: 60,
        withoutRedis: 'count_here',
      },
      answers: { 200: bytes('application/x-ndjson') },
      async handle({ params }) {
        await existing(parts, params.id)
        return {
          status: 200,
          body: Readable.from(parts.ledger.evidence(params.id)),
          headers: {
            'content-type': 'application/x-ndjson',
            'content-disposition': `attachment; filename="room-${params.id}-evidence.ndjson"`,
          },
        }
      },
    }),
  ]
}

const note = z
  .string()
  .max(2000)
  .transform((text) => text.normalize('NFC').trim())
  .refine((text) => text.isWellFormed() && [...text].length >= 1 && [...text].length <= 500, '1 to 500 characters')
  .describe('Why it is let be: 1 to 500 characters, kept on record')

function actingRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/admin/closings/:id/retry',
      summary:
        'Try a quarantined closing again, after what was wrong has been repaired; or one that is under way at once',
      access: 'admin',
      problems: ['not_found', 'conflict'],
      params: roomParams,
      answers: { 202: closingView },
      async handle({ viewer, params, requestId }) {
        const { record } = moderatorOf(viewer, requestId)
        const within: WithinClosing = (trx, { room, state, attempts }) =>
          record(trx, { action: 'closing.retried', room, facts: { was: state, attempts } })
        const isRetried = await parts.ledger.retryClosing(params.id, within)
        const closing = await existing(parts, params.id)
        if (!isRetried) throw new Problem('conflict', { detail: `The closing is ${closing.state}` })
        return {
          status: 202,
          body: presentClosing(closing, { isForAdmin: true }),
          headers: { location: `/v1/rooms/${params.id}/closing` },
        }
      },
    }),
    route({
      method: 'PUT',
      path: '/v1/admin/closings/:id/acceptance',
      summary:
        'Let a quarantined closing be, on record: nobody has to look any more. It stays quarantined and its receipt says why; a retry undoes this',
      access: 'admin',
      problems: ['not_found', 'conflict'],
      params: roomParams,
      body: z.strictObject({ note }),
      answers: { 200: inspectedClosingView },
      async handle({ viewer, params, body, requestId }) {
        const { record } = moderatorOf(viewer, requestId)
        const within: WithinClosing = (trx, { room }) =>
          record(trx, { action: 'closing.accepted', room, facts: { note: body.note } })
        const isAccepted = await parts.ledger.acceptQuarantine(params.id, { by: viewer.account, ...body, within })
        const closing = await inspected(parts, params.id)
        if (!isAccepted) throw new Problem('conflict', { detail: refusalOf(closing) })
        return { status: 200, body: closing }
      },
    }),
  ]
}

function refusalOf({ state, acceptance }: z.input<typeof inspectedClosingView>): string {
  return acceptance === null ? `The closing is ${state}, not quarantined` : 'Somebody has accepted it already'
}

/** Error: `not_found`. */
async function existing(parts: RouteParts, room: RoomId) {
  const closing = await parts.ledger.closing(room)
  if (closing === undefined) throw new Problem('not_found', { detail: 'The room is not being closed' })
  return closing
}

/** Error: `not_found`. */
async function inspected(parts: RouteParts, room: RoomId): Promise<z.input<typeof inspectedClosingView>> {
  const closing = await parts.ledger.inspect(room)
  if (closing === undefined) throw new Problem('not_found', { detail: 'The room is not being closed' })
  const [names, profiles] = await Promise.all([roomNames(parts.sql, [room]), parts.profiles(peopleInClosing(closing))])
  return presentInspected(closing, { name: names.get(room) ?? '', profiles })
}
