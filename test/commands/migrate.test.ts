import test from 'ava'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { migrationNames, schemaStand } from '../../src/migrations/index.ts'
import { closeRedis } from '../../src/platform/redis.ts'
import { connectFor } from '../support/connections.ts'
import { createWorld, worldOf } from '../support/world.ts'
import { run } from './commands.ts'

const world = worldOf(test, { isMigrated: false })
const command = fileURLToPath(new URL('../../src/commands/migrate.ts', import.meta.url))

function migrate(...args: string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], { env: world().env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr })
    })
  })
}

test.serial('an empty database is told apart, brought up, and taken down again', async (t) => {
  const before = await migrate('status')
  const [first, second] = await Promise.all([migrate(), migrate('up')])
  const after = await migrate('status')
  const down = await migrate('down', '--all-data-goes')

  t.is(before.code, 1)
  t.regex(before.said, /missing 011_messages/)
  t.deepEqual([first.code, second.code], [0, 0], first.said + second.said)
  t.regex(first.said + second.said, /applying 011_messages/)
  t.regex(first.said + second.said, /Nothing to apply/)
  t.is(after.code, 0)
  t.is(down.code, 0)
  t.regex(down.said, /took back 011_messages/)
  t.is((await migrate('status')).code, 1)
})

/** Words of SQL to MySQL 9.7 and names to MariaDB 10.11, which is what most tests run on. */
const wordsOfMysql =
  'cube cume_dist dense_rank empty external first_value function generated get grouping groups io_after_gtids io_before_gtids json_table lag last_value lateral lead library manual ntile nth_value of optimizer_costs parallel percent_rank qualify rank row_number stored system tablesample virtual'

test.serial('no table or column has a name that MySQL keeps for itself', async (t) => {
  await migrate()

  const [rows] = (await world().sql.raw(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
     UNION SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()`,
  )) as unknown as [{ name: string }[]]
  const names = rows.map(({ name }) => name.toLowerCase())

  t.true(names.includes('end_room'))
  // This one stands in quotation marks wherever it is named.
  const quoted = ['stored']
  t.deepEqual(
    names.filter((name) => wordsOfMysql.split(' ').includes(name)),
    quoted,
  )
})

test.serial('what servers of this version would refuse is refused before a table is changed', async (t) => {
  const fresh = await createWorld({ isMigrated: false })
  t.teardown(() => fresh.close())
  const redis = connectFor('commands', fresh.redis.url)
  t.teardown(() => closeRedis(redis))
  await redis.config('SET', 'appendfsync', 'everysec')
  const nobody = 'redis://127.0.0.1:1'

  const weak = await run('migrate', [], fresh.env)
  const away = await run('migrate', [], { ...fresh.env, REDIS_URL: nobody })
  const noTables = await schemaStand(fresh.sql)
  const accepted = await run('migrate', [], { ...fresh.env, WEAK_DURABILITY: 'warn' })

  t.is(weak.code, 1)
  t.regex(
    weak.said,
    /^Messages could be lost here:\n {2}Redis: .*everysec.*\nChange that, or accept it by WEAK_DURABILITY=warn\.\n$/,
  )
  t.is(away.code, 1)
  t.is(away.said, 'Redis does not answer where REDIS_URL says: start it, or correct REDIS_URL.\n')
  t.deepEqual(noTables.missing, migrationNames)
  t.is(accepted.code, 0, accepted.said)
  t.regex(accepted.said, /"messages could be lost here"[\s\S]*applying 001_accounts/)
})

test.serial('of a Redis that hides its settings the word of the operator counts', async (t) => {
  const fresh = await createWorld({ isMigrated: false })
  t.teardown(() => fresh.close())
  const redis = connectFor('commands', fresh.redis.url)
  t.teardown(() => closeRedis(redis))
  await redis.call('ACL', 'SETUSER', 'default', '-config')

  const unsaid = await run('migrate', [], fresh.env)
  const said = await run('migrate', [], { ...fresh.env, REDIS_DURABILITY: 'always' })

  t.is(unsaid.code, 1)
  t.regex(unsaid.said, /durability is none, not always/)
  t.is(said.code, 0, said.said)
})

test.serial('a MySQL that is away is said without a stack', async (t) => {
  const { code, said } = await run('migrate', [], { ...world().env, DATABASE_URL: 'mysql://root@127.0.0.1:1/madang' })

  t.is(code, 1)
  t.regex(said, /^MySQL does not answer where DATABASE_URL says: start it, or correct DATABASE_URL\.\n$/m)
})

test.serial('all data goes only when that is said', async (t) => {
  const { code, said } = await migrate('down')

  t.is(code, 2)
  t.regex(said, /down --all-data-goes/)
})

test.serial('a setting that is missing is named', async (t) => {
  const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
    execFile(process.execPath, [command], { env: {} }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr })
    })
  })

  t.is(code, 1)
  t.regex(said, /DATABASE_URL/)
})
