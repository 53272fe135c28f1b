import type { AccountId, MediaId, PostId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, instantOf, selectRows, timesAsText } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Post, PostKind, PostPicture } from './post.ts'

/** The SQL of single posts: `posts`, `post_pictures`, `post_tags`, `post_counts`. Lists are in feed-store.ts. */

export const postColumns =
  'p.id, p.author_id, p.kind, p.body, p.area, p.tags, p.mentions, p.picture_count, p.like_count, p.comment_count, p.created_at, p.edited_at'

/** Read with `timesAsText`: numbers and texts alone, so that two readings of a row can be compared. */
export type PostRecord = {
  id: number
  author_id: number
  kind: PostKind
  body: string
  area: string | null
  tags: string
  mentions: string
  picture_count: number
  like_count: number
  comment_count: number
  created_at: string
  edited_at: string | null
}

export function toPost(row: PostRecord): Post {
  return {
    id: idFromRow(row.id),
    author: idFromRow(row.author_id),
    kind: row.kind,
    text: row.body,
    area: row.area ?? undefined,
    tags: JSON.parse(row.tags) as string[],
    mentions: JSON.parse(row.mentions) as AccountId[],
    pictureCount: row.picture_count,
    likeCount: row.like_count,
    commentCount: row.comment_count,
    createdAt: instantOf(row.created_at),
    editedAt: row.edited_at === null ? undefined : instantOf(row.edited_at),
  }
}

export async function postById(sql: Sql, id: PostId): Promise<Post | undefined> {
  const [row] = await selectRows<PostRecord>(
    sql,
    `SELECT ${postColumns} FROM posts p WHERE p.id = ?`,
    [id],
    timesAsText,
  )
  return row && toPost(row)
}

/** The row that everything which happens to a post waits for, first of all. */
export async function lockPost(trx: Sql, id: PostId): Promise<Post | undefined> {
  const [row] = await selectRows<PostRecord>(
    trx,
    `SELECT ${postColumns} FROM posts p WHERE p.id = ? FOR UPDATE`,
    [id],
    timesAsText,
  )
  return row && toPost(row)
}

/** What is written down of a post beside its pictures. */
export interface Wording {
  text: string
  area: string | undefined
  areaKey: string | undefined
  tags: readonly string[]
  mentions: readonly AccountId[]
}

export async function insertPost(
  trx: Sql,
  post: Wording & { author: AccountId; kind: PostKind; pictureCount: number },
): Promise<PostId> {
  const [id] = await trx('posts').insert({
    author_id: post.author,
    kind: post.kind,
    picture_count: post.pictureCount,
    ...columnsOf(post),
  })
  return idFromRow(id)
}

/** Marks it as edited. */
export async function rewritePost(trx: Sql, id: PostId, post: Wording & { pictureCount: number }): Promise<void> {
  await trx('posts')
    .where({ id })
    .update({ ...columnsOf(post), picture_count: post.pictureCount, edited_at: trx.raw('NOW(3)') })
}

function columnsOf(wording: Wording) {
  return {
    body: wording.text,
    area: wording.area ?? null,
    area_key: wording.areaKey ?? null,
    tags: JSON.stringify(wording.tags),
    mentions: JSON.stringify(wording.mentions),
  }
}

export async function deletePost(trx: Sql, id: PostId): Promise<void> {
  await affectedRows(trx, 'DELETE FROM post_pictures WHERE post_id = ?', [id])
  await affectedRows(trx, 'DELETE FROM post_tags WHERE post_id = ?', [id])
  await affectedRows(trx, 'DELETE FROM posts WHERE id = ?', [id])
}

export async function putTags(trx: Sql, post: PostId, author: AccountId, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  await trx('post_tags').insert(keys.map((key) => ({ tag_key: key, post_id: post, author_id: author })))
}

export async function clearTags(trx: Sql, post: PostId): Promise<void> {
  await affectedRows(trx, 'DELETE FROM post_tags WHERE post_id = ?', [post])
}

export async function putPictures(trx: Sql, post: PostId, pictures: readonly PostPicture[]): Promise<void> {
  if (pictures.length === 0) return
  await trx('post_pictures').insert(
    pictures.map(({ media, alt }, place) => ({ post_id: post, place, media_id: media, alt })),
  )
}

export async function clearPictures(trx: Sql, post: PostId): Promise<void> {
  await affectedRows(trx, 'DELETE FROM post_pictures WHERE post_id = ?', [post])
}

/** In their order, by one query. */
export async function picturesOf(sql: Sql, posts: readonly PostId[]): Promise<Map<PostId, PostPicture[]>> {
  const found = new Map<PostId, PostPicture[]>()
  if (posts.length === 0) return found
  const rows = await selectRows<{ post_id: number; media_id: number; alt: string }>(
    sql,
    'SELECT post_id, media_id, alt FROM post_pictures WHERE post_id IN (?) ORDER BY post_id, place',
    [posts],
  )
  for (const row of rows) {
    const post = idFromRow<PostId>(row.post_id)
    const picture = { media: idFromRow<MediaId>(row.media_id), alt: row.alt }
    found.set(post, [...(found.get(post) ?? []), picture])
  }
  return found
}

/** One post more or less of a person. */
export async function changePostCount(trx: Sql, account: AccountId, by: 1 | -1): Promise<void> {
  const text =
    by === 1
      ? 'INSERT INTO post_counts (account_id, posts) VALUES (?, 1) ON DUPLICATE KEY UPDATE posts = posts + 1'
      : 'UPDATE post_counts SET posts = posts - 1 WHERE account_id = ? AND posts > 0'
  await affectedRows(trx, text, [account])
}

/** The counts are absolute: the caller holds the lock of the post and has just read them. */
export async function setCounts(
  trx: Sql,
  id: PostId,
  counts: { likeCount: number } | { commentCount: number },
): Promise<void> {
  const columns = 'likeCount' in counts ? { like_count: counts.likeCount } : { comment_count: counts.commentCount }
  await trx('posts').where({ id }).update(columns)
}
