import { ConfigError, loadConfig } from '../config.ts'
import { migrateDown, migrateUp, missingMigrations } from '../migrations/index.ts'
import { connectMysql } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** npm run migrate: brings the database of DATABASE_URL to this version's tables. Servers never do it by themselves. */
const usage = `npm run migrate -- [up | status | down --all-data-goes]
  up       applies what is missing (the default); safe from several processes at once
  status   names what is missing; ends with 1 if anything is
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
    case 'down --all-data-goes':
      return down
    default:
      return undefined
  }
}

async function up(sql: Sql): Promise<number> {
  const applied = await migrateUp(sql, (name) => say(`applying ${name}`))
  say(applied.length === 0 ? 'Nothing to apply: the tables are those of this version.' : `${applied.length} applied.`)
  return 0
}

async function status(sql: Sql): Promise<number> {
  const missing = await missingMigrations(sql)
  for (const name of missing) say(`missing ${name}`)
  if (missing.length === 0) say('The tables are those of this version.')
  return missing.length === 0 ? 0 : 1
}

async function down(sql: Sql): Promise<number> {
  const undone = await migrateDown(sql)
  for (const name of undone) say(`took back ${name}`)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : `migrate: ${String(error)}`}\n`)
  process.exitCode = 1
}
