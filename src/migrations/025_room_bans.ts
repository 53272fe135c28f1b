import type { Sql } from '../platform/mysql.ts'

/**
 * People who are banned stand in the room as such. `change_kind` is the kind of entry that tells of the last change, where the
 * standing alone does not say it; `has_word` lets a member speak where only mentors may.
 *
 * - `room_members_standing`: the bans of a room, by account.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `ALTER TABLE room_members
       MODIFY standing ENUM('in', 'left', 'kicked', 'stayed', 'banned') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       ADD COLUMN has_word TINYINT UNSIGNED NOT NULL DEFAULT 0,
       ADD COLUMN change_kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
       ADD KEY room_members_standing (room_id, standing, account_id)`,
  )
}

/** Who is banned is out of the room at least; MySQL names the rows that would not fit otherwise. */
export async function down(sql: Sql): Promise<void> {
  await sql.raw("UPDATE room_members SET standing = 'kicked' WHERE standing = 'banned'")
  await sql.raw(
    `ALTER TABLE room_members
       DROP KEY room_members_standing, DROP COLUMN has_word, DROP COLUMN change_kind,
       MODIFY standing ENUM('in', 'left', 'kicked', 'stayed') CHARACTER SET ascii COLLATE ascii_bin NOT NULL`,
  )
}
