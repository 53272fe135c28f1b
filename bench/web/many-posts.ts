import { demoNames } from '../../src/commands/seed/demo.ts'
import { seedCommunity } from '../../src/commands/seed/community.ts'
import { readTexts } from '../../src/commands/seed/texts.ts'
import { affectedRows, connectMysql, selectRows } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'

const members = 1000
const mostInvented = 20_000
const silent = { begin: () => undefined, done: () => undefined }

/**
 * A database with so many posts: the first are those of the project's own seed command, and the others are copies of them under new ids,
 * with their tags and likes, so that a million takes a minute. Answers the id of the newest.
 */
export async function writePosts(url: string, wished: number, log: (line: string) => void): Promise<number> {
  const sql = connectMysql({ url, poolMax: 4, acquireTimeoutMs: 10_000 })
  try {
    const posts = Math.min(wished, mostInvented)
    const wish = { members, posts, texts: await readTexts([]), password: undefined, demoNames, isAmongPeople: true }
    await seedCommunity(sql, wish, silent)
    await copyPosts(sql, wished)
    await affectedRows(
      sql,
      'REPLACE INTO post_counts (account_id, posts) SELECT author_id, COUNT(*) FROM posts GROUP BY author_id',
    )
    const [row] = await selectRows<{ count: number; newest: number }>(
      sql,
      'SELECT COUNT(*) AS count, MAX(id) AS newest FROM posts',
    )
    log(`${row?.count} posts are written`)
    return row?.newest ?? 0
  } finally {
    await sql.destroy()
  }
}

/** Doubles what is there until it is enough: whole tables in one statement each. */
export async function copyPosts(sql: Sql, wished: number): Promise<void> {
  for (;;) {
    const [row] = await selectRows<{ count: number; newest: number }>(
      sql,
      'SELECT COUNT(*) AS count, COALESCE(MAX(id), 0) AS newest FROM posts',
    )
    if (row === undefined || row.count >= wished) return
    const copies = Math.min(row.count, wished - row.count)
    const from = [copies, row.newest - copies]
    await affectedRows(
      sql,
      `INSERT INTO posts (id, author_id, kind, body, area, area_key, tags, mentions, like_count, comment_count, created_at)
       SELECT id + ?, author_id, kind, body, area, area_key, tags, mentions, like_count, comment_count, created_at
       FROM posts WHERE id > ?`,
      from,
    )
    await affectedRows(
      sql,
      'INSERT INTO post_tags (tag_key, post_id, author_id) SELECT tag_key, post_id + ?, author_id FROM post_tags WHERE post_id > ?',
      from,
    )
    await affectedRows(
      sql,
      'INSERT INTO likes (post_id, account_id, created_at) SELECT post_id + ?, account_id, created_at FROM likes WHERE post_id > ?',
      from,
    )
  }
}
