import type { Sql } from '../platform/mysql.ts'

/** Who was asked into which room, and by whom. An invitation stays until it is taken back: who left may come again. */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE room_invitations (
       room_id BIGINT UNSIGNED NOT NULL,
       account_id BIGINT UNSIGNED NOT NULL,
       invited_by BIGINT UNSIGNED NOT NULL,
       invited_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       PRIMARY KEY (room_id, account_id)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS room_invitations')
}
