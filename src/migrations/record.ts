import { affectedRows, mysqlErrno, noSuchTable, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/**
 * What the database says of its tables: `migrations` has a row for each change that is whole, `under_way` one for what has begun and has
 * not ended. Where a row of the latter stays, a process has died in the middle.
 */

export interface UnderWay {
  /** Of a migration, or `restore`. */
  name: string
  /** Statements of a migration that are done. */
  steps: number
  /** The one that was begun and of which it is not known whether it was done; 0 where there is none. */
  trying: number
  begunAt: Date
}

/** The name under which a restore notes that it has begun. */
export const restoring = 'restore'

const name = 'name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY'
const kind = 'ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci'

export async function createRecord(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE IF NOT EXISTS migrations (
       ${name},
       applied_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
     ) ${kind}`,
  )
  await sql.raw(
    `CREATE TABLE IF NOT EXISTS under_way (
       ${name},
       steps INT UNSIGNED NOT NULL DEFAULT 0,
       trying INT UNSIGNED NOT NULL DEFAULT 0,
       begun_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
     ) ${kind}`,
  )
}

/** In a database that was never migrated there is not even the record. */
export async function appliedMigrations(sql: Sql): Promise<Set<string>> {
  const rows = await rowsOf<{ name: string }>(sql, 'SELECT name FROM migrations')
  return new Set(rows.map((row) => row.name))
}

/** One that an earlier version has migrated has no such table yet. */
export async function whatIsUnderWay(sql: Sql): Promise<UnderWay[]> {
  const rows = await rowsOf<Omit<UnderWay, 'begunAt'> & { begun_at: Date }>(
    sql,
    'SELECT name, steps, trying, begun_at FROM under_way ORDER BY begun_at, name',
  )
  return rows.map(({ begun_at, ...row }) => ({ ...row, begunAt: begun_at }))
}

export async function noteBegun(sql: Sql, work: string): Promise<void> {
  await affectedRows(sql, 'INSERT INTO under_way (name) VALUES (?)', [work])
}

export async function noteSteps(
  sql: Sql,
  work: string,
  { steps, trying }: Pick<UnderWay, 'steps' | 'trying'>,
): Promise<void> {
  await affectedRows(sql, 'UPDATE under_way SET steps = ?, trying = ? WHERE name = ?', [steps, trying, work])
}

export async function noteEnded(sql: Sql, work: string): Promise<void> {
  await affectedRows(sql, 'DELETE FROM under_way WHERE name = ?', [work])
}

export async function noteApplied(sql: Sql, migration: string): Promise<void> {
  await affectedRows(sql, 'INSERT INTO migrations (name) VALUES (?)', [migration])
}

export async function strike(sql: Sql, migration: string): Promise<void> {
  await affectedRows(sql, 'DELETE FROM migrations WHERE name = ?', [migration])
}

async function rowsOf<Row>(sql: Sql, text: string): Promise<Row[]> {
  try {
    return await selectRows<Row>(sql, text)
  } catch (error) {
    if (mysqlErrno(error) === noSuchTable) return []
    throw error
  }
}
