import { inTransaction, selectRows } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import { statementsDuring } from './statements.ts'
import type { Statement } from './statements.ts'

/** Of all statements that `work` sends and that `isMeant` by their text, once they are run again; see `rowsRead`. */
export async function rowsReadBy(sql: Sql, isMeant: RegExp, work: () => Promise<unknown>): Promise<number> {
  let read = 0
  for (const statement of await statementsDuring(sql, isMeant, work)) read += await rowsRead(sql, statement)
  return read
}

/** Rows and entries of indexes that the database reads to run a statement once more, as it counts them itself (`Handler_read…`). What it writes is taken back. */
async function rowsRead(sql: Sql, { sql: text, bindings }: Statement): Promise<number> {
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
