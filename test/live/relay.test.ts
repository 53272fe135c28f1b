import test from 'ava'
import type { ExecutionContext } from 'ava'
import type { LiveEvent } from '../../src/live/index.ts'
import { placeSome } from '../../src/live/relay.ts'
import { eventsAfter, insertEvents, lastPosition, unplacedEvents } from '../../src/live/store.ts'
import { sweepEvents } from '../../src/live/sweep.ts'
import { connectMysql } from '../../src/platform/mysql.ts'
import { CuttingProxy } from '../support/cutting-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { explain } from '../support/explain.ts'
import { worldOf } from '../support/world.ts'
import { hears, listen, numbersOf, openRelay, openStation, people, tell, upTo } from './station.ts'

const world = worldOf(test)

const stored = (n: number) => ({
  ...{ topic: 'timeline' as const, type: 'post.created', audience: undefined, actor: undefined },
  data: JSON.stringify({ n }),
})

/** Numbers of the placed events after a position. */
async function placedAfter(position: number): Promise<number[]> {
  const events = await eventsAfter(world().sql, position, 100_000)
  return events.map(({ data }) => (JSON.parse(data) as { n: number }).n)
}

test.serial(
  'transactions that commit in another order than they wrote are heard in the order of their commits',
  async (t) => {
    const { origin, live } = await openStation(t, world())
    await openRelay(t, world())
    const alice = await listen(t, origin, 'alice')
    await alice.event('ready')

    const slow = await world().sql.transaction()
    await insertEvents(slow, [stored(1)])
    await tell(live, { n: 2 })
    await hears(alice, 2)
    await slow.commit()
    await hears(alice, 1)

    t.deepEqual(numbersOf(alice), [2, 1])
  },
)

test.serial(
  'what a transaction tells is heard in the order in which it was told, and not at all when it fails',
  async (t) => {
    const { origin, live } = await openStation(t, world())
    await openRelay(t, world())
    const alice = await listen(t, origin, 'alice')
    await alice.event('ready')

    const failing = live.transaction(async (_, say) => {
      say({ topic: 'timeline', type: 'post.created', data: { n: 99 } })
      throw new Error('no')
    })
    await t.throwsAsync(failing, { message: 'no' })
    await tell(live, ...upTo(1200).map((n) => ({ n })))
    await hears(alice, 1200)

    t.deepEqual(numbersOf(alice), upTo(1200))
  },
)

test.serial('a transaction that is repeated after a deadlock tells what its last attempt told', async (t) => {
  const { live } = await openStation(t, world())
  const before = await lastPosition(world().sql)

  let attempts = 0
  const answer = await live.transaction(async (_, say) => {
    attempts += 1
    say({ topic: 'timeline', type: 'post.created', data: { n: attempts } })
    if (attempts < 3) throw Object.assign(new Error('deadlock'), { errno: 1213 })
    return 'done'
  })
  await placeSome(world().sql)

  t.is(answer, 'done')
  t.deepEqual(await placedAfter(before), [3])
})

test.serial('a type that is none is a mistake of ours, and nothing of it is written', async (t) => {
  const { live } = await openStation(t, world())
  const before = await lastPosition(world().sql)

  for (const type of ['created', 'post.created\nid: 7', 'Post.created', `post.${'x'.repeat(36)}`]) {
    await t.throwsAsync(tell(live, { n: 1, type }), { message: /not the type/ })
  }
  await tell(live, { n: 2, type: `post.${'x'.repeat(35)}` })
  await placeSome(world().sql)

  t.deepEqual(await placedAfter(before), [2])
})

