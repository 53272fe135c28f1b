import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import knexModule from 'knex'
import type { Knex } from 'knex'
import { Handover } from './handover.ts'
import type { PoolClient, Reading } from './handover.ts'
import type { Log } from './log.ts'

const createKnex = knexModule.knex ?? knexModule

/** A pool, or one transaction of it: stores take either. */
export type Sql = Knex

export interface MysqlOptions {
  url: string
  poolMax: number
  /** Milliseconds to wait for a free connection. */
  acquireTimeoutMs: number
  /** Seconds after which MySQL ends a connection that says nothing, also in the middle of a transaction; its own default otherwise. */
  idleSeconds?: number
  /** Seconds without a byte in either direction after which a connection counts as lost; for ever otherwise. */
  silentSeconds?: number
  log?: Log
}

/** A machine that vanished is found out even by who only waits, and what lies between does not forget a connection that is silent for hours. */
const keepAliveMs = 60_000

/** Times are UTC, ids below 2^53, character set utf8mb4, isolation READ COMMITTED (no gap locks: the locks we want are asked for by name). */
export function connectMysql(options: MysqlOptions): Sql {
  const url = new URL(options.url)
  const sql = createKnex({
    client: 'mysql2',
    connection: {
      host: url.hostname,
      port: Number(url.port || 3306),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
      charset: 'utf8mb4',
      timezone: 'Z',
      supportBigNumbers: true,
      connectTimeout: 5000,
      keepAliveInitialDelay: keepAliveMs,
    },
    pool: { min: 0, max: options.poolMax, afterCreate: prepareSession(options) },
    acquireConnectionTimeout: options.acquireTimeoutMs,
    // Errors would carry the statement with its values: what people wrote, and hashes of passwords.
    compileSqlOnError: false,
    log: knexLog(options.log),
  })
  handovers.set(sql.client, new Handover(sql.client as PoolClient))
  return sql
}

/** What knex has to say goes where everything goes, one JSON line each; of a command nowhere: what failed is thrown, too. */
function knexLog(log: Log | undefined) {
  const say =
    (level: 'debug' | 'warn' | 'error') =>
    (message: unknown): void =>
      log?.[level]({ message: String(message) }, 'mysql')
  return { debug: say('debug'), deprecate: say('debug'), warn: say('warn'), error: say('error') }
}

interface RawConnection {
  query(sql: string, done: (error: Error | null) => void): void
  stream: Socket
}

type PrepareSession = (
  connection: RawConnection,
  done: (error: Error | null, connection: RawConnection) => void,
) => void

const prepareSession =
  ({ idleSeconds, silentSeconds }: MysqlOptions): PrepareSession =>
  (connection, done) => {
    if (silentSeconds !== undefined) giveUpWhenSilent(connection.stream, silentSeconds)
    const steps = [
      'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
      "SET SESSION autocommit = 1, innodb_lock_wait_timeout = 5, time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
      ...(idleSeconds === undefined ? [] : [`SET SESSION wait_timeout = ${idleSeconds}`]),
    ]
    const next = (): void => {
      const sql = steps.shift()
      if (sql === undefined) return done(null, connection)
      connection.query(sql, (error) => (error === null ? next() : done(error, connection)))
    }
    next()
  }

/** A machine that vanished, or a firewall that forgot us, says nothing: what waits for its answer must not wait for ever. */
function giveUpWhenSilent(stream: Socket, seconds: number): void {
  stream.setTimeout(seconds * 1000, () => {
    stream.destroy(Object.assign(new Error('MySQL has said nothing for too long'), { code: 'ETIMEDOUT' }))
  })
}

const deadlock = 1213
const lockWait = 1205

/**
 * Runs `work` in one transaction, and the whole of it again, with jitter, after a deadlock (up to five times in all) or a lock wait
 * (twice: ten seconds are as long as anybody waits for a row that somebody else holds, and as a connection is kept from others).
 * After a lock wait MySQL rolls back the statement alone; knex rolls back the rest when `work` rejects.
 */
