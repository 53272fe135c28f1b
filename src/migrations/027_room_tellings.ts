import type { Sql } from '../platform/mysql.ts'

/**
 * What the stream was last told of a room's counts. `is_due`: something may have changed since.
 *
 * - `room_tellings_due`: rooms to look at again.
 * - `room_tellings_people`: rooms that were told to have people in them, who may be gone.
 *
 * `rooms.notices_at`: when everybody who stayed had been told of the end of the room.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE room_tellings (
       room_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
       people INT UNSIGNED NOT NULL DEFAULT 0,
       seats_taken INT UNSIGNED NOT NULL DEFAULT 0,
       is_due TINYINT UNSIGNED NOT NULL DEFAULT 0,
       told_at DATETIME(3) NULL,
       KEY room_tellings_due (is_due),
       KEY room_tellings_people (people)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
  await sql.raw('ALTER TABLE rooms ADD COLUMN notices_at DATETIME(3) NULL')
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('ALTER TABLE rooms DROP COLUMN notices_at')
  await sql.raw('DROP TABLE IF EXISTS room_tellings')
}
