import { ConfigError, loadConfig } from '../config.ts'
import {
  CannotMigrate,
  TablesAreLocked,
  describeHolder,
  migrateDown,
  migrateUp,
  schemaStand,
  unlock,
} from '../migrations/index.ts'
import { connectMysql } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** npm run migrate: brings the database of DATABASE_URL to this version's tables. Servers never do it by themselves. */
const usage = `npm run migrate -- [up | status | unlock | down --all-data-goes]
  up       applies what is missing (the default); goes on where one that was killed has stopped; several at once wait for each other
  status   names what is missing, what has begun and not ended, and who is at work; ends with 1 if there is any of it
  unlock   ends the connection of a process that is gone for sure, and that still has the tables to itself
  down     takes all tables back, and all data with them`

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(args: readonly string[]): Promise<number> {
  const work = workOf(args)
  if (work === undefined) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  const config = loadConfig(process.env)
  const sql = connectMysql({ url: config.DATABASE_URL, poolMax: 2, acquireTimeoutMs: 10_000 })
  try {
    return await work(sql)
  } finally {
    await sql.destroy()
  }
}

function workOf(args: readonly string[]): ((sql: Sql) => Promise<number>) | undefined {
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

async function up(sql: Sql): Promise<number> {
  const applied = await migrateUp(sql, {
    onStep: (name) => say(`applying ${name}`),
    onWait: (holder) => say(`waiting for another process: ${describeHolder(holder)}`),
  })
  say(applied.length === 0 ? 'Nothing to apply: the tables are those of this version.' : `${applied.length} applied.`)
  return 0
}

async function status(sql: Sql): Promise<number> {
  const { missing, unknown, underWay, holder } = await schemaStand(sql)
  for (const name of missing) say(`missing ${name}`)
  for (const name of unknown) say(`unknown ${name}: of a newer version`)
  for (const { name, steps, begunAt } of underWay) {
    say(`begun ${name} at ${begunAt.toISOString()}, not ended; statements done: ${steps}`)
  }
  if (holder !== undefined) say(`at work ${describeHolder(holder)}`)
  const isThis = missing.length + unknown.length + underWay.length === 0 && holder === undefined
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

const plain = [ConfigError, CannotMigrate, TablesAreLocked]

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isPlain = plain.some((kind) => error instanceof kind)
  process.stderr.write(`${isPlain && error instanceof Error ? error.message : `migrate: ${String(error)}`}\n`)
  process.exitCode = 1
}