export async function inTransaction<T>(sql: Sql, work: (trx: Sql) => Promise<T>): Promise<T> {
  let lockWaits = 0
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(sql, work)
    } catch (error) {
      const errno = mysqlErrno(error)
      if (errno === lockWait) lockWaits += 1
      const isAgain = errno === deadlock ? attempt < mostAttempts : errno === lockWait && lockWaits < mostLockWaits
      if (!isAgain) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt))
    }
  }
}

const mostAttempts = 5
const mostLockWaits = 2

/** Where the connection is lost, knex rejects with what became of the ROLLBACK; what went wrong is why `work` rejected. */
async function once<T>(sql: Sql, work: (trx: Sql) => Promise<T>): Promise<T> {
  const failure: { error?: unknown } = {}
  try {
    return await sql.transaction(async (trx) => {
      try {
        return await work(trx)
      } catch (error) {
        failure.error = error
        throw error
      }
    })
  } catch (error) {
    throw failure.error ?? error
  }
}

/** The server's error number, such as 1062 for a doubled key; undefined for anything that is not MySQL's own answer. */
export function mysqlErrno(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return undefined
  return typeof error.errno === 'number' && error.errno > 0 ? error.errno : undefined
}

export const duplicateKey = 1062
export const noSuchTable = 1146

type Value = number | string | Date | Buffer | null

/** One value, all values of an `IN (?)`, or all rows of a `VALUES ?`; such a list must not be empty. */
export type Binding = Knex.RawBinding | readonly (number | string)[] | readonly (readonly Value[])[]

/** Rows of a raw SELECT. */
export function selectRows<Row>(
  sql: Sql,
  text: string,
  bindings: readonly Binding[] = [],
  reading?: Reading,
): Promise<Row[]> {
  return answerTo(sql, text, bindings, reading) as Promise<Row[]>
}

/** Times are left as MySQL writes them, for where many are shown and none is reckoned with. */
export const timesAsText: Reading = { dateStrings: true }

/** A DATETIME(3) that was read by `timesAsText`, as ISO 8601: what `toISOString` says of the Date that it would be. */
export function instantOf(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11)}Z`
}

/** Rows that a raw INSERT, UPDATE or DELETE touched. */
export async function affectedRows(sql: Sql, text: string, bindings: readonly Binding[] = []): Promise<number> {
  const { affectedRows: count } = (await answerTo(sql, text, bindings)) as { affectedRows: number }
  return count
}

interface TransactionClient {
  acquireConnection(): Promise<unknown>
  query(
    connection: unknown,
    query: { sql: string; bindings: readonly Binding[]; options?: Reading | undefined },
  ): Promise<{ response: [unknown] }>
}

/** By the client of a pool; a transaction has a client, and a connection, of its own. */
const handovers = new WeakMap<object, Handover>()

/** A text that is written already needs nothing of knex but its connections: building it anew costs as much as asking. */
function answerTo(sql: Sql, text: string, bindings: readonly Binding[], reading?: Reading): Promise<unknown> {
  const handover = handovers.get(sql.client as object)
  return (
    handover?.ask(text, bindings, reading) ?? answerWithin(sql.client as TransactionClient, text, bindings, reading)
  )
}

async function answerWithin(
  client: TransactionClient,
  sql: string,
  bindings: readonly Binding[],
  options?: Reading,
): Promise<unknown> {
  const { response } = await client.query(await client.acquireConnection(), { sql, bindings, options })
  return response[0]
}

/**
 * Sends the lines that a LOAD DATA LOCAL statement asks for. Whatever file the server names, these are what it gets. A stream that
 * fails ends the statement early, and is what this rejects with.
 */
export async function sendLines(
  trx: Sql,
  text: string,
  bindings: readonly Binding[],
  open: () => Readable,
): Promise<{ rows: number; warnings: number }> {
  let lines: Readable | undefined
  // mysql2 leaves a stream as it is when the connection is lost: nobody reads on, nor hears that it failed later.
  const offer = (): Readable => (lines = open().on('error', () => undefined))
  const statement = trx.raw(text, bindings as readonly Knex.RawBinding[]).options({ infileStreamFactory: offer })
  try {
    const [{ affectedRows: rows, warningStatus: warnings }] = (await statement) as unknown as [
      { affectedRows: number; warningStatus: number },
    ]
    return { rows, warnings }
  } finally {
    lines?.destroy()
  }
}
