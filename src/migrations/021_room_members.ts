import type { Sql } from '../platform/mysql.ts'

/**
 * Who is in a room, was, or was put out, as of which version of the room's members. `announced` says whether the change has
 * become an entry of the room.
 *
 * - `room_members_account`: the rooms of one person, newest first.
 * - `room_members_pending`: changes that a sweeper must announce.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE room_members (
       room_id BIGINT UNSIGNED NOT NULL,
       account_id BIGINT UNSIGNED NOT NULL,
       standing ENUM('in', 'left', 'kicked', 'stayed') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       version BIGINT UNSIGNED NOT NULL,
       changed_by BIGINT UNSIGNED NOT NULL,
       changed_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       joined_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       left_at DATETIME(3) NULL,
       announced TINYINT UNSIGNED NOT NULL DEFAULT 0,
       PRIMARY KEY (room_id, account_id),
       KEY room_members_account (account_id, standing, room_id),
       KEY room_members_pending (announced, changed_at)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS room_members')
}