test.serial('several relays at once give each event one position, without a hole', async (t) => {
  const { origin, live } = await openStation(t, world())
  const before = await lastPosition(world().sql)
  await Promise.all([openRelay(t, world()), openRelay(t, world()), openRelay(t, world())])
  const alice = await listen(t, origin, 'alice')
  await alice.event('ready')

  await Promise.all(upTo(300).map((n) => tell(live, { n })))
  await eventually(() => numbersOf(alice).length >= 300)
  const events = await eventsAfter(world().sql, before, 1000)

  t.deepEqual(
    events.map(({ position }) => position),
    upTo(300).map((n) => before + n),
  )
  t.deepEqual(numbersOf(alice), await placedAfter(before))
  t.deepEqual(
    numbersOf(alice).toSorted((one, other) => one - other),
    upTo(300),
  )
})

test.serial('a relay that dies between the commit and the telling loses nothing', async (t) => {
  const { origin, live } = await openStation(t, world())
  const alice = await listen(t, origin, 'alice')
  await alice.event('ready')

  await tell(live, { n: 1 }, { n: 2 })
  t.is((await placeSome(world().sql)).length, 2)
  await hears(alice, 2)
  await tell(live, { n: 3 })
  await placeSome(world().sql)
  await hears(alice, 3)

  t.deepEqual(numbersOf(alice), [1, 2, 3])
})

test.serial('an event whose ring was lost is found by the timer', async (t) => {
  const { origin, live } = await openStation(t, world())
  await openRelay(t, world(), { broker: { subscribe: async () => () => undefined } })
  const alice = await listen(t, origin, 'alice')
  await alice.event('ready')

  await tell(live, { n: 1 })

  await hears(alice, 1)
  t.deepEqual(numbersOf(alice), [1])
})

test.serial('messages that are lost, doubled and out of order make no difference', async (t) => {
  const { origin, live, broker } = await openStation(t, world(), { changes: { EVENTS_CHECK_MS: 60_000 } })
  const alice = await listen(t, origin, 'alice')
  await alice.event('ready')
  let turn = 0
  const held: [string, string | Buffer][] = []
  const publish = async (channel: string, message: string | Buffer): Promise<void> => {
    turn += 1
    if (turn % 3 === 0) return
    if (turn % 3 === 1) held.push([channel, message])
    else
      for (const [where, what] of [[channel, message] as const, ...held.splice(0)]) {
        await broker.publish(where, what)
        await broker.publish(where, what)
      }
  }
  await openRelay(t, world(), { broker: { publish } })

  for (const n of upTo(29)) {
    const before = turn
    await tell(live, { n })
    await eventually(() => turn > before)
  }
  await hears(alice, 29)

  t.deepEqual(numbersOf(alice), upTo(29))
})

test.serial('while Redis is away streams stay up, and go on by the timers', async (t) => {
  t.timeout(60_000)
  const { origin, live } = await openStation(t, world())
  await openRelay(t, world())
  const alice = await listen(t, origin, 'alice')
  await alice.event('ready')
  await tell(live, { n: 1 })
  await hears(alice, 1)

  await world().redis.kill()
  await tell(live, { n: 2 })
  await hears(alice, 2)
  await world().redis.start()
  await tell(live, { n: 3 })
  await hears(alice, 3)

  t.is(alice.end, undefined)
  t.deepEqual(numbersOf(alice), [1, 2, 3])
})

/** A way to MySQL that can be closed. */
async function breakable(t: ExecutionContext) {
  const url = new URL(world().config.DATABASE_URL)
  let isOpen = true
  const proxy = await CuttingProxy.open(() => (isOpen ? url.href : undefined))
  const there = new URL(url)
  there.port = new URL(proxy.address).port
  const sql = connectMysql({ url: there.href, poolMax: 5, acquireTimeoutMs: 2000, log: world().log })
  t.teardown(async () => {
    await sql.destroy()
    proxy.close()
  })
  return {
    sql,
    leave(): void {
      isOpen = false
      proxy.cut()
    },
    comeBack: () => void (isOpen = true),
  }
}

