import type { Binding, Sql } from '../../src/platform/mysql.ts'

/** A statement as it was sent. */
export interface Statement {
  sql: string
  bindings: readonly Binding[]
}

/** Those that are sent during `work` and that `isMeant` by their text. */
export async function statementsDuring(sql: Sql, isMeant: RegExp, work: () => Promise<unknown>): Promise<Statement[]> {
  const heard: Statement[] = []
  const hear = (statement: Statement): void => void (isMeant.test(statement.sql) && heard.push(statement))
  sql.on('query', hear)
  await work().finally(() => sql.off('query', hear))
  return heard
}
