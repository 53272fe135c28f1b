import type { Sql } from '../platform/mysql.ts'

/** What a parked entry amends and erases, so that it can take its place among the messages when nothing refuses it any more. */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `ALTER TABLE ledger_parked
       ADD COLUMN target_epoch INT UNSIGNED NULL AFTER kind,
       ADD COLUMN target_seq BIGINT UNSIGNED NULL AFTER target_epoch,
       ADD COLUMN erases TINYINT UNSIGNED NOT NULL DEFAULT 0 AFTER target_seq`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('ALTER TABLE ledger_parked DROP COLUMN target_epoch, DROP COLUMN target_seq, DROP COLUMN erases')
}
