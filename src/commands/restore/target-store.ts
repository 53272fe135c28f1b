import { affectedRows, selectRows } from '../../platform/mysql.ts'
import type { Sql } from '../../platform/mysql.ts'

/** The SQL of filling a database. Names of tables and columns are those of a manifest, which are letters, digits and `_`. */

export async function tableNames(sql: Sql): Promise<string[]> {
  const rows = await selectRows<{ name: string }>(
    sql,
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`,
  )
  return rows.map(({ name }) => name)
}

export async function dropTables(sql: Sql, tables: readonly string[]): Promise<void> {
  for (const table of tables) await sql.raw('DROP TABLE ??', [table])
}

/** What a migration has put there itself goes. */
export async function emptyTable(sql: Sql, table: string): Promise<void> {
  await sql.raw('DELETE FROM ??', [table])
}

export async function insertRows(
  trx: Sql,
  into: { table: string; columns: readonly string[] },
  rows: readonly (readonly (string | Buffer | null)[])[],
): Promise<void> {
  const list = into.columns.map((column) => `\`${column}\``).join(', ')
  await affectedRows(trx, `INSERT INTO \`${into.table}\` (${list}) VALUES ?`, [rows])
}

/** The number that the next row gets; one that is too low has no effect. */
export async function setNextNumber(sql: Sql, table: string, next: number): Promise<void> {
  await sql.raw(`ALTER TABLE \`${table}\` AUTO_INCREMENT = ${next}`)
}
