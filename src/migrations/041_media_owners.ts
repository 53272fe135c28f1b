import type { Sql } from '../platform/mysql.ts'

/**
 * What the pictures of an account take in storage: changed in the transactions that add, render and remove them, and the row for
 * which uploads of one account wait, so that two at once cannot both have the last of its space.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE media_owners (
       account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
       bytes BIGINT NOT NULL,
       pictures INT NOT NULL
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS media_owners')
}
