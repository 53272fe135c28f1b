import { createHook } from 'node:async_hooks'
import { readFile } from 'node:fs/promises'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import * as fc from 'fast-check'
import assert, { deepEqual } from 'node:assert/strict'
import { Problem } from '../../src/platform/errors.ts'
import { route } from '../../src/platform/http/route.ts'
import { describeError, reasonOf } from '../../src/platform/log.ts'
import {
  connectMysql,
  inTransaction,
  instantOf,
  mysqlErrno,
  selectRows,
  timesAsText,
} from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import { isOutage } from '../../src/platform/outage.ts'
import { CuttingProxy } from '../support/cutting-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { seeded } from '../support/seeded.ts'
import { worldOf } from '../support/world.ts'
import { serve } from './http/serve.ts'

const world = worldOf(test, { isMigrated: false })

test.serial.before('there is a table of counters', async () => {
  await world().sql.raw('CREATE TABLE counters (id INT PRIMARY KEY, count INT NOT NULL)')
  await world().sql.raw('INSERT INTO counters VALUES (1, 0), (2, 0)')
})

/** A pool of one connection, which waits one second for a lock. */
async function impatient(t: ExecutionContext): Promise<Sql> {
  const { config, log } = world()
  const sql = connectMysql({ url: config.DATABASE_URL, poolMax: 1, acquireTimeoutMs: 5000, log })
  t.teardown(() => sql.destroy())
  await sql.raw('SET SESSION innodb_lock_wait_timeout = 1')
  return sql
}

const countUp = (trx: Sql, id: number) => trx.raw('UPDATE counters SET count = count + 1 WHERE id = ?', [id])

async function countOf(id: number): Promise<number | undefined> {
  const [row] = await selectRows<{ count: number }>(world().sql, 'SELECT count FROM counters WHERE id = ?', [id])
  return row?.count
}

/** Ends this connection from outside, and waits until its owner has learned of it. */
async function cut(trx: Sql): Promise<void> {
  const [row] = await selectRows<{ id: number }>(trx, 'SELECT CONNECTION_ID() AS id')
  await world().sql.raw('KILL ?', [row?.id ?? 0])
  await eventually(() =>
    trx.raw('SELECT 1').then(
      () => false,
      (error: unknown) => String(error).includes('closed state'),
    ),
  )
}

test.serial('who waits in vain for a row is told to come again, and has changed nothing', async (t) => {
  const sql = await impatient(t)
  let attempts = 0
  const counting = route({
    method: 'POST',
    path: '/v1/counters',
    summary: 'Count',
    access: 'public',
    answers: {},
    handle: () =>
      inTransaction(sql, async (trx) => {
        attempts += 1
        await countUp(trx, 2)
        await countUp(trx, 1)
        throw new Error('the row was held')
      }),
  })
  const { origin } = await serve(t, { routes: [counting] })
  const holder = await world().sql.transaction()
  t.teardown(() => holder.rollback())
  await countUp(holder, 1)

  const answer = await fetch(`${origin}/v1/counters`, { method: 'POST' })

  t.is(answer.status, 503)
  t.is(answer.headers.get('retry-after'), '5')
  t.is(((await answer.json()) as { code: string }).code, 'unavailable')
  t.is(attempts, 2, 'a second time, and not for ever')
  t.is(await countOf(2), 0)
})

test.serial('a connection that breaks in a transaction is an outage', async (t) => {
  const sql = await impatient(t)

  const error = await t.throwsAsync(
    inTransaction(sql, async (trx) => {
      await cut(trx)
      await countUp(trx, 2)
    }),
  )

  t.true(isOutage(error))
  t.is(await countOf(2), 0)
})

test.serial('what was refused stays refused when the connection breaks before the rollback', async (t) => {
  const sql = await impatient(t)

  const error = await t.throwsAsync(
    inTransaction(sql, async (trx) => {
      await cut(trx)
      throw new Problem('not_found')
    }),
  )

  t.true(error instanceof Problem)
})

test.serial('a statement that MySQL does not understand is no outage', async (t) => {
  const error = await t.throwsAsync(world().sql.raw('SELECT nothing FROM nowhere'))

  t.is(mysqlErrno(error), 1146)
  t.false(isOutage(error))
})

test.serial('who waits for a connection when the pool is closed hears of an outage', async (t) => {
  const sql = await impatient(t)
  const holder = await sql.transaction()
  const waiting = t.throwsAsync(Promise.resolve(sql.raw('SELECT 1')))
  await new Promise((resolve) => setImmediate(resolve))

  const closing = sql.destroy()
  await holder.rollback()
  await closing

  t.true(isOutage(await waiting))
})

