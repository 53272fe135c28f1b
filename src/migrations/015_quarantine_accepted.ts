import type { Sql } from '../platform/mysql.ts'

/**
 * That somebody has looked at a quarantined room and let it be: who, when and why. The closing stays quarantined, and so does its receipt.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `ALTER TABLE end_room
       ADD COLUMN accepted_by BIGINT UNSIGNED NULL,
       ADD COLUMN accepted_at DATETIME(3) NULL,
       ADD COLUMN accepted_note VARCHAR(500) NULL`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('ALTER TABLE end_room DROP COLUMN accepted_by, DROP COLUMN accepted_at, DROP COLUMN accepted_note')
}
