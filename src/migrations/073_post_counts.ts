import type { Sql } from '../platform/mysql.ts'

/** How many posts a person has: from it the feed of those whom one follows chooses its plan, by one query. */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE post_counts (
       account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
       posts INT UNSIGNED NOT NULL DEFAULT 0
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS post_counts')
}
