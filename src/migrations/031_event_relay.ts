import type { Sql } from '../platform/mysql.ts'

/** One row: the last position that was given. Whoever gives positions holds its lock, so that there is one relay at a time. */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE event_relay (
       id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
       last_position BIGINT UNSIGNED NOT NULL
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
  await sql.raw('INSERT INTO event_relay (id, last_position) VALUES (1, 0)')
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS event_relay')
}