test.serial('while MySQL is away streams stay up, and tell neither too much nor too little', async (t) => {
  t.timeout(60_000)
  const way = await breakable(t)
  const hiddenFrom = async (): Promise<Set<never>> => {
    await way.sql.raw('SELECT 1')
    return new Set()
  }
  const cut = await openStation(t, world(), { sql: way.sql, hiddenFrom })
  const whole = await openStation(t, world())
  let isSilent = false
  const publish = async (channel: string, message: string | Buffer): Promise<void> => {
    if (!isSilent) await whole.broker.publish(channel, message)
  }
  await openRelay(t, world(), { broker: { publish } })
  const [alice, bob] = [await listen(t, cut.origin, 'alice'), await listen(t, cut.origin, 'bob')]
  await Promise.all([alice.event('ready'), bob.event('ready')])
  await tell(whole.live, { n: 1 })
  await Promise.all([hears(alice, 1), hears(bob, 1)])

  way.leave()
  await tell(whole.live, { n: 0, topic: 'relations', type: 'relations.changed', audience: people.alice }, { n: 2 })
  await hears(bob, 2)
  t.deepEqual(numbersOf(alice), [1], 'whom she hides now cannot be known')
  isSilent = true
  await tell(whole.live, { n: 3 })
  await eventually(() => Number(whole.live.cursor()) > Number(cut.live.cursor()))
  way.comeBack()
  await Promise.all([hears(alice, 3), hears(bob, 3)])

  t.deepEqual([alice.end, bob.end], [undefined, undefined])
  t.deepEqual([numbersOf(alice), numbersOf(bob)], [upTo(3), upTo(3)])
})

test.serial('a relay that loses MySQL goes on when it is back', async (t) => {
  t.timeout(60_000)
  const way = await breakable(t)
  const { origin, live } = await openStation(t, world())
  await openRelay(t, world(), { sql: way.sql })
  const alice = await listen(t, origin, 'alice')
  await alice.event('ready')
  await tell(live, { n: 1 })
  await hears(alice, 1)

  way.leave()
  await tell(live, { n: 2 })
  await tell(live, { n: 3 })
  way.comeBack()
  await hears(alice, 3)

  t.deepEqual(numbersOf(alice), [1, 2, 3])
})

test.serial('nonsense on the channel is passed over', async (t) => {
  const { origin, live, broker } = await openStation(t, world())
  await openRelay(t, world())
  const alice = await listen(t, origin, 'alice')
  const head = Number((await alice.event('ready'))['to'])

  const forged = `${head + 1}|weather|post.created|||{}`
  for (const nonsense of ['', 'x', '|||||', `${head + 1}|timeline|post.created||`, forged]) {
    await broker.publish('events:placed', nonsense)
  }
  await tell(live, { n: 1 })
  await hears(alice, 1)

  t.deepEqual(numbersOf(alice), [1])
})

test.serial('a server that starts can resume what was told before it', async (t) => {
  const one = await openStation(t, world())
  await openRelay(t, world())
  const cursor = one.live.cursor()
  await tell(one.live, ...upTo(700).map((n) => ({ n })))
  await eventually(() => Number(one.live.cursor()) === Number(cursor) + 700)

  const other = await openStation(t, world())
  const alice = await listen(t, other.origin, 'alice', { after: cursor })
  await hears(alice, 700)

  t.deepEqual(numbersOf(alice), upTo(700))
})

test.serial('old events go, up to the first that is kept; who was behind them is told so', async (t) => {
  const { live } = await openStation(t, world())
  const before = await lastPosition(world().sql)
  await tell(live, ...upTo(1005).map((n) => ({ n })))
  while ((await placeSome(world().sql)).length > 0);
  await world().sql.raw(
    'UPDATE events SET created_at = CURRENT_TIMESTAMP(3) - INTERVAL 49 HOUR WHERE position <= ? OR position = ?',
    [before + 1003, before + 1005],
  )

  await sweepEvents(world().sql, 48)
  const later = await openStation(t, world())
  const behind = await listen(t, later.origin, 'alice', { after: String(before + 1002) })
  const level = await listen(t, later.origin, 'alice', { after: String(before + 1003) })
  await hears(level, 1005)

  t.deepEqual(await placedAfter(0), [1004, 1005])
  t.like(await behind.event('gap'), { from: String(before + 1002), to: String(before + 1005) })
  t.deepEqual(numbersOf(level), [1004, 1005])
})

