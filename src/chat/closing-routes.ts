import { z } from 'zod'
import type { ClosingView } from '../ledger/index.ts'
import { crashPoint } from '../platform/crash-point.ts'
import { Problem } from '../platform/errors.ts'
import { bytes, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { hasRole } from '../platform/http/viewer.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import { moderatedRoom, readableRoom } from './access.ts'
import { adminClosingRoutes } from './admin-closing-routes.ts'
import { toldOfRoom } from './invitations.ts'
import { tellClosed } from './room-events.ts'
import { moderatorOf, roomParams } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { markClosing } from './store.ts'
import { closingView, presentClosing } from './views.ts'

export function closingRoutes(parts: RouteParts): Route[] {
  return [...roomClosingRoutes(parts), ...paperRoutes(parts), ...adminClosingRoutes(parts)]
}

function roomClosingRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/rooms/:id/close',
      summary:
        'Close a room: its mentor, or an admin. Afterwards nothing more is accepted; repeating it answers the same',
      access: 'member',
      problems: ['not_found', 'conflict'],
      params: roomParams,
      limit: {
        name: 'closings',
        requests: parts.config.CLOSINGS_PER_MINUTE,
        seconds: 60,
        withoutRedis: 'count_here',
      },
      answers: { 202: closingView },
      async handle({ viewer, params, requestId }) {
        const room = await moderatedRoom(parts, viewer, params.id)
        const { record } = moderatorOf(viewer, requestId)
        const closing = await parts.ledger.close(room.id, {
          ...{ by: viewer.account, requestId },
          within: async (trx) => {
            if (room.mentor !== viewer.account) await record(trx, { action: 'room.closed', room: room.id })
          },
        })
        crashPoint('closing: worker called, room not marked')
        await parts.transaction(async (trx, tell) => {
          if (await markClosing(trx, room.id)) tellClosed(tell, room, 'closing', await toldOfRoom(trx, room))
        })
        crashPoint('closing: room marked, not answered')
        return {
          status: 202,
          body: present(closing, viewer),
          headers: { location: `/v1/rooms/${room.id}/closing` },
        }
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rooms/:id/closing',
      summary: 'How far the closing of a room is',
      access: 'member',
      problems: ['not_found'],
      params: roomParams,
      hasEtag: true,
      answers: { 200: closingView },
      async handle({ viewer, params }) {
        await readableRoom(parts.sql, viewer, params.id)
        const closing = await parts.ledger.closing(params.id)
        if (closing === undefined) throw new Problem('not_found', { detail: 'The room is not being closed' })
        return { status: 200, body: present(closing, viewer) }
      },
    }),
  ]
}

const notFinal = (): Problem =>
  new Problem('not_found', { detail: 'There is none until the closing is final', retryAfter: 1 })

const transcriptGone = (): Problem =>
  new Problem('not_found', { detail: 'The room is closed for good, and this transcript is gone. Its receipt stays' })

/** A page with its own style, in which nothing runs. */
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

function paperRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/rooms/:id/receipt',
      summary: 'The signed receipt of a room that is closed for good, and what it says; 404 until then',
      access: 'member',
      problems: ['not_found'],
      params: roomParams,
      hasEtag: true,
      answers: {
        200: z.strictObject({ jws: z.string().describe('Compact JWS, Ed25519'), content: z.unknown() }),
      },
      async handle({ viewer, params }) {
        await readableRoom(parts.sql, viewer, params.id)
        const receipt = await parts.ledger.receipt(params.id)
        if (receipt === undefined) throw notFinal()
        return { status: 200, body: receipt }
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rooms/:id/transcript',
      summary: 'All that happened in a room that is closed for good: NDJSON, or a page with `Accept: text/html`',
      access: 'member',
      problems: ['not_found'],
      params: roomParams,
      hasEtag: true,
      answers: { 200: bytes('application/x-ndjson', 'text/html') },
      async handle({ viewer, params, headers }) {
        await readableRoom(parts.sql, viewer, params.id)
        const form = headers.accept?.includes('text/html') === true ? 'html' : 'ndjson'
        const file = await parts.ledger.transcript(params.id, form)
        if (file === undefined) {
          const isFinal = (await parts.ledger.closing(params.id))?.sealedAt !== undefined
          throw isFinal ? transcriptGone() : notFinal()
        }
        return {
          status: 200,
          body: file.body,
          headers: {
            'content-type': form === 'html' ? 'text/html; charset=utf-8' : 'application/x-ndjson',
            'content-length': String(file.bytes),
            etag: `"${file.sha256}"`,
            vary: 'accept',
            ...(form === 'html' ? { 'content-security-policy': pagePolicy } : {}),
          },
        }
      },
    }),
    route({
      method: 'GET',
      path: '/.well-known/jwks.json',
      summary: 'Every key that ever signed a receipt',
      access: 'public',
      problems: [],
      hasEtag: true,
      answers: { 200: z.strictObject({ keys: z.array(z.unknown()) }) },
      async handle() {
        return { status: 200, body: await parts.ledger.receiptKeys() }
      },
    }),
  ]
}

function present(closing: ClosingView, viewer: Viewer): z.input<typeof closingView> {
  return presentClosing(closing, { isForAdmin: hasRole(viewer, 'admin') })
}
