import { selectRows } from '../../platform/mysql.ts'
import type { Sql } from '../../platform/mysql.ts'
import { streamRows } from '../../platform/mysql-rows.ts'
import type { RawValue } from '../../platform/mysql-rows.ts'

/** The SQL of reading whole tables. Names of tables and columns are those of the database, which are ours. */

export interface TableShape {
  name: string
  /** Those that are written; what the database derives from others is left to it. */
  columns: Column[]
  /** Columns of the primary key, in its order: the order of the rows. */
  key: string[]
}

export interface Column {
  name: string
  isBytes: boolean
}

const bytesTypes = new Set(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'])
const derived = /(VIRTUAL|STORED|PERSISTENT) GENERATED/i

/** In the order of their names. */
export async function tableShapes(sql: Sql): Promise<TableShape[]> {
  const columns = await selectRows<{ tab: string; col: string; kind: string; extra: string }>(
    sql,
    `SELECT c.TABLE_NAME AS tab, c.COLUMN_NAME AS col, c.DATA_TYPE AS kind, c.EXTRA AS extra
     FROM information_schema.COLUMNS c
     JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
     WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`,
  )
  const keys = await selectRows<{ tab: string; col: string }>(
    sql,
    `SELECT TABLE_NAME AS tab, COLUMN_NAME AS col FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME = 'PRIMARY' ORDER BY TABLE_NAME, SEQ_IN_INDEX`,
  )
  const keysOf = Map.groupBy(keys, ({ tab }) => tab)
  return [...Map.groupBy(columns, ({ tab }) => tab)]
    .map(([name, own]) => ({
      name,
      columns: own
        .filter(({ extra }) => !derived.test(extra))
        .map(({ col, kind }) => ({ name: col, isBytes: bytesTypes.has(kind.toLowerCase()) })),
      key: (keysOf.get(name) ?? []).map(({ col }) => col),
    }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

/** All rows of a table in the order of its primary key, which is the order in which they lie. */
export function rowsOf(sql: Sql, { name, columns, key }: TableShape): AsyncIterable<RawValue[]> {
  const list = quoted(columns.map((column) => column.name))
  return streamRows(sql, `SELECT ${list} FROM ${quoted([name])} FORCE INDEX (PRIMARY) ORDER BY ${quoted(key)}`)
}

/** The number that the next row of a table gets; undefined where rows get none. It also counts what was deleted since. */
export async function nextNumber(sql: Sql, table: string): Promise<number | undefined> {
  const [row] = await selectRows<Record<string, string>>(sql, `SHOW CREATE TABLE ${quoted([table])}`)
  const text = row?.['Create Table'] ?? ''
  if (!/\bAUTO_INCREMENT\b/i.test(text)) return undefined
  // What stands before are columns, whose comments may say anything.
  return Number(/\bAUTO_INCREMENT=(\d+)/i.exec(text.slice(text.lastIndexOf(') ENGINE=')))?.[1] ?? 1)
}

/** About as many as there are, for who wants to know how long it will take. */
export async function estimatedRows(sql: Sql): Promise<number> {
  const [row] = await selectRows<{ estimate: number | string | null }>(
    sql,
    `SELECT SUM(TABLE_ROWS) AS estimate FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()`,
  )
  return Number(row?.estimate ?? 0)
}

/** The time of the database, and which one it is. */
export async function databaseFacts(sql: Sql): Promise<{ now: Date; version: string }> {
  const [row] = await selectRows<{ now: Date; version: string }>(sql, 'SELECT NOW(3) AS now, VERSION() AS version')
  if (row === undefined) throw new Error('the database did not tell the time')
  return row
}
