import type { Sql } from '../platform/mysql.ts'

/**
 * Every entry of every room. Clustered by (room, seq), which is how it is written and read.
 *
 * - `messages_once`: an entry is there once, whoever repeats it; binary collation, since `aB` is not `Ab`.
 * - `messages_target`: the amendments of the messages on a page.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE messages (
       room_id BIGINT UNSIGNED NOT NULL,
       seq BIGINT UNSIGNED NOT NULL,
       epoch INT UNSIGNED NOT NULL,
       at DATETIME(3) NOT NULL,
       sender_id BIGINT UNSIGNED NOT NULL,
       entry_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       target_epoch INT UNSIGNED NULL,
       target_seq BIGINT UNSIGNED NULL,
       erases TINYINT UNSIGNED NOT NULL DEFAULT 0,
       is_erased TINYINT UNSIGNED NOT NULL DEFAULT 0,
       hash BINARY(32) NOT NULL,
       payload MEDIUMBLOB NOT NULL,
       PRIMARY KEY (room_id, seq),
       UNIQUE KEY messages_once (room_id, sender_id, entry_id),
       KEY messages_target (room_id, target_seq)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS messages')
}
