import { inTransaction } from '../../platform/mysql.ts'
import type { Sql } from '../../platform/mysql.ts'
import { inSnapshot } from '../../platform/mysql-rows.ts'
import { rowsOf, tableShapes } from '../backup/dump-store.ts'
import type { TableShape } from '../backup/dump-store.ts'
import { DamagedBackup } from '../backup/manifest.ts'
import type { TableFacts } from '../backup/manifest.ts'
import { readTable, sumRows } from '../backup/table-file.ts'
import { emptyTable, insertRows, setNextNumber } from './target-store.ts'

const statementRows = 1000
const statementBytes = 1_048_576
const transactionStatements = 20

/** Fills one table with the rows of a backup. */
export async function loadTable(
  sql: Sql,
  folder: string,
  { facts, shape }: { facts: TableFacts; shape: TableShape },
  onRows: (count: number) => void,
): Promise<void> {
  const columns = facts.columns
  const isBytes = columns.map((name) => shape.columns.find((column) => column.name === name)?.isBytes === true)
  await emptyTable(sql, facts.name)
  for await (const statements of transactionsOf(readTable(folder, facts.name, facts))) {
    await inTransaction(sql, async (trx) => {
      for (const lines of statements) {
        const rows = lines.map((row) => row.map((value, nth) => valueOf(value, isBytes[nth] === true)))
        await insertRows(trx, { table: facts.name, columns }, rows)
      }
    })
    onRows(statements.reduce((sum, rows) => sum + rows.length, 0))
  }
}

type Row = (string | null)[]

async function* transactionsOf(portions: AsyncIterable<Row[]>): AsyncGenerator<Row[][]> {
  let statements: Row[][] = []
  for await (const rows of statementsOf(portions)) {
    statements.push(rows)
    if (statements.length < transactionStatements) continue
    yield statements
    statements = []
  }
  if (statements.length > 0) yield statements
}

async function* statementsOf(portions: AsyncIterable<Row[]>): AsyncGenerator<Row[]> {
  let rows: Row[] = []
  let bytes = 0
  for await (const portion of portions) {
    for (const row of portion) {
      const size = row.reduce((sum, value) => sum + (value?.length ?? 0), 0)
      if (rows.length === statementRows || (rows.length > 0 && bytes + size > statementBytes)) {
        yield rows
        rows = []
        bytes = 0
      }
      rows.push(row)
      bytes += size
    }
  }
  if (rows.length > 0) yield rows
}

/** Bytes stay bytes; what else there is MySQL reads from text. */
function valueOf(value: string | null, isBytes: boolean): string | Buffer | null {
  if (value === null) return null
  const bytes = Buffer.from(value, 'latin1')
  return isBytes ? bytes : bytes.toString('utf8')
}

/** Reads every row back, and compares it with what was written when the backup was taken. Errors: `DamagedBackup`. */
export async function compareTables(
  snapshots: Sql,
  tables: readonly TableFacts[],
  onRows: (count: number) => void,
): Promise<void> {
  await inSnapshot(snapshots, async (snapshot) => {
    const shapes = await shapesFor(snapshot, tables)
    for (const { facts, shape } of shapes) {
      const found = await sumRows(rowsOf(snapshot, shape), onRows)
      if (found.rows === facts.rows && found.sha256 === facts.sha256) continue
      throw new DamagedBackup(
        `${facts.name}: the database gives back ${found.rows} rows that are not the ${facts.rows} of the backup`,
      )
    }
  })
}

/** The tables of a backup as this version makes them. Errors: `DamagedBackup` where they have other columns. */
export async function shapesFor(
  sql: Sql,
  tables: readonly TableFacts[],
): Promise<{ facts: TableFacts; shape: TableShape }[]> {
  const shapes = new Map((await tableShapes(sql)).map((shape) => [shape.name, shape]))
  return tables.map((facts) => {
    const shape = shapes.get(facts.name)
    const columns = shape?.columns.map(({ name }) => name) ?? []
    if (shape === undefined || facts.columns.toSorted().join() !== columns.toSorted().join()) {
      throw new DamagedBackup(
        `${facts.name} has the columns ${facts.columns.join(', ')} in the backup; its migrations make ${columns.join(', ') || 'no such table'}`,
      )
    }
    // In the order of the backup, so that the rows read back are the same text.
    const inOrder = facts.columns.flatMap((name) => shape.columns.find((column) => column.name === name) ?? [])
    return { facts, shape: { ...shape, columns: inOrder } }
  })
}

/** Far more rows than an installation makes between a backup and the day on which it is needed. */
const numbersSkipped = 1_000_000

/** What was given a number after the backup is known by it outside: links, receipts. None of these numbers is given again. */
export async function skipNumbers(sql: Sql, tables: readonly TableFacts[]): Promise<void> {
  for (const { name, next } of tables) if (next !== undefined) await setNextNumber(sql, name, next + numbersSkipped)
}
