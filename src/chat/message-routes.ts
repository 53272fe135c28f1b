import { z } from 'zod'
import { presentPerson } from '../accounts/index.ts'
import { formatPlace } from '../ledger/index.ts'
import type { ItemPage } from '../ledger/index.ts'
import { pageLimit } from '../platform/http/pages.ts'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { readableRoom } from './access.ts'
import { fold, peopleIn } from './fold.ts'
import { messageId } from './frames.ts'
import { captionOf, mediaList, nothingSaid, place, saysSomething } from './message.ts'
import { picturesIn } from './message-pictures.ts'
import { roomParams } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { handOver, keptIn } from './outcome.ts'
import { prepare } from './speech.ts'
import { ackView, messagePageView, presentMessage } from './views.ts'

const newest = Number.MAX_SAFE_INTEGER

export function messageRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/rooms/:id/messages',
      summary: 'Messages before or after a place, folded with what later changed them; the newest without either',
      access: 'member',
      problems: ['not_found'],
      params: roomParams,
      query: z
        .strictObject({ before: place.optional(), after: place.optional(), limit: pageLimit })
        .refine(({ before, after }) => before === undefined || after === undefined, {
          error: 'Either `before` or `after`',
          path: ['after'],
        }),
      answers: { 200: messagePageView },
      async handle({ viewer, params, query, target }) {
        await readableRoom(parts.sql, viewer, params.id)
        const { limit, before, after } = query
        const range = after === undefined ? { before: before?.seq ?? newest, limit } : { after: after.seq, limit }
        const page = await parts.ledger.items(params.id, range)
        const items = page.items.map((item) => fold(item, viewer.account))
        const [profiles, pictures] = await Promise.all([
          parts.profiles(items.flatMap(peopleIn)),
          parts.readPictures(page.items.flatMap(({ entry }) => picturesIn(entry))),
        ])
        const { epoch, seq, storedSeq, state } = page.head
        return {
          status: 200,
          body: {
            items: items.map((folded) => presentMessage(folded, { profiles, pictures })),
            page: nextOf(page, after !== undefined),
            people: [...profiles.values()].map(presentPerson),
            head: { epoch, seq, stored: storedSeq, state },
          },
          headers: linkTo(target, nextOf(page, after !== undefined)),
        }
      },
    }),
    route({
      method: 'POST',
      path: '/v1/rooms/:id/messages',
      summary:
        'Say something, under the same rules as over the socket; repeating it with the same id is answered with the first',
      access: 'member',
      problems: ['not_found', 'not_member', 'muted', 'room_closed', 'unsupported', 'bad_id', 'buffer_full', 'timeout'],
      params: roomParams,
      body: z
        .strictObject({
          id: messageId,
          body: captionOf(parts.config.MESSAGE_MAX_BYTES),
          replyTo: place.optional(),
          media: mediaList.optional(),
        })
        .refine(saysSomething, nothingSaid),
      answers: { 200: ackView, 201: ackView },
      async handle({ viewer, params: { id: room }, body: said }) {
        const body = await parts.sends.follow({ room, sender: viewer.account, id: said.id }, async () => {
          parts.rates.take(viewer.account)
          const prepared = await prepare(parts, viewer, { type: 'send', room, ...said })
          const outcome = await handOver(parts.ledger, room, prepared)
          const { place: first, at, isDuplicate, kept } = await keptIn(parts, room, viewer, outcome)
          const time = new Date(at).toISOString()
          return { room: String(room), id: said.id, ...first, at: time, duplicate: isDuplicate, kept }
        })
        return {
          status: body.duplicate ? 200 : 201,
          body,
          headers: { location: `/v1/rooms/${room}/messages?after=${body.epoch}:${body.seq - 1}&limit=1` },
        }
      },
    }),
  ]
}

function nextOf(page: ItemPage, isForward: boolean): { before?: string; after?: string } {
  const edge = isForward ? page.items.at(-1) : page.items[0]
  if (!page.hasMore || edge === undefined) return {}
  return isForward ? { after: formatPlace(edge.entry) } : { before: formatPlace(edge.entry) }
}

function linkTo(target: string, next: Record<string, string>): Record<string, string> {
  const [entry] = Object.entries(next)
  if (entry === undefined) return {}
  const url = new URL(target, 'http://here')
  url.searchParams.set(...entry)
  return { link: `<${url.pathname}${url.search}>; rel="next"` }
}
