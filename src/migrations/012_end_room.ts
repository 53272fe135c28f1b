import type { Sql } from '../platform/mysql.ts'

/**
 * The record of every closing: what had to be saved, what was saved, in which state the closing is, and how it recovers.
 *
 * - `end_room_due`: what a sweeper asks, "which closings have work left that is due" (`next_at` is null when none is).
 * - `end_room_state`: what an admin asks, "which closings are quarantined", newest room first.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE end_room (
       room_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
       state ENUM('requested', 'fenced', 'draining', 'verifying', 'sealed', 'suspect', 'quarantined')
         CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'requested',
       epoch INT UNSIGNED NULL,
       last_seq BIGINT UNSIGNED NULL,
       count BIGINT UNSIGNED NULL,
       digest CHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
       \`stored\` BIGINT UNSIGNED NOT NULL DEFAULT 0,
       parked BIGINT UNSIGNED NOT NULL DEFAULT 0,
       attempts INT UNSIGNED NOT NULL DEFAULT 0,
       next_at DATETIME(3) NULL,
       last_error VARCHAR(500) NULL,
       requested_by BIGINT UNSIGNED NULL,
       request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
       requested_at DATETIME(3) NOT NULL,
       fenced_at DATETIME(3) NULL,
       sealed_at DATETIME(3) NULL,
       receipt MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
       transcript_ndjson VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NULL,
       transcript_html VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NULL,
       KEY end_room_due (next_at),
       KEY end_room_state (state, room_id)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS end_room')
}
