import type { Sql } from '../platform/mysql.ts'

/**
 * One row a room: the row that every flush, epoch change and closing of the room locks, and what is true of its log.
 *
 * - `ledgers_idle`: which open rooms are awake and idle, for the sweeper that puts them to sleep.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE ledgers (
       room_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
       epoch INT UNSIGNED NOT NULL DEFAULT 0,
       redis_run CHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
       state ENUM('open', 'closing', 'closed') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'open',
       stored_seq BIGINT UNSIGNED NOT NULL DEFAULT 0,
       stored_digest CHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
       active_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       asleep TINYINT UNSIGNED NOT NULL DEFAULT 1,
       checkpoint_seq BIGINT UNSIGNED NOT NULL DEFAULT 0,
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       KEY ledgers_idle (asleep, state, active_at)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS ledgers')
}