test.serial('what a process that froze in a transaction holds is free again, and undone', async (t) => {
  const { config, log } = world()
  const frozen = connectMysql({
    ...{ url: config.DATABASE_URL, poolMax: 1, acquireTimeoutMs: 5000, log },
    idleSeconds: 1,
  })
  t.teardown(() => frozen.destroy())
  const before = (await countOf(1)) ?? 0
  const holder = await frozen.transaction()
  await countUp(holder, 1)

  await inTransaction(world().sql, (trx) => countUp(trx, 1))

  t.is(await countOf(1), before + 1)
  t.true(isOutage(await t.throwsAsync(Promise.resolve(countUp(holder, 1)))))
  await holder.rollback().catch(() => undefined)
})

/** A pool of one connection, by a network that can break, and with a second of patience. */
async function farAway(t: ExecutionContext): Promise<{ sql: Sql; network: CuttingProxy }> {
  const { port } = new URL(world().config.DATABASE_URL)
  const network = await CuttingProxy.open(() => `http://127.0.0.1:${port}`)
  t.teardown(() => network.close())
  const url = new URL(world().config.DATABASE_URL)
  url.port = new URL(network.address).port
  const sql = connectMysql({ url: url.href, poolMax: 1, acquireTimeoutMs: 5000, silentSeconds: 1 })
  t.teardown(() => sql.destroy())
  return { sql, network }
}

test.serial(
  'a connection on which nothing comes any more is given up, and with it the statement that waits',
  async (t) => {
    const { sql, network } = await farAway(t)
    await sql.raw('SELECT 1')

    network.fallSilent()
    const error: unknown = await t.throwsAsync(async () => await sql.raw('SELECT 2'))

    t.true(isOutage(error))
    t.is((await selectRows<{ three: number }>(sql, 'SELECT 3 AS three'))[0]?.three, 3, 'by another connection')
  },
)

test.serial('a transaction that is met with silence ends, and its rows are as before', async (t) => {
  const { sql, network } = await farAway(t)
  const before = await countOf(1)

  const error: unknown = await t.throwsAsync(
    inTransaction(sql, async (trx) => {
      await countUp(trx, 1)
      network.fallSilent()
      await countUp(trx, 2)
    }),
  )
  network.cut()

  t.true(isOutage(error))
  await countUp(world().sql, 1)
  t.is(await countOf(1), (before ?? 0) + 1, 'the lock is free, and one was counted')
})

test.serial('what is told of a statement that breaks off or is refused has none of its values', async (t) => {
  const url = new URL(world().config.DATABASE_URL)
  const proxy = await CuttingProxy.open(() => `http://127.0.0.1:${url.port}`)
  const sql = connectMysql({
    url: url.href.replace(`:${url.port}/`, `:${new URL(proxy.address).port}/`),
    ...{ poolMax: 1, acquireTimeoutMs: 5000 },
  })
  t.teardown(() => sql.destroy().finally(() => proxy.close()))
  const running = "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(30)%'"

  const asking = t.throwsAsync(async () => await sql.raw('SELECT SLEEP(30), ?', ['what bob said']))
  await eventually(async () => (await selectRows(world().sql, running)).length > 0)
  proxy.cut()
  const broken = await asking
  const wrong = 'INSERT INTO counters VALUES (?, LENGTH(?))'
  const refused = await t.throwsAsync(async () => await world().sql.raw(wrong, [1, 'what bob said']))

  for (const error of [broken, refused]) {
    t.false(String(error).includes('what bob said'), String(error))
    t.false(JSON.stringify(describeError(error)).includes('what bob said'))
  }
  t.regex(reasonOf(refused), /^Duplicate entry '…' for key/)
})

const connectionOf = async (sql: Sql): Promise<number | undefined> =>
  (await selectRows<{ id: number }>(sql, 'SELECT CONNECTION_ID() AS id'))[0]?.id

/** How often a connection is fetched from the pool while `work` runs. */
async function fetchedIn(sql: Sql, work: () => Promise<unknown>): Promise<number> {
  let fetched = 0
  const { pool } = sql.client as { pool: { on(event: string, hear: () => void): void } }
  pool.on('acquireRequest', () => (fetched += 1))
  await work()
  return fetched
}

