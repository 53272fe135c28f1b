import type { AccountId } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { among } from '../platform/sql-lists.ts'

/** The SQL of many posts at once. */

const rowsAtOnce = 2000

export interface PostRow {
  author: AccountId
  text: string
  area: string | undefined
  areaKey: string | undefined
  tags: readonly string[]
  mentions: readonly AccountId[]
  likeCount: number
  commentCount: number
  at: Date
}

/**
 * Answers the id of the first; the others follow it one by one, as InnoDB gives them to one INSERT whose rows are known
 * beforehand. Where they do not (`auto_increment_increment` of a cluster), nothing is written.
 */
export async function insertPostRows(trx: Sql, rows: readonly PostRow[]): Promise<number> {
  const [first] = await trx('posts').insert(
    rows.map((row) => ({
      ...{ author_id: row.author, body: row.text, area: row.area ?? null, area_key: row.areaKey ?? null },
      ...{ tags: JSON.stringify(row.tags), mentions: JSON.stringify(row.mentions), created_at: row.at },
      ...{ like_count: row.likeCount, comment_count: row.commentCount },
    })),
  )
  const [found] = await selectRows<{ count: number }>(
    trx,
    'SELECT COUNT(*) AS count FROM posts WHERE id >= ? AND id < ?',
    [first ?? 0, (first ?? 0) + rows.length],
  )
  if (first === undefined || found?.count !== rows.length)
    throw new Error('the ids of the posts do not follow each other')
  return first
}

export async function insertTagRows(
  trx: Sql,
  rows: readonly { key: string; post: number; author: AccountId }[],
): Promise<void> {
  const records = rows.map(({ key, post, author }) => ({ tag_key: key, post_id: post, author_id: author }))
  await trx.batchInsert('post_tags', records, rowsAtOnce)
}

export async function insertCommentRows(
  trx: Sql,
  rows: readonly { post: number; author: AccountId; text: string; mentions: readonly AccountId[]; at: Date }[],
): Promise<void> {
  const records = rows.map(({ post, author, text, mentions, at }) => ({
    ...{ post_id: post, author_id: author, body: text, created_at: at },
    mentions: JSON.stringify(mentions),
  }))
  await trx.batchInsert('comments', records, rowsAtOnce)
}

export async function insertLikeRows(
  trx: Sql,
  rows: readonly { post: number; account: AccountId; at: Date }[],
): Promise<void> {
  const records = rows.map(({ post, account, at }) => ({ post_id: post, account_id: account, created_at: at }))
  await trx.batchInsert('likes', records, rowsAtOnce)
}

export async function addPostCounts(trx: Sql, posts: ReadonlyMap<AccountId, readonly unknown[]>): Promise<void> {
  const rows = [...posts].map(([account, list]): [number, number] => [account, list.length])
  await affectedRows(
    trx,
    `INSERT INTO post_counts (account_id, posts) VALUES ${rows.map(() => '(?, ?)').join(', ')}
     ON DUPLICATE KEY UPDATE posts = posts + VALUES(posts)`,
    rows.flat(),
  )
}

export async function newestPostAt(sql: Sql): Promise<Date | undefined> {
  const [row] = await selectRows<{ at: Date | null }>(sql, 'SELECT MAX(created_at) AS at FROM posts')
  return row?.at ?? undefined
}

export async function postsWrittenBy(sql: Sql, authors: readonly AccountId[]): Promise<number> {
  const those = among('account_id', authors)
  const text = `SELECT SUM(posts) AS count FROM post_counts WHERE ${those.text}`
  const [row] = await selectRows<{ count: string | number | null }>(sql, text, those.bindings)
  return Number(row?.count ?? 0)
}

/** True when this connection alone seeds now; the lock goes with the connection. Not waited for. */
export async function holdSeeding(holder: Sql): Promise<boolean> {
  const text = "SELECT GET_LOCK(CONCAT('madang-seed-', DATABASE()), 0) AS held"
  const [answer] = await selectRows<{ held: number | null }>(holder, text)
  return answer?.held === 1
}

export async function releaseSeeding(holder: Sql): Promise<void> {
  await holder.raw("SELECT RELEASE_LOCK(CONCAT('madang-seed-', DATABASE()))")
}
