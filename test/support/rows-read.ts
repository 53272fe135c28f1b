import { inTransaction, selectRows } from '../../src/platform/mysql.ts'
import type { Binding, Sql } from '../../src/platform/mysql.ts'

/** A statement as it was sent. */
export interface Statement {
  sql: string
  bindings: readonly Binding[]
}

/** Those that are sent during `work` and that `isMeant` by their text. */
export async function statementsOf(sql: Sql, isMeant: RegExp, work: () => Promise<unknown>): Promise<Statement[]> {
  const heard: Statement[] = []
  const hear = (statement: Statement): void => void (isMeant.test(statement.sql) && heard.push(statement))
  sql.on('query', hear)
  await work().finally(() => sql.removeListener('query', hear))
  return heard
}

/** Rows and entries of indexes that the database reads to run a statement once more, as it counts them itself (`Handler_read…`). What it writes is taken back. */
export async function rowsRead(sql: Sql, { sql: text, bindings }: Statement): Promise<number> {
  let read: number | undefined
  const undone = new Error('undone')
  await inTransaction(sql, async (trx) => {
    const first = await countOf(trx)
    // To ask for the count is to read rows, too.
    const asked = (await countOf(trx)) - first
    await selectRows(trx, text, bindings)
    read = (await countOf(trx)) - first - 2 * asked
    throw undone
  }).catch((error: unknown) => {
    if (error !== undone) throw error
  })
  return read ?? 0
}

async function countOf(trx: Sql): Promise<number> {
  const counts = await selectRows<{ Value: string }>(trx, `SHOW SESSION STATUS LIKE 'Handler\\_read\\_%'`)
  return counts.reduce((sum, { Value }) => sum + Number(Value), 0)
}
