import type { AccountId, CommentId, PostId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { notAmong } from '../platform/sql-lists.ts'

/** The SQL of `comments`. */

export interface Comment {
  id: CommentId
  post: PostId
  author: AccountId
  text: string
  mentions: AccountId[]
  createdAt: Date
  editedAt: Date | undefined
}

interface CommentRecord {
  id: number
  post_id: number
  author_id: number
  body: string
  mentions: string
  created_at: Date
  edited_at: Date | null
}

const columns = 'c.id, c.post_id, c.author_id, c.body, c.mentions, c.created_at, c.edited_at'

function toComment(row: CommentRecord): Comment {
  return {
    id: idFromRow(row.id),
    post: idFromRow(row.post_id),
    author: idFromRow(row.author_id),
    text: row.body,
    mentions: JSON.parse(row.mentions) as AccountId[],
    createdAt: row.created_at,
    editedAt: row.edited_at ?? undefined,
  }
}

export async function commentById(sql: Sql, id: CommentId): Promise<Comment | undefined> {
  const [row] = await selectRows<CommentRecord>(sql, `SELECT ${columns} FROM comments c WHERE c.id = ?`, [id])
  return row && toComment(row)
}

export async function insertComment(
  trx: Sql,
  comment: { post: PostId; author: AccountId; text: string; mentions: readonly AccountId[] },
): Promise<CommentId> {
  const [id] = await trx('comments').insert({
    post_id: comment.post,
    author_id: comment.author,
    body: comment.text,
    mentions: JSON.stringify(comment.mentions),
  })
  return idFromRow(id)
}

/** Marks it as edited. */
export async function rewriteComment(
  trx: Sql,
  id: CommentId,
  wording: { text: string; mentions: readonly AccountId[] },
): Promise<void> {
  await trx('comments')
    .where({ id })
    .update({ body: wording.text, mentions: JSON.stringify(wording.mentions), edited_at: trx.raw('NOW(3)') })
}

export async function deleteComment(trx: Sql, id: CommentId): Promise<void> {
  await affectedRows(trx, 'DELETE FROM comments WHERE id = ?', [id])
}

export async function deleteCommentsOf(trx: Sql, post: PostId): Promise<void> {
  await affectedRows(trx, 'DELETE FROM comments WHERE post_id = ?', [post])
}

export const commentOrders = ['oldest', 'newest'] as const
export type CommentOrder = (typeof commentOrders)[number]

export interface CommentPage {
  order: CommentOrder
  /** The last comment of the page before. */
  from: CommentId | undefined
  without: ReadonlySet<AccountId>
  limit: number
}

export async function commentsOf(sql: Sql, post: PostId, page: CommentPage): Promise<Comment[]> {
  const hidden = notAmong('c.author_id', page.without)
  const [beyond, direction, start] =
    page.order === 'oldest' ? ['c.id > ?', 'ASC', 0] : ['c.id < ?', 'DESC', Number.MAX_SAFE_INTEGER]
  const rows = await selectRows<CommentRecord>(
    sql,
    `SELECT ${columns} FROM comments c FORCE INDEX (comments_post)
     WHERE c.post_id = ? AND ${beyond} ${hidden.text} ORDER BY c.id ${direction} LIMIT ?`,
    [post, page.from ?? start!, ...hidden.bindings, page.limit],
  )
  return rows.map(toComment)
}
