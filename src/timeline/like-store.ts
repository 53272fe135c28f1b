import type { AccountId, PostId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { notAmong } from '../platform/sql-lists.ts'

/** The SQL of `likes`. */

/** Under the lock of the post. */
export async function isLikedBy(sql: Sql, post: PostId, account: AccountId): Promise<boolean> {
  return (await likedAmong(sql, account, [post])).has(post)
}

/** Under the lock of the post, when it is not there. */
export async function insertLike(trx: Sql, post: PostId, account: AccountId): Promise<void> {
  await trx('likes').insert({ post_id: post, account_id: account })
}

export async function deleteLike(trx: Sql, post: PostId, account: AccountId): Promise<boolean> {
  return (await affectedRows(trx, 'DELETE FROM likes WHERE account_id = ? AND post_id = ?', [account, post])) === 1
}

export async function deleteLikesOf(trx: Sql, post: PostId): Promise<void> {
  await affectedRows(trx, 'DELETE FROM likes WHERE post_id = ?', [post])
}

/** Which of these posts somebody likes, by one query. */
export async function likedAmong(sql: Sql, account: AccountId, posts: readonly PostId[]): Promise<Set<PostId>> {
  if (posts.length === 0) return new Set()
  const rows = await selectRows<{ post_id: number }>(
    sql,
    'SELECT post_id FROM likes WHERE account_id = ? AND post_id IN (?)',
    [account, posts],
  )
  return new Set(rows.map((row) => idFromRow<PostId>(row.post_id)))
}

export interface Like {
  id: number
  account: AccountId
  at: Date
}

/** Newest first. */
export async function likesOf(
  sql: Sql,
  post: PostId,
  page: { before: number | undefined; without: ReadonlySet<AccountId>; limit: number },
): Promise<Like[]> {
  const hidden = notAmong('account_id', page.without)
  const rows = await selectRows<{ id: number; account_id: number; created_at: Date }>(
    sql,
    `SELECT id, account_id, created_at FROM likes FORCE INDEX (likes_post)
     WHERE post_id = ? AND id < ? ${hidden.text} ORDER BY id DESC LIMIT ?`,
    [post, page.before ?? Number.MAX_SAFE_INTEGER, ...hidden.bindings, page.limit],
  )
  return rows.map((row) => ({ id: row.id, account: idFromRow(row.account_id), at: row.created_at }))
}