test.serial('questions that follow each other share a connection, which then goes back', async (t) => {
  const sql = await impatient(t)

  const fetched = await fetchedIn(sql, async () => {
    const first = await connectionOf(sql)
    t.is(await connectionOf(sql), first)
    t.is(await connectionOf(sql), first)
  })

  t.is(fetched, 1)
  t.truthy(await sql.transaction((trx) => connectionOf(trx)), 'the only connection is free again')
})

test.serial('who asks a moment later takes over the connection, and it goes back by itself', async (t) => {
  const sql = await impatient(t)
  const { pool } = sql.client as { pool: { numUsed(): number } }
  const later = () => new Promise((resolve) => setImmediate(resolve))

  const fetched = await fetchedIn(sql, async () => {
    await connectionOf(sql)
    await later()
    await connectionOf(sql)
  })

  t.is(fetched, 1)
  t.is(pool.numUsed(), 1)
  await eventually(() => pool.numUsed() === 0)
})

test.serial('a statement that finds a connection at hand makes one promise', async (t) => {
  const sql = await impatient(t)
  await connectionOf(sql)
  let promises = 0
  const hook = createHook({ init: (_id, type) => void (promises += type === 'PROMISE' ? 1 : 0) }).enable()
  const answer = selectRows(sql, 'SELECT 1 AS one')
  const made = promises
  hook.disable()

  deepEqual(await answer, [{ one: 1 }])
  t.is(made, 1)
})

test.serial('a value that cannot be written gives its connection back', async (t) => {
  const sql = await impatient(t)
  const value = { toSqlString: () => assert.fail('no text of this') }

  await t.throwsAsync(selectRows(sql, 'SELECT ?', [value]), { message: 'no text of this' })
  t.is(typeof (await connectionOf(sql)), 'number')
})

test.serial('a connection that is only at hand does not keep a pool from closing', async (t) => {
  const sql = await impatient(t)
  const { pool } = sql.client as { pool: { numUsed(): number } }
  await connectionOf(sql)

  const closing = sql.destroy()

  t.is(pool.numUsed(), 0)
  await closing
})

test.serial('a time that is read as text is the one that the driver would make of it', async (t) => {
  const [min, max] = [new Date('1000-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59.999Z')]
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.date({ min, max, noInvalidDate: true }), { minLength: 1, maxLength: 50 }),
      async (times) => {
        const select = times.map(() => 'SELECT CAST(? AS DATETIME(3)) AS at').join(' UNION ALL ')
        const written = times.map((time) => time.toISOString().slice(0, -1).replace('T', ' '))
        const texts = await selectRows<{ at: string }>(world().sql, select, written, timesAsText)
        const dates = await selectRows<{ at: Date }>(world().sql, select, written)
        deepEqual(
          texts.map(({ at }) => instantOf(at)),
          dates.map(({ at }) => at.toISOString()),
        )
        deepEqual(
          dates.map(({ at }) => at),
          times,
        )
      },
    ),
    seeded(20),
  )
  t.pass()
})

test.serial('who waits for a connection gets it before those who go on asking', async (t) => {
  const sql = await impatient(t)
  const order: string[] = []
  const talking = (async () => {
    for (let times = 0; times < 5; times += 1) {
      await connectionOf(sql)
      order.push('talks')
    }
  })()
  const waiting = sql.transaction(async () => void order.push('waited'))

  await Promise.all([talking, waiting])

  t.true(order.indexOf('waited') <= 1, order.join(', '))
})

test.serial('a connection that broke since its last answer is not handed on', async (t) => {
  const sql = await impatient(t)
  const first = await connectionOf(sql)
  const handed = await connectionOf(sql)
  await world().sql.raw('KILL ?', [first ?? 0])
  await eventually(async () => (await connectionOf(sql).catch(() => undefined)) !== undefined)

  t.is(handed, first)
  t.not(await connectionOf(sql), first)
})

test.serial('a connection on which nothing is said is probed after a minute, and not after two hours', async (t) => {
  const sql = await impatient(t)
  const [row] = await selectRows<{ client: string }>(
    sql,
    'SELECT HOST AS client FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()',
  )
  const port = Number(row?.client.split(':').at(-1)).toString(16).toUpperCase().padStart(4, '0')
  // Of an open connection (01), that its timer is that of probes (02), and how many hundredths of a second it has left.
  const ours = new RegExp(`^ *\\d+: [0-9A-F]{8}:${port} \\S+ 01 \\S+ 02:([0-9A-F]{8}) `, 'm')

  const left = await eventually(async () => ours.exec(await readFile('/proc/net/tcp', 'latin1'))?.[1])

  t.true(Number.parseInt(left, 16) <= 60 * 100, left)
})
