import type { Sql } from '../platform/mysql.ts'

/**
 * Which posts carry a tag. Clustered by (tag, post), which is how a tag's feed is read; the author stands here too, so that whom
 * a reader hides is left out before the post is fetched.
 *
 * - `post_tags_post`: the tags of a post that is edited or deleted.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE post_tags (
       tag_key VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
       post_id BIGINT UNSIGNED NOT NULL,
       author_id BIGINT UNSIGNED NOT NULL,
       PRIMARY KEY (tag_key, post_id),
       KEY post_tags_post (post_id)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS post_tags')
}
