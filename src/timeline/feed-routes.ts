import { z } from 'zod'
import { Problem } from '../platform/errors.ts'
import { etagOf } from '../platform/http/etag.ts'
import { idCursor, pageLimit, pageOf, placesOf } from '../platform/http/pages.ts'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import { postsOfPerson } from './feed-store.ts'
import { feedQuery, readFeed, slice } from './feeds.ts'
import type { FeedSlice } from './feeds.ts'
import { postKind } from './post.ts'
import { presentPosts } from './presenting.ts'
import type { TimelineParts } from './route-parts.ts'
import { postView } from './views.ts'

const feedView = z.strictObject({
  ...pageOf(postView).shape,
  stream: z.string().describe('The position at which /v1/stream goes on from this page without a gap'),
})

const username = z
  .string()
  .min(1)
  .max(30)
  .transform((text) => text.toLowerCase())
  .describe('In any case')

export function feedRoutes(parts: TimelineParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/timeline',
      summary: 'A feed: everybody’s posts, those of the people I follow, of a tag, of an area, or the popular ones',
      access: 'member',
      problems: ['cursor_expired'],
      query: feedQuery,
      answers: { 200: feedView },
      hasEtag: true,
      async handle({ viewer, query, target }) {
        const stream = parts.live.cursor()
        return answerFeed(parts, viewer, { ...(await readFeed(parts, viewer, query)), stream, target })
      },
    }),
    route({
      method: 'GET',
      path: '/v1/people/:username/posts',
      summary: 'The posts of one person, newest first',
      access: 'member',
      problems: ['not_found'],
      params: z.strictObject({ username }),
      query: z.strictObject({
        kind: postKind.optional().describe('Only posts of this kind'),
        limit: pageLimit,
        cursor: idCursor(),
      }),
      answers: { 200: feedView },
      hasEtag: true,
      async handle({ viewer, params, query, target }) {
        const stream = parts.live.cursor()
        const posts = await homeOf(parts, viewer, params.username, query)
        return answerFeed(parts, viewer, { ...slice(posts, query.limit), stream, target })
      },
    }),
  ]
}

/** Whom the reader has muted is shown when asked for; who has blocked, or is blocked, is not there. */
async function homeOf(
  parts: TimelineParts,
  viewer: Viewer,
  name: string,
  query: { kind?: z.output<typeof postKind> | undefined; limit: number; cursor?: number | undefined },
) {
  const person = await parts.accounts.findByUsername(name)
  const relations = await parts.people.relationsOf(viewer.account)
  if (person === undefined || relations.blocked.has(person.id)) throw new Problem('not_found')
  const page = { before: query.cursor, kind: query.kind, without: new Set<never>(), limit: query.limit + 1 }
  return postsOfPerson(parts.sql, person.id, page)
}

async function answerFeed(parts: TimelineParts, viewer: Viewer, read: FeedSlice & { stream: string; target: string }) {
  const kept = read.posts.map((row) => parts.keptPosts.of(row))
  const posts = await presentPosts(parts, viewer.account, kept)
  const { page, headers } = placesOf(read.target, { next: read.next })
  const places = JSON.stringify(page)
  const end = Buffer.from(`,"page":${places},"stream":${JSON.stringify(read.stream)}}`)
  // Weak: the position of the stream moves with everything that happens anywhere. Who has the page already also has a position
  // that can be gone on from: what has happened since then did not change the page.
  const etag = `W/${etagOf(posts.name + places)}`
  return { status: 200 as const, json: Buffer.concat([beginning, ...posts.json, end]), headers: { ...headers, etag } }
}

const beginning = Buffer.from('{"items":')
