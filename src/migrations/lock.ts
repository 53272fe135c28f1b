import { mysqlErrno, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** One process at a time changes the tables, or needs them to stay as they are. */

/** How long somebody waits who says nothing else. */
const usualSeconds = 60

/** Who has the lock, as the database knows them. */
export interface Holder {
  connection: number
  /** Address and port; undefined where it is of another account, whose connections the database does not show. */
  from: string | undefined
  /** What it is doing, and for how many seconds. */
  doing: string | undefined
  seconds: number | undefined
}

/** Thrown when somebody else had the lock for as long as we waited. */
export class TablesAreLocked extends Error {
  constructor(holder: Holder | undefined, seconds: number) {
    super(
      `Another process has had the tables of this database to itself for ${seconds} seconds: ${describeHolder(holder)}. ` +
        'Wait for it. If its process, or its machine, is gone for sure, "npm run migrate -- unlock" takes the lock from it.',
    )
  }
}

export function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return 'it has just let go'
  const { connection, from, doing, seconds } = holder
  if (from === undefined) return `connection ${connection} of another account`
  const work =
    doing === undefined ? '' : `, for ${seconds ?? '?'} s at "${doing.replaceAll(/\s+/g, ' ').slice(0, 100)}"`
  return `connection ${connection} from ${from}${work}`
}

export interface Waiting {
  /** How long it waits for who has the lock; a minute unless said otherwise. */
  seconds?: number
  /** Hears of whom it waits for. */
  onWait?: (holder: Holder | undefined) => void
}

/** Names of locks have 64 characters at most, those of databases as many. */
const lockName = "LEFT(CONCAT('madang-migrate-', DATABASE()), 64)"

/** Longer than any work under the lock: its connection may say nothing all the while, and a managed MySQL ends such ones after minutes. */
const silentSeconds = 30 * 86_400

/**
 * The lock belongs to a connection, and goes with it, whatever becomes of the process. The transaction is only there to keep that
 * connection: DDL commits by itself, and `work` leaves nothing to the end of it. So where the connection is lost behind its last statement
 * it is done all the same. Error: `TablesAreLocked`.
 */
export async function underLock<T>(sql: Sql, work: (locked: Sql) => Promise<T>, waiting: Waiting = {}): Promise<T> {
  const outcome: { done?: { answer: T } } = {}
  const holding = sql.transaction(async (locked) => {
    await locked.raw(`SET SESSION wait_timeout = ${silentSeconds}`)
    await waitForLock(locked, waiting)
    try {
      outcome.done = { answer: await work(locked) }
    } finally {
      await locked.raw(`SELECT RELEASE_LOCK(${lockName})`).catch(() => undefined)
    }
  })
  const failure = await holding.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (outcome.done === undefined) throw failure
  return outcome.done.answer
}

async function waitForLock(locked: Sql, { seconds = usualSeconds, onWait }: Waiting): Promise<void> {
  if (await takeLock(locked, 0)) return
  onWait?.(await lockHolder(locked))
  if (await takeLock(locked, seconds)) return
  throw new TablesAreLocked(await lockHolder(locked), seconds)
}

async function takeLock(sql: Sql, seconds: number): Promise<boolean> {
  const [answer] = await selectRows<{ held: number | null }>(sql, `SELECT GET_LOCK(${lockName}, ?) AS held`, [seconds])
  return answer?.held === 1
}

export async function lockHolder(sql: Sql): Promise<Holder | undefined> {
  const [row] = await selectRows<{ id: number | null }>(sql, `SELECT IS_USED_LOCK(${lockName}) AS id`)
  if (row === undefined || row.id === null) return undefined
  const shown = await selectRows<{ Id: number; Host: string; Time: number; Info: string | null }>(
    sql,
    'SHOW FULL PROCESSLIST',
  )
  const found = shown.find(({ Id }) => Id === row.id)
  return {
    connection: row.id,
    from: found?.Host,
    doing: found?.Info ?? undefined,
    seconds: found?.Time,
  }
}

const noSuchConnection = 1094
const notOwnConnection = 1095

/** Thrown when the lock is of another account: an account may end its own connections alone. */
export class NotOurLock extends Error {
  constructor(holder: Holder, account: string) {
    super(
      `The tables are kept by ${describeHolder(holder)}. Only the account that it has come by may end it, and this one is ${account}. ` +
        'A backup keeps them as the account of servers and workers, a migration or a restore as the owner of the tables: ' +
        'say "npm run migrate -- unlock" as that one (docs/operations.md, Migrations), ' +
        `or "KILL CONNECTION ${holder.connection}" as an administrator of MySQL.`,
    )
  }
}

/** Ends the connection that has the lock, and with it the lock; answers whose it was. Error: `NotOurLock`. */
export async function unlock(sql: Sql): Promise<Holder | undefined> {
  const holder = await lockHolder(sql)
  if (holder === undefined) return undefined
  try {
    await sql.raw(`KILL CONNECTION ${holder.connection}`)
  } catch (error) {
    // It has ended by itself meanwhile.
    if (mysqlErrno(error) === noSuchConnection) return undefined
    if (mysqlErrno(error) !== notOwnConnection) throw error
    throw new NotOurLock(holder, await ownAccount(sql))
  }
  return holder
}

async function ownAccount(sql: Sql): Promise<string> {
  const [row] = await selectRows<{ account: string }>(sql, 'SELECT CURRENT_USER() AS account')
  return row?.account ?? 'ours'
}
