import type { Sql } from '../platform/mysql.ts'

/**
 * Pictures that were claimed for a message, by the id that its sender made. As long as it is not certain that the message is kept
 * and stands, `due_at` says when somebody has to look.
 *
 * - `message_pictures_message`: those of one message.
 * - `message_pictures_due`: what a sweeper must look at.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE message_pictures (
       media_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
       room_id BIGINT UNSIGNED NOT NULL,
       account_id BIGINT UNSIGNED NOT NULL,
       message_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       due_at DATETIME(3) NULL,
       KEY message_pictures_message (room_id, account_id, message_id),
       KEY message_pictures_due (due_at)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS message_pictures')
}
