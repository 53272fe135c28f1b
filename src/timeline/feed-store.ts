import type { AccountId } from '../platform/ids.ts'
import { selectRows, timesAsText } from '../platform/mysql.ts'
import type { Binding, Sql } from '../platform/mysql.ts'
import type { PostKind } from './post.ts'
import { among, notAmong } from '../platform/sql-lists.ts'
import type { Condition } from '../platform/sql-lists.ts'
import { postColumns } from './store.ts'
import type { PostRecord } from './store.ts'

/**
 * The SQL of feeds, each newest first. Every query says itself which index it walks: the statistics of a table that grows all the
 * time, and of people with ten posts beside people with ten thousand, must not decide how long a page takes.
 */

export interface FeedPage {
  /** Id of the last post of the page before. */
  before: number | undefined
  kind: PostKind | undefined
  /** Authors who are left out. */
  without: ReadonlySet<AccountId>
  limit: number
}

export function postsOfAll(sql: Sql, page: FeedPage): Promise<PostRecord[]> {
  const filter = filterOf(page)
  return posts(
    sql,
    `SELECT ${postColumns} FROM posts p FORCE INDEX (PRIMARY)
     WHERE p.id < ? ${filter.text} ORDER BY p.id DESC LIMIT ?`,
    [before(page), ...filter.bindings, page.limit],
  )
}

export function postsOfPerson(sql: Sql, author: AccountId, page: FeedPage): Promise<PostRecord[]> {
  const filter = filterOf(page)
  return posts(
    sql,
    `SELECT ${postColumns} FROM posts p FORCE INDEX (posts_author)
     WHERE p.author_id = ? AND p.id < ? ${filter.text} ORDER BY p.id DESC LIMIT ?`,
    [author, before(page), ...filter.bindings, page.limit],
  )
}

export function postsOfArea(sql: Sql, areaKey: string, page: FeedPage): Promise<PostRecord[]> {
  const filter = filterOf(page)
  return posts(
    sql,
    `SELECT ${postColumns} FROM posts p FORCE INDEX (posts_area)
     WHERE p.area_key = ? AND p.id < ? ${filter.text} ORDER BY p.id DESC LIMIT ?`,
    [areaKey, before(page), ...filter.bindings, page.limit],
  )
}

export function postsOfTag(sql: Sql, tagKey: string, page: FeedPage): Promise<PostRecord[]> {
  const hidden = notAmong('t.author_id', page.without)
  const kind = kindOf(page)
  return posts(
    sql,
    `SELECT ${postColumns} FROM post_tags t FORCE INDEX (PRIMARY) STRAIGHT_JOIN posts p ON p.id = t.post_id
     WHERE t.tag_key = ? AND t.post_id < ? ${hidden.text} ${kind.text} ORDER BY t.post_id DESC LIMIT ?`,
    [tagKey, before(page), ...hidden.bindings, ...kind.bindings, page.limit],
  )
}

/** Reads every post of these authors in the index alone, and fetches those of the page. Good when they have few posts. */
export function mergedPosts(sql: Sql, authors: readonly AccountId[], page: FeedPage): Promise<PostRecord[]> {
  const those = among('a.author_id', authors)
  const kind = kindOf(page, 'a')
  return posts(
    sql,
    `SELECT ${postColumns} FROM (
       SELECT a.id FROM posts a FORCE INDEX (posts_author)
       WHERE ${those.text} AND a.id < ? ${kind.text} ORDER BY a.id DESC LIMIT ?
     ) chosen STRAIGHT_JOIN posts p FORCE INDEX (PRIMARY) ON p.id = chosen.id ORDER BY p.id DESC`,
    [...those.bindings, before(page), ...kind.bindings, page.limit],
  )
}

/** Walks back over everybody's posts and keeps those of these authors. Good when they post much; `from` bounds the walk. */
export function walkedPosts(
  sql: Sql,
  authors: readonly AccountId[],
  page: FeedPage & { from: number },
): Promise<PostRecord[]> {
  const those = among('p.author_id', authors)
  const kind = kindOf(page)
  return posts(
    sql,
    `SELECT ${postColumns} FROM posts p FORCE INDEX (PRIMARY)
     WHERE p.id < ? AND p.id >= ? AND ${those.text} ${kind.text} ORDER BY p.id DESC LIMIT ?`,
    [before(page), page.from, ...those.bindings, ...kind.bindings, page.limit],
  )
}

/** What both ways would have to read: posts of these authors, and the newest id for the number of all posts. */
export async function weightOf(sql: Sql, authors: readonly AccountId[]): Promise<{ theirs: number; newest: number }> {
  const those = among('c.account_id', authors)
  const [row] = await selectRows<{ theirs: string | number | null; newest: number | null }>(
    sql,
    `SELECT SUM(c.posts) AS theirs, (SELECT MAX(id) FROM posts) AS newest FROM post_counts c WHERE ${those.text}`,
    those.bindings,
  )
  return { theirs: Number(row?.theirs ?? 0), newest: row?.newest ?? 0 }
}

function posts(sql: Sql, text: string, bindings: readonly Binding[]): Promise<PostRecord[]> {
  return selectRows<PostRecord>(sql, text, bindings, timesAsText)
}

function before(page: FeedPage): number {
  return page.before ?? Number.MAX_SAFE_INTEGER
}

function filterOf(page: FeedPage): { text: string; bindings: Binding[] } {
  const hidden: Condition = notAmong('p.author_id', page.without)
  const kind = kindOf(page)
  return { text: `${hidden.text} ${kind.text}`, bindings: [...hidden.bindings, ...kind.bindings] }
}

function kindOf(page: FeedPage, table: 'p' | 'a' = 'p'): { text: string; bindings: string[] } {
  return page.kind === undefined ? { text: '', bindings: [] } : { text: `AND ${table}.kind = ?`, bindings: [page.kind] }
}
