import { mysqlErrno } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'

const deadlock = 1213

/** Counts from now on how many statements of this pool were the victim of a deadlock, also where a repeat made good for it. */
export function deadlocksOf(sql: Sql): () => number {
  let count = 0
  sql.on('query-error', (error: unknown) => {
    if (mysqlErrno(error) === deadlock) count += 1
  })
  return () => count
}
