import type { Sql } from '../platform/mysql.ts'

/**
 * What happened, for those who listen. A row is written in the transaction of what it tells, and is given its position later, in
 * the order in which rows became visible: ids are handed out earlier than they are committed, and a reader of ids would miss rows.
 *
 * - `events_position`: for readers, the events after a position in order; for the relay, the rows that have none; and that no position is given twice.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE events (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       position BIGINT UNSIGNED NULL,
       topic VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       type VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       audience BIGINT UNSIGNED NULL,
       actor BIGINT UNSIGNED NULL,
       data MEDIUMTEXT NOT NULL,
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       UNIQUE KEY events_position (position)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS events')
}