test.serial('when all events are old, none is left and the next position follows', async (t) => {
  const before = await lastPosition(world().sql)
  await world().sql.raw('UPDATE events SET created_at = CURRENT_TIMESTAMP(3) - INTERVAL 49 HOUR')

  await sweepEvents(world().sql, 48)
  const { origin, live } = await openStation(t, world())
  await openRelay(t, world())
  const alice = await listen(t, origin, 'alice')
  const level = await alice.event('ready')
  await tell(live, { n: 1 })
  await hears(alice, 1)

  t.deepEqual(level, { recovered: false, from: String(before), to: String(before), account: String(people.alice) })
  t.is(alice.events.at(-1)?.id, String(before + 1))
})

test.serial('a MySQL that comes back older than what was told is a gap and no silence', async (t) => {
  const { origin, live } = await openStation(t, world())
  await openRelay(t, world())
  const alice = await listen(t, origin, 'alice')
  await alice.event('ready')
  await tell(live, { n: 1 }, { n: 2 }, { n: 3 })
  await hears(alice, 3)
  const head = await lastPosition(world().sql)

  await world().sql.transaction(async (trx) => {
    await trx.raw('UPDATE event_relay SET last_position = ? WHERE id = 1', [head - 2])
    await trx.raw('DELETE FROM events WHERE position > ?', [head - 2])
  })
  const gap = await alice.event('gap')
  await tell(live, { n: 4 })
  await hears(alice, 4)

  t.like(gap, { from: String(head), to: String(head - 2) })
  t.deepEqual(numbersOf(alice), [1, 2, 3, 4])
})

test.serial('the relay finds what has no position by its index, however many events there are', async (t) => {
  const { sql } = world()
  await sql.transaction((trx) => insertEvents(trx, upTo(2000).map(stored)))
  while ((await placeSome(sql)).length > 0);

  const statements: string[] = []
  const hear = (query: { sql: string }): void => void statements.push(query.sql)
  sql.on('query', hear)
  await unplacedEvents(sql, 500)
  await eventsAfter(sql, 1, 500)
  sql.off('query', hear)

  const [unplaced, after] = [
    await explain(sql, statements[0] ?? '', [500]),
    await explain(sql, statements[1] ?? '', [1, 500]),
  ]
  t.like(
    unplaced.find(({ extra }) => extra.includes('Using index')),
    { table: 'events', key: 'events_position' },
  )
  t.like(
    unplaced.find(({ key }) => key === 'PRIMARY'),
    { table: 'events' },
  )
  t.is(after[0]?.key, 'events_position')
  t.notRegex(after[0]?.extra ?? '', /filesort/)
})

test.serial('concurrent changes of one row are told in the order in which they were made', async (t) => {
  const { origin, live } = await openStation(t, world())
  await Promise.all([openRelay(t, world()), openRelay(t, world())])
  await world().sql.raw('CREATE TABLE counters (id INT PRIMARY KEY, n INT NOT NULL)')
  await world().sql.raw('INSERT INTO counters VALUES (1, 0)')
  const alice = await listen(t, origin, 'alice')
  await alice.event('ready')

  const count = (): Promise<void> =>
    live.transaction(async (trx, say) => {
      await trx.raw('UPDATE counters SET n = n + 1 WHERE id = 1')
      const [[row]] = (await trx.raw('SELECT n FROM counters WHERE id = 1')) as unknown as [[{ n: number }]]
      const event: LiveEvent = { topic: 'timeline', type: 'likes.changed', data: { n: row.n } }
      say(event)
    })
  await Promise.all(upTo(200).map(count))
  await hears(alice, 200)

  t.deepEqual(numbersOf(alice), upTo(200))
})
