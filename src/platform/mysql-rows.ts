import type { Sql } from './mysql.ts'

/** A value as MySQL writes it: numbers and times as text, texts in UTF-8, bytes as they are. */
export type RawValue = Buffer | null

const rowsAhead = 500

/**
 * The rows of a SELECT one after the other, as MySQL has them and nothing made of them: few are in memory at once, since the connection
 * waits for who reads them. No other statement can be asked on it meanwhile.
 */
export function streamRows(trx: Sql, text: string): AsyncIterable<RawValue[]> {
  return trx.raw(text).options({ rowsAsArray: true, typeCast: false }).stream({ highWaterMark: rowsAhead })
}

/**
 * One transaction that reads everything as it is at one moment, for as long as it takes. Give it a pool of its own: the connection keeps
 * the isolation that is set here.
 */
export async function inSnapshot<T>(sql: Sql, work: (snapshot: Sql) => Promise<T>): Promise<T> {
  return sql.transaction(async (trx) => {
    // The transaction that was begun for us has looked at nothing yet; this one takes its place.
    await trx.raw('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
    await trx.raw('SET SESSION net_write_timeout = 3600')
    // Between two reads whole pictures are copied.
    await trx.raw('SET SESSION wait_timeout = 86400')
    await trx.raw('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
    return work(trx)
  })
}
