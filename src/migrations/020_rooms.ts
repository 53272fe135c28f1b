import type { Sql } from '../platform/mysql.ts'

/**
 * Rooms as people see them. What is said in them is the ledger's.
 *
 * - `rooms_single`: there is one lobby, whoever makes it first.
 * - `rooms_state`: the list of open rooms, newest first.
 * - `rooms_mentor`: how many rooms a mentor has open.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE rooms (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       single VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
       name VARCHAR(80) NOT NULL,
       topic VARCHAR(500) NOT NULL DEFAULT '',
       mentor_id BIGINT UNSIGNED NULL,
       seats INT UNSIGNED NULL,
       seats_taken INT UNSIGNED NOT NULL DEFAULT 0,
       members_version BIGINT UNSIGNED NOT NULL DEFAULT 0,
       state ENUM('open', 'closing', 'closed') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'open',
       opened_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       closed_at DATETIME(3) NULL,
       UNIQUE KEY rooms_single (single),
       KEY rooms_state (state, id),
       KEY rooms_mentor (mentor_id, state)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS rooms')
}
