import { once } from 'node:events'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { layFoundation } from '../../src/foundation.ts'
import { applyAmong, migrateUp, migrationNames, schemaStand, underLock, unlock } from '../../src/migrations/index.ts'
import { connectMysql, selectRows } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import { CannotStart } from '../../src/platform/start.ts'
import { eventually } from '../support/eventually.ts'
import { accountUrl, createAccount, createOwner } from '../support/least-privilege.ts'
import { createWorld } from '../support/world.ts'
import type { World } from '../support/world.ts'
import { begin, run } from './commands.ts'

/** Migrations whose process died, that meet each other, and tables that are not of this version. */

async function emptyWorld(t: ExecutionContext): Promise<World> {
  const world = await createWorld({ isMigrated: false })
  t.teardown(() => world.close())
  return world
}

function connection(t: ExecutionContext, { config }: World): Sql {
  const sql = connectMysql({ url: config.DATABASE_URL, poolMax: 1, acquireTimeoutMs: 10_000 })
  t.teardown(() => sql.destroy())
  return sql
}

const upTo = (last: string): Set<string> => new Set(migrationNames.slice(0, migrationNames.indexOf(last)))

/** Each table as the database would make it, without how many rows it has had. */
async function tablesOf(sql: Sql): Promise<Record<string, string>> {
  const tables: Record<string, string> = {}
  const names = await selectRows<{ name: string }>(
    sql,
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME',
  )
  for (const { name } of names) {
    const [row] = await selectRows<Record<string, string>>(sql, `SHOW CREATE TABLE \`${name}\``)
    tables[name] = (row?.['Create Table'] ?? '').replace(/ AUTO_INCREMENT=\d+/, '')
  }
  return tables
}

function whyNot({ config, log }: World): Promise<string> {
  return layFoundation(config, log).then(
    ({ lifecycle }) => lifecycle.close().then(() => 'it started'),
    (error: unknown) => (error instanceof CannotStart ? error.message : String(error)),
  )
}

test.serial(
  'a migrate that is killed with -9 between two statements leaves word of it, and the next one goes on',
  async (t) => {
    const [world, other] = [await emptyWorld(t), await emptyWorld(t)]
    await migrateUp(other.sql)
    await underLock(world.sql, (locked) => applyAmong(locked, upTo('027_room_tellings')))
    // Somebody reads the table that the second statement of this migration changes: it waits, and is killed there.
    const reader = connection(t, world)
    const reading = await reader.transaction()
    await reading('rooms').select('id')

    const killed = begin('migrate', [], world.env)
    const waiting =
      "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE 'ALTER TABLE rooms ADD COLUMN notices_at%'"
    await eventually(async () => (await selectRows(world.sql, waiting)).length > 0)
    killed.child.kill('SIGKILL')
    await once(killed.child, 'close')

    const during = await run('migrate', ['status'], world.env)
    t.is(during.code, 1)
    t.regex(during.said, /begun 027_room_tellings at .*, not ended; statements done: 1\n/)
    await reading.rollback()
    await eventually(async () => (await schemaStand(world.sql)).holder === undefined)
    t.regex(await whyNot(world), /^The migration 027_room_tellings has begun and has not ended: run "npm run migrate"/)

    const next = await run('migrate', [], world.env)

    t.is(next.code, 0, next.said)
    t.regex(next.said, /^applying 027_room_tellings\n/)
    t.deepEqual(await tablesOf(world.sql), await tablesOf(other.sql))
    t.deepEqual(await schemaStand(world.sql), { missing: [], unknown: [], underWay: [], holder: undefined })
    t.is(await whyNot(world), 'it started')
  },
)

test.serial('a statement that was done and not noted is not done again, and what it made stays', async (t) => {
  const [world, other] = [await emptyWorld(t), await emptyWorld(t)]
  await migrateUp(other.sql)
  await underLock(world.sql, (locked) => applyAmong(locked, upTo('031_event_relay')))
  await world.sql('under_way').insert({ name: '031_event_relay', steps: 0, trying: 1 })
  const [made] = await selectRows<Record<string, string>>(other.sql, 'SHOW CREATE TABLE event_relay')
  await world.sql.raw(made?.['Create Table'] ?? '')

  await migrateUp(world.sql)

  t.deepEqual(await tablesOf(world.sql), await tablesOf(other.sql))
  t.deepEqual(await world.sql('event_relay').select('*'), await other.sql('event_relay').select('*'))
})

