import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { mergedPosts, walkedPosts, weightOf } from './feed-store.ts'
import type { FeedPage } from './feed-store.ts'
import type { PostRecord } from './store.ts'

/**
 * The posts of those whom somebody follows are gathered when they are read, in one of two ways (docs/decisions/0012). Merging reads
 * an index entry for each of their posts: little, when they have few. Walking reads everybody's posts from the newest back until
 * the page is full: little, when every tenth is theirs. The costlier a way gets, the cheaper the other: at worst about the square root of all posts.
 */

/** A row that is read and mostly thrown away costs as much as this many index entries. */
const rowCost = 3
/** A walk that meets fewer posts than expected, since they wrote long ago, ends after this many times its length. */
const patience = 4

export async function postsOfFollowed(sql: Sql, authors: readonly AccountId[], page: FeedPage): Promise<PostRecord[]> {
  if (authors.length === 0) return []
  const way = chooseWay(await weightOf(sql, authors), page)
  if (way.type === 'walk') {
    const found = await walkedPosts(sql, authors, { ...page, from: way.from })
    if (found.length === page.limit || way.from <= 1) return found
  }
  return mergedPosts(sql, authors, page)
}

export type Way = { type: 'merge' } | { type: 'walk'; from: number }

/** `theirs`: how many posts the authors have; `newest`: the newest id, for the number of all posts. */
export function chooseWay(weight: { theirs: number; newest: number }, page: Pick<FeedPage, 'before' | 'limit'>): Way {
  const { theirs, newest } = weight
  if (theirs === 0 || newest === 0) return { type: 'merge' }
  const start = Math.min(page.before ?? newest + 1, newest + 1)
  const remaining = theirs * (start / (newest + 1))
  const length = (page.limit * newest) / theirs
  if (remaining <= length * rowCost) return { type: 'merge' }
  return { type: 'walk', from: Math.max(1, Math.floor(start - patience * length)) }
}
