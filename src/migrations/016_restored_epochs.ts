import type { Sql } from '../platform/mysql.ts'

/** An epoch may also end by a restore: what a room was given behind the backup, another state of this installation had. */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `ALTER TABLE ledger_epochs
       MODIFY cause ENUM('restart', 'rollback', 'absent', 'sleep', 'repair', 'closed', 'restored')
         CHARACTER SET ascii COLLATE ascii_bin NOT NULL`,
  )
}

/** To who does not know the word it is an end without a loss. */
export async function down(sql: Sql): Promise<void> {
  await sql.raw("UPDATE ledger_epochs SET cause = 'repair' WHERE cause = 'restored'")
  await sql.raw(
    `ALTER TABLE ledger_epochs
       MODIFY cause ENUM('restart', 'rollback', 'absent', 'sleep', 'repair', 'closed')
         CHARACTER SET ascii COLLATE ascii_bin NOT NULL`,
  )
}
