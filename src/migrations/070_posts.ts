import type { Sql } from '../platform/mysql.ts'

/**
 * What people post. `tags` and `mentions` are what was found in the text when it was written, as JSON; the counts are those of the rows in
 * `likes` and `comments`, changed under the lock of this row.
 *
 * - primary key: everyone's posts, newest first.
 * - `posts_author`: one person's posts, and the ranges from which the feed of those whom one follows is merged.
 * - `posts_area`: the posts of an area, newest first.
 * - `posts_created`: the posts of the last days, from which the popular ones are chosen.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE posts (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       author_id BIGINT UNSIGNED NOT NULL,
       kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'plain',
       body TEXT NOT NULL,
       area VARCHAR(80) NULL,
       area_key VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
       tags TEXT NOT NULL,
       mentions VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '[]',
       picture_count TINYINT UNSIGNED NOT NULL DEFAULT 0,
       like_count INT UNSIGNED NOT NULL DEFAULT 0,
       comment_count INT UNSIGNED NOT NULL DEFAULT 0,
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       edited_at DATETIME(3) NULL,
       KEY posts_author (author_id, id),
       KEY posts_area (area_key, id),
       KEY posts_created (created_at)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS posts')
}
