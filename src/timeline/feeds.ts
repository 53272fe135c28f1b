import { z } from 'zod'
import { Problem } from '../platform/errors.ts'
import { cursorOf, pageFrom, pageLimit } from '../platform/http/pages.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import { tagKey } from './entities.ts'
import * as store from './feed-store.ts'
import type { FeedPage } from './feed-store.ts'
import { postsOfFollowed } from './following.ts'
import { explanation } from './popular.ts'
import * as popularStore from './popular-store.ts'
import { postKind } from './post.ts'
import type { TimelineParts } from './route-parts.ts'
import type { PostRecord } from './store.ts'
import { area, areaKey } from './text.ts'

export const feeds = ['all', 'following', 'area', 'popular'] as const

const fault = (code: string, error: string) => ({ error, params: { code } })

const tag = z
  .string()
  .max(200)
  .transform((text) => tagKey(text.replace(/^[#＃]/, '')) ?? '')
  .refine((key) => key !== '', fault('bad_tag', 'Not a hashtag'))
  .describe('Only posts with this hashtag, with or without #; with feed=all')

/** Newest first: the id of the last post. Popular: the place of the last post in the ranking that this paging reads. */
const place = z.union([
  z.int().positive(),
  z.strictObject({ snapshot: z.int().positive(), place: z.int().nonnegative() }),
])

export const feedQuery = z
  .strictObject({
    feed: z
      .enum(feeds)
      .default('all')
      .describe(
        `all, following, area: newest first. ${explanation}; a ranking can be paged through for an hour, then 410`,
      ),
    tag: tag.optional(),
    area: area.optional().describe('With feed=area: which one; without it that of my profile'),
    kind: postKind.optional().describe('Only posts of this kind'),
    limit: pageLimit,
    cursor: cursorOf(place),
  })
  .refine((query) => query.tag === undefined || query.feed === 'all', {
    ...fault('not_with_this_feed', 'A tag goes with feed=all'),
    path: ['tag'],
  })
  .refine((query) => query.area === undefined || query.feed === 'area', {
    ...fault('not_with_this_feed', 'An area goes with feed=area'),
    path: ['area'],
  })
  .refine((query) => query.cursor === undefined || (typeof query.cursor === 'object') === (query.feed === 'popular'), {
    ...fault('bad_cursor', 'Not a cursor of this feed'),
    path: ['cursor'],
  })
export type FeedQuery = z.output<typeof feedQuery>

export interface FeedSlice {
  posts: readonly PostRecord[]
  /** Where the next page begins; undefined at the end. */
  next: unknown
}

/** Whom the reader hides is left out by the query itself, so that pages stay full. Error: `cursor_expired`. */
export async function readFeed(parts: TimelineParts, reader: Viewer, query: FeedQuery): Promise<FeedSlice> {
  const { hidden } = await parts.people.relationsOf(reader.account)
  if (query.feed === 'popular') return readPopular(parts, query, hidden)
  const { cursor, kind, limit } = query
  const before = typeof cursor === 'number' ? cursor : undefined
  return slice(await newestFirst(parts, reader, query, { before, kind, without: hidden, limit: limit + 1 }), limit)
}

async function newestFirst(
  parts: TimelineParts,
  reader: Viewer,
  query: FeedQuery,
  page: FeedPage,
): Promise<PostRecord[]> {
  const { sql, people } = parts
  if (query.feed === 'following') {
    const followed = await people.followedBy(reader.account)
    const shown = followed.filter((account) => !page.without.has(account))
    return postsOfFollowed(sql, shown, page)
  }
  if (query.feed === 'area') {
    return store.postsOfArea(sql, areaKey(query.area ?? (await ownArea(parts, reader))), page)
  }
  if (query.tag !== undefined) return store.postsOfTag(sql, query.tag, page)
  return store.postsOfAll(sql, page)
}

/** Error: `bad_input` for a profile without an area. */
async function ownArea(parts: TimelineParts, reader: Viewer): Promise<string> {
  const person = await parts.accounts.findByUsername(reader.username)
  if (person !== undefined && person.area !== '') return person.area
  const detail = 'Say which area, or give your profile one'
  throw new Problem('bad_input', { errors: [{ pointer: '/area', code: 'no_area', detail }] })
}

/** From one more post than were asked for. */
export function slice(found: readonly PostRecord[], limit: number): FeedSlice {
  const { items: posts, last } = pageFrom(found, limit)
  return { posts, next: last?.id }
}

async function readPopular(parts: TimelineParts, query: FeedQuery, without: FeedPage['without']): Promise<FeedSlice> {
  const { sql } = parts
  const from = await popularPlace(parts, query)
  if (from === undefined) return { posts: [], next: undefined }
  const page = { snapshot: from.snapshot, after: from.place, kind: query.kind, without, limit: query.limit + 1 }
  const found = await popularStore.popularPosts(sql, page)
  const { items, last } = pageFrom(found, query.limit)
  return { posts: items.map(({ post }) => post), next: last && { snapshot: from.snapshot, place: last.place } }
}

/** Undefined before the first ranking, which a worker makes when it starts: nothing is popular yet. */
async function popularPlace(parts: TimelineParts, { cursor }: FeedQuery) {
  if (typeof cursor !== 'object') {
    const snapshot = await popularStore.newestSnapshot(parts.sql)
    return snapshot === undefined ? undefined : { snapshot, place: 0 }
  }
  if (await popularStore.snapshotExists(parts.sql, cursor.snapshot)) return cursor
  throw new Problem('cursor_expired', { detail: 'This ranking is no longer kept; begin again without a cursor' })
}
