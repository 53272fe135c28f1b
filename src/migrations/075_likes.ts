import type { Sql } from '../platform/mysql.ts'

/**
 * Who likes which post. The primary key only grows, so that likes are appended and not spread over the table.
 *
 * - `likes_once`: a person likes a post once; which posts of a page the reader likes.
 * - `likes_post`: who likes a post, newest first.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE likes (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       post_id BIGINT UNSIGNED NOT NULL,
       account_id BIGINT UNSIGNED NOT NULL,
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       UNIQUE KEY likes_once (account_id, post_id),
       KEY likes_post (post_id, id)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS likes')
}
