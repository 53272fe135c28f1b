import type { Sql } from '../platform/mysql.ts'

/** One row for each person who has ever opened a room: the row for which their further openings wait, so that they can be counted. */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE mentors (
       account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
       rooms_opened BIGINT UNSIGNED NOT NULL
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS mentors')
}
