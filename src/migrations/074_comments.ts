import type { Sql } from '../platform/mysql.ts'

/**
 * What people say about a post.
 *
 * - `comments_post`: the comments of a post, oldest or newest first.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE comments (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       post_id BIGINT UNSIGNED NOT NULL,
       author_id BIGINT UNSIGNED NOT NULL,
       body TEXT NOT NULL,
       mentions VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '[]',
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       edited_at DATETIME(3) NULL,
       KEY comments_post (post_id, id)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS comments')
}
