import type { Sql } from '../platform/mysql.ts'

/** Up to where each person has read each room. Clustered by person, since all of a person's rooms are asked for at once. */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE read_markers (
       account_id BIGINT UNSIGNED NOT NULL,
       room_id BIGINT UNSIGNED NOT NULL,
       epoch INT UNSIGNED NOT NULL,
       seq BIGINT UNSIGNED NOT NULL,
       PRIMARY KEY (account_id, room_id)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS read_markers')
}