test.serial(
  'only the statement in doubt may have been done: what is in the way of any other stops the migration',
  async (t) => {
    const world = await emptyWorld(t)
    await underLock(world.sql, (locked) => applyAmong(locked, upTo('013_ledger_record')))
    await world.sql.raw('CREATE TABLE ledger_acked (room_id INT)')

    const first = await run('migrate', [], world.env)
    const again = await run('migrate', [], world.env)

    for (const { code, said } of [first, again]) {
      t.is(code, 1)
      t.regex(said, /Table 'ledger_acked' already exists/)
    }
    t.like((await schemaStand(world.sql)).underWay[0], { name: '013_ledger_record', steps: 1, trying: 0 })
  },
)

test.serial(
  'who waits for the tables says for whom, and goes on when the lock is taken from one who is gone',
  async (t) => {
    const world = await emptyWorld(t)
    const holding = Promise.withResolvers<void>()
    const gone = underLock(connection(t, world), async (locked) => {
      await holding.promise
      await locked.raw('SELECT 1')
    })
    const outcome = gone.then(
      () => 'let go',
      () => 'was ended',
    )
    await eventually(async () => (await schemaStand(world.sql)).holder)

    const waiting = begin('migrate', [], world.env)
    await eventually(() => /waiting for another process, .*: connection \d+ from 127\.0\.0\.1/.test(waiting.said()))
    const status = await run('migrate', ['status'], world.env)
    const unlocked = await run('migrate', ['unlock'], world.env)
    const { code, said } = await waiting.ended
    holding.resolve()

    t.regex(status.said, /at work connection \d+ from/)
    t.is(unlocked.code, 0)
    t.regex(unlocked.said, /^Ended: connection \d+ from 127\.0\.0\.1/)
    t.is(code, 0, said)
    t.regex(said, /applying 001_accounts/)
    t.is(await outcome, 'was ended')
    const nobody = await run('migrate', ['unlock'], world.env)
    t.regex(nobody.said, /^Nobody has the tables to themselves/)
  },
)

/** The two accounts of a site, by which its owner migrates and everything else, backups too, is done. */
async function accountsOf(t: ExecutionContext, world: World): Promise<{ owner: string; least: string }> {
  const schemaUrl = new URL(world.config.DATABASE_URL)
  const schema = schemaUrl.pathname.slice(1)
  const accounts = [await createOwner(world.sql, schema), await createAccount(world.sql, schema)]
  t.teardown(async () => {
    for (const { name } of accounts) await world.sql.raw(`DROP USER '${name}'@'127.0.0.1'`)
  })
  const [owner = '', least = ''] = accounts.map((account) => accountUrl(schemaUrl, account))
  return { owner, least }
}

for (const [holder, other] of [
  ['owner', 'least'],
  ['least', 'owner'],
] as const) {
  test.serial(
    `the lock of the ${holder === 'owner' ? 'owner, who migrates,' : 'account of servers, which backs up,'} is taken by the same account, and the other one hears which`,
    async (t) => {
      const world = await createWorld({ hasLeastPrivilege: false })
      t.teardown(() => world.close())
      const accounts = await accountsOf(t, world)
      const sql = connectMysql({ url: accounts[holder], poolMax: 1, acquireTimeoutMs: 10_000 })
      t.teardown(() => sql.destroy())
      const holding = Promise.withResolvers<void>()
      // Also where it was not taken: its connection is waited for.
      t.teardown(() => holding.resolve())
      const gone = underLock(sql, () => holding.promise)
      await eventually(async () => (await schemaStand(world.sql)).holder)

      const status = await run('migrate', ['status'], { ...world.env, DATABASE_URL: accounts[other] })
      const refused = await run('migrate', ['unlock'], { ...world.env, DATABASE_URL: accounts[other] })
      const still = (await schemaStand(world.sql)).holder
      const taken = await run('migrate', ['unlock'], { ...world.env, DATABASE_URL: accounts[holder] })

      t.regex(status.said, /^at work connection \d+ of another account\n/)
      t.is(refused.code, 1)
      t.regex(
        refused.said,
        /^The tables are kept by connection \d+ of another account\. .* this one is least_\w+@127\.0\.0\.1\. A backup/,
      )
      t.truthy(still)
      t.is(taken.code, 0, taken.said)
      t.regex(taken.said, /^Ended: connection \d+ from 127\.0\.0\.1/)
      await eventually(async () => (await schemaStand(world.sql)).holder === undefined)
      holding.resolve()
      await gone.catch(() => undefined)
    },
  )
}

test.serial(
  'who only needs the tables to stay as they are, as a backup does, keeps no server from starting',
  async (t) => {
    const world = await emptyWorld(t)
    await migrateUp(world.sql)
    const holding = Promise.withResolvers<void>()
    const backup = underLock(connection(t, world), () => holding.promise)
    await eventually(async () => (await schemaStand(world.sql)).holder)

    const { code, said } = await run('migrate', ['status'], world.env)
    const started = await whyNot(world)
    holding.resolve()
    await backup

    t.is(code, 0, said)
    t.regex(said, /^at work connection \d+ from .*\nThe tables are those of this version\.\n$/)
    t.is(started, 'it started')
  },
)

