import type { Sql } from '../platform/mysql.ts'

/** The pictures of a post in their order. Clustered by post, which is how they are read. */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE post_pictures (
       post_id BIGINT UNSIGNED NOT NULL,
       place TINYINT UNSIGNED NOT NULL,
       media_id BIGINT UNSIGNED NOT NULL,
       alt VARCHAR(1000) NOT NULL DEFAULT '',
       PRIMARY KEY (post_id, place)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS post_pictures')
}
