import { ConfigError, loadConfig } from '../config.ts'
import type { Config } from '../config.ts'
import { requireDurability } from '../ledger/index.ts'
import {
  CannotMigrate,
  NotOurLock,
  TablesAreLocked,
  describeHolder,
  faultOfSchema,
  migrateDown,
  migrateUp,
  schemaStand,
  unlock,
} from '../migrations/index.ts'
import { createLog } from '../platform/log.ts'
import { connectMysql } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { closeRedis } from '../platform/redis.ts'
import { CannotStart, requireAnswer } from '../platform/start.ts'
import { asksForHelp } from './arguments.ts'
import { openRedis } from './open-redis.ts'

/** npm run migrate: brings the database of DATABASE_URL to this version's tables. Servers never do it by themselves. */
const usage = `npm run migrate -- [up | status | unlock | down --all-data-goes]
  up       applies what is missing (the default); goes on where one that was killed has stopped; several at once wait for each other.
           Refuses where Redis or MySQL keep less than this version asks of them, before it has changed anything
  status   names what is missing, what has begun and not ended, and who is at work; ends with 0 when servers may start on the tables
  unlock   ends the connection of a process that is gone for sure, and that still has the tables to itself; as the account that it has them by
  down     takes all tables back, and all data with them`

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const work = workOf(args)
  if (work === undefined) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  const config = loadConfig(process.env)
  const sql = connectMysql({ url: config.DATABASE_URL, poolMax: 2, acquireTimeoutMs: 10_000 })
  try {
    await requireAnswer('MySQL', 'DATABASE_URL', async () => await sql.raw('SELECT 1'))
    return await work(sql, config)
  } finally {
    await sql.destroy()
  }
}

type Work = (sql: Sql, config: Config) => Promise<number>

function workOf(args: readonly string[]): Work | undefined {
  switch (args.join(' ')) {
    case '':
    case 'up':
      return up
    case 'status':
      return status
    case 'unlock':
      return takeLockAway
    case 'down --all-data-goes':
      return down
    default:
      return undefined
  }
}

async function up(sql: Sql, config: Config): Promise<number> {
  await requireServices(sql, config)
  const seconds = config.MIGRATE_WAIT_SECONDS
  const applied = await migrateUp(sql, {
    onStep: (name) => say(`applying ${name}`),
    waiting: {
      seconds,
      onWait: (holder) =>
        say(`waiting for another process, such as a backup, ${seconds} s at most: ${describeHolder(holder)}`),
    },
  })
  say(applied.length === 0 ? 'Nothing to apply: the tables are those of this version.' : `${applied.length} applied.`)
  return 0
}

/** Servers of this version would refuse the same: then the tables had better stay those of the version that runs. */
async function requireServices(sql: Sql, config: Config): Promise<void> {
  const log = createLog({ level: 'warn', service: 'migrate' })
  const redis = openRedis({ config, name: 'migrate', log })
  try {
    await requireAnswer('Redis', 'REDIS_URL', () => requireDurability({ config, log, redis, sql }))
  } finally {
    await closeRedis(redis)
  }
}

async function status(sql: Sql): Promise<number> {
  const stand = await schemaStand(sql)
  const { missing, unknown, underWay, holder } = stand
  for (const name of missing) say(`missing ${name}`)
  for (const name of unknown) say(`unknown ${name}: of a newer version`)
  for (const { name, steps, begunAt } of underWay) {
    say(`begun ${name} at ${begunAt.toISOString()}, not ended; statements done: ${steps}`)
  }
  if (holder !== undefined) say(`at work ${describeHolder(holder)}`)
  // Who has the tables to themselves may be a backup, which changes nothing.
  const isThis = faultOfSchema(stand) === undefined
  if (isThis) say('The tables are those of this version.')
  return isThis ? 0 : 1
}

async function takeLockAway(sql: Sql): Promise<number> {
  const holder = await unlock(sql)
  say(
    holder === undefined
      ? 'Nobody has the tables to themselves: there is nothing to unlock.'
      : `Ended: ${describeHolder(holder)}. Run "npm run migrate": it goes on where that one stood.`,
  )
  return 0
}

async function down(sql: Sql): Promise<number> {
  const undone = await migrateDown(sql)
  for (const name of undone) say(`took back ${name}`)
  return 0
}

const plain = [ConfigError, CannotMigrate, CannotStart, NotOurLock, TablesAreLocked]

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isPlain = plain.some((kind) => error instanceof kind)
  process.stderr.write(`${isPlain && error instanceof Error ? error.message : `migrate: ${String(error)}`}\n`)
  process.exitCode = 1
}