test.serial(
  'a migrate waits for a backup as long as it is told to, then goes on or says how long it has waited',
  async (t) => {
    const world = await emptyWorld(t)
    const holding = Promise.withResolvers<void>()
    t.teardown(() => holding.resolve())
    const backup = underLock(connection(t, world), () => holding.promise)
    await eventually(async () => (await schemaStand(world.sql)).holder)

    const impatient = await run('migrate', [], { ...world.env, MIGRATE_WAIT_SECONDS: '1' })
    const patient = begin('migrate', [], { ...world.env, MIGRATE_WAIT_SECONDS: '600' })
    await eventually(async () => patient.said().includes('waiting for another process'))
    await eventually(async () => {
      const [asked] = await selectRows<{ id: number }>(
        world.sql,
        "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE 'SELECT GET_LOCK(%, 600) AS held'",
      )
      return asked
    })
    holding.resolve()
    await backup

    t.is(impatient.code, 1)
    t.regex(
      impatient.said,
      /^waiting for .*\nAnother process has had the tables of this database to itself for 1 seconds: /,
    )
    const { code, said } = await patient.ended
    t.is(code, 0, said)
    t.regex(
      said,
      /^waiting for another process, such as a backup, 600 s at most: connection \d+ from .*\napplying 001_accounts\n/,
    )
  },
)

test.serial('the lock outlasts a long silence of its connection', async (t) => {
  const world = await emptyWorld(t)

  const seconds = await underLock(connection(t, world), async (locked) => {
    const [row] = await selectRows<{ seconds: number }>(locked, 'SELECT @@SESSION.wait_timeout AS seconds')
    return row?.seconds
  })

  t.true(Number(seconds) >= 7 * 86_400, `${seconds} s`)
})

test.serial('work that was done under the lock is done, though its connection was lost at the very end', async (t) => {
  const world = await emptyWorld(t)

  const answer = await underLock(connection(t, world), async () => {
    t.truthy(await unlock(world.sql), 'somebody had it')
    await eventually(async () => (await schemaStand(world.sql)).holder === undefined)
    return 'done'
  })

  t.is(answer, 'done')
})

test.serial('on tables of a newer version nothing starts, and nothing is migrated', async (t) => {
  const world = await emptyWorld(t)
  await migrateUp(world.sql)
  await world.sql('migrations').insert({ name: '999_later' })

  const up = await run('migrate', [], world.env)
  const status = await run('migrate', ['status'], world.env)

  t.is(up.code, 1)
  t.regex(up.said, /^The tables are those of a newer version: this one does not know 999_later\./)
  t.is(status.code, 1)
  t.regex(status.said, /unknown 999_later: of a newer version/)
  t.regex(await whyNot(world), /^The database is newer than this version, which does not know 999_later:/)
})

test.serial('on tables of an older version nothing starts, and it is said what to run', async (t) => {
  const world = await emptyWorld(t)
  await underLock(world.sql, (locked) => applyAmong(locked, upTo('090_idempotency_keys')))

  t.is(await whyNot(world), 'The database lacks 1 migrations (first 090_idempotency_keys): run "npm run migrate".')
})

test.serial(
  'a migrate that is killed between the last two notes of a migration is ended by the next one',
  async (t) => {
    const world = await emptyWorld(t)
    await migrateUp(world.sql)
    // As it stands then: it is whole, and noted as such; that it is under way is noted, too.
    await world.sql('under_way').insert({ name: '090_idempotency_keys', steps: 1 })
    t.regex(
      await whyNot(world),
      /^The migration 090_idempotency_keys has begun and has not ended: run "npm run migrate"/,
    )

    const { code, said } = await run('migrate', [], world.env)

    t.is(code, 0, said)
    t.deepEqual(await schemaStand(world.sql), { missing: [], unknown: [], underWay: [], holder: undefined })
    t.is(await whyNot(world), 'it started')
  },
)

test.serial('all tables are not taken back while a migration is half done', async (t) => {
  const world = await emptyWorld(t)
  await migrateUp(world.sql)
  await world.sql('under_way').insert({ name: '090_idempotency_keys', steps: 1 })

  const { code, said } = await run('migrate', ['down', '--all-data-goes'], world.env)

  t.is(code, 1)
  t.regex(said, /^090_idempotency_keys has begun and not ended: run "npm run migrate"/)
})
