import test from 'ava'
import type { ExecutionContext } from 'ava'
import { chromium } from 'playwright-core'
import { z } from 'zod'
import { createTelling } from '../../src/live/index.ts'
import type { TellingTransaction } from '../../src/live/index.ts'
import type { PlacedEvent } from '../../src/live/event.ts'
import { eventsAfter, lastPosition, unplacedEvents } from '../../src/live/store.ts'
import { Crowd } from '../support/clients.ts'
import type { Visitor } from '../support/clients.ts'
import { connectTo } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { browserListener, nodeListener } from '../support/listeners.ts'
import type { Listener } from '../support/listeners.ts'
import { stackOf } from '../support/stack.ts'

const stack = stackOf(test, {
  STREAM_RETRY_MS: 20,
  STREAM_OPENS_PER_MINUTE: 1_000_000,
  STREAMS_PER_ACCOUNT: 1000,
  POSTS_PER_HOUR: 1_000_000,
})
let crowd: Crowd
let people: Visitor[]
let transaction: TellingTransaction

test.serial.before('people come, and something happens', async () => {
  const { sql, config, log, atEnd } = stack().world
  crowd = new Crowd(stack())
  people = await Promise.all(['alice', 'bob', 'carol'].map((name) => crowd.visitor(name)))
  const { broker, close } = connectTo({ url: config.REDIS_URL, log })
  transaction = createTelling({ sql, broker, log })
  atEnd(close)
})
test.serial.after.always('people leave', () => crowd.leave())

/** Everybody posts at once, so that events are not always written in the order in which they commit. */
async function post(): Promise<void> {
  const body = { text: '오늘의 마당 '.repeat(20) }
  await Promise.all(people.map(({ person }) => person.call({ method: 'POST', path: '/v1/posts', body })))
}

let happenings = 0

/** The same without a server, which may be dead. */
async function something(): Promise<void> {
  const events = people.map(() => {
    happenings += 1
    const data = { n: happenings, text: '안녕하세요 '.repeat(50) }
    return transaction(async (_, tell) => tell({ topic: 'timeline', type: 'post.created', data }))
  })
  await Promise.all(events)
}

/** The data of what has happened after a position, once that are so many events. */
function happenedAfter(position: number, count: number): Promise<string[]> {
  return eventually(async () => {
    const events = await eventsAfter(stack().world.sql, position, 10_000)
    const posts = events.filter(({ type }) => type === 'post.created')
    return posts.length >= count && posts.map(({ data }) => data)
  })
}

const created = z.object({ post: z.object({ id: z.string() }) })
const feed = z.object({ items: z.array(z.object({ id: z.string() })), stream: z.string() })

const places = (): string[] => [stack().serverAddress('server-1'), stack().address, stack().serverAddress('server-2')]

/** Cuts and moves all of them again and again while people post. Answers what there was to hear. */
async function wander(listeners: readonly Listener[], times: number): Promise<string[]> {
  await opened(listeners, 1)
  const before = await settledPosition()
  for (let round = 1; round <= times; round += 1) {
    const posted = post()
    listeners.forEach((listener, index) => listener.moveTo(places()[(round + index) % 3] ?? stack().address))
    await Promise.all([posted, opened(listeners, round + 1)])
  }
  return happenedAfter(before, times * people.length)
}

/** Until each of them has come back so often. */
async function opened(listeners: readonly Listener[], times: number): Promise<void> {
  await eventually(async () => {
    const all = await Promise.all(listeners.map((listener) => listener.heard()))
    return all.every((heard) => heard.recovered.length >= times)
  })
}

async function heardAll(
  t: ExecutionContext,
  listeners: readonly Listener[],
  expected: readonly string[],
): Promise<void> {
  for (const listener of listeners) {
    await eventually(async () => (await listener.heard()).data.length >= expected.length)
    const { data, gaps, recovered } = await listener.heard()
    t.deepEqual(data, expected)
    t.is(gaps, 0)
    t.true(recovered.slice(1).every(Boolean), 'whoever came back went on from where they were')
  }
}

async function nodeListeners(t: ExecutionContext): Promise<Listener[]> {
  const listeners = await Promise.all(
    people.map(async ({ person }) => nodeListener({ address: stack().address, token: await person.token(false) })),
  )
  t.teardown(() => Promise.all(listeners.map((listener) => listener.leave())))
  return listeners
}

test.serial('clients that are cut off and moved a hundred times hear each event once, in order', async (t) => {
  t.timeout(120_000)
  const listeners = await nodeListeners(t)

  const expected = await wander(listeners, 100)

  t.is(expected.length, 300)
  await heardAll(t, listeners, expected)
})

const everyTopic = ['timeline', 'notifications', 'rooms']
const everyName = ['post.created', 'likes.changed', 'notification.created', 'notifications.unread']
const kept = z.object({ id: z.string() })

/** Everybody posts, and is liked by the next one: some of what is told of that is for one person alone. */
async function postAndLike(): Promise<void> {
  await Promise.all(
    people.map(async ({ person }, index) => {
      const body = { text: '오늘의 마당' }
      const { id } = kept.parse(await person.call({ method: 'POST', path: '/v1/posts', body }))
      const next = people[(index + 1) % people.length] ?? { person }
      await next.person.call({ method: 'PUT', path: `/v1/posts/${id}/like` })
    }),
  )
}

test.serial(
  'whoever hears all topics is told what is for them, and nothing else, however often they move',
  async (t) => {
    t.timeout(120_000)
    const [alice, , carol] = people
    if (alice === undefined || carol === undefined) throw new Error('nobody came')
    await alice.person.call({ method: 'PUT', path: '/v1/people/carol/mute' })
    const hides = (listener: Visitor, actor: number | undefined): boolean =>
      listener === alice && String(actor) === carol.person.id
    // Whoever came from before the mute would be told to read anew.
    const before = await settledPosition()
    const listeners = await Promise.all(
      people.map(async ({ person }) =>
        nodeListener({
          ...{ address: stack().address, token: await person.token(false), from: String(before) },
          ...{ topics: everyTopic, names: everyName },
        }),
      ),
    )
    t.teardown(() => Promise.all(listeners.map((listener) => listener.leave())))
    await opened(listeners, 1)

    for (let round = 1; round <= 20; round += 1) {
      const done = postAndLike()
      listeners.forEach((listener, index) => listener.moveTo(places()[(round + index) % 3] ?? stack().address))
      await Promise.all([done, opened(listeners, round + 1)])
    }

    // A post and what its like changes are for all; that it was liked, and how much is unread, is for its author.
    const happened = (await eventsOnceAll(before)).filter(({ topic }) => everyTopic.includes(topic))
    t.deepEqual([...new Set(happened.map(({ type }) => type))].toSorted(), everyName.toSorted())
    for (const [index, listener] of listeners.entries()) {
      const visitor = people[index] ?? alice
      const theirs = happened.filter(
        ({ audience, actor }) =>
          (audience === undefined || String(audience) === visitor.person.id) && !hides(visitor, actor),
      )
      t.true(theirs.length >= 120 && theirs.length < happened.length, `${theirs.length} of ${happened.length}`)
      await heardAll(
        t,
        [listener],
        theirs.map(({ data }) => data),
      )
    }
    await alice.person.call({ method: 'DELETE', path: '/v1/people/carol/mute' })
  },
)

/** The last position, once nothing that happened before waits for one. */
function settledPosition(): Promise<number> {
  const { sql } = stack().world
  return eventually(async () => {
    const [left] = await unplacedEvents(sql, 1)
    return left === undefined && (await lastPosition(sql))
  })
}

/** All that has happened after a position, once each has its own. */
function eventsOnceAll(position: number): Promise<PlacedEvent[]> {
  return eventually(async () => {
    const [left] = await unplacedEvents(stack().world.sql, 1)
    return left === undefined && eventsAfter(stack().world.sql, position, 10_000)
  })
}

/** Reads the first page at one server, and joins the stream at another. Answers what is known of posts in the end. */
async function join(t: ExecutionContext, { person }: Visitor, turn: number): Promise<() => Promise<Set<string>>> {
  const page = feed.parse(await person.call({ method: 'GET', path: '/v1/timeline?feed=all&limit=100' }))
  const address = places()[turn % 3] ?? stack().address
  const listener = await nodeListener({ address, token: await person.token(false), from: page.stream })
  t.teardown(() => listener.leave())
  return async () => {
    const { data, gaps } = await listener.heard()
    t.is(gaps, 0)
    const ids = data.map((text) => created.parse(JSON.parse(text)).post.id)
    t.is(new Set(ids).size, ids.length)
    return new Set([...page.items.map(({ id }) => id), ...ids])
  }
}

test.serial('whoever reads a page and joins the stream from there misses no post, whenever they come', async (t) => {
  t.timeout(60_000)
  await stack().world.sql('posts').delete()
  const before = await settledPosition()
  const joined: Promise<() => Promise<Set<string>>>[] = []

  for (let turn = 0; turn < 20; turn += 1) {
    const posted = post()
    for (const visitor of people) joined.push(join(t, visitor, turn))
    await posted
  }
  const happened = await happenedAfter(before, 60)
  const all = new Set(happened.map((text) => created.parse(JSON.parse(text)).post.id))

  t.is(all.size, 60)
  for (const known of await Promise.all(joined)) await eventually(async () => (await known()).size >= 60)
  for (const known of await Promise.all(joined)) t.deepEqual([...(await known())].toSorted(), [...all].toSorted())
})

const program = process.env['CHROMIUM']
const inBrowser = program === undefined || program === '' ? test.skip : test.serial

inBrowser('a browser that is cut off and moved a hundred times hears each event once, in order', async (t) => {
  t.timeout(120_000)
  const browser = await chromium.launch({
    ...(program === undefined ? {} : { executablePath: program }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  t.teardown(() => browser.close())
  const listener = await browserListener({ browser, address: stack().address, username: 'dave' })
  t.teardown(() => listener.leave())

  const expected = await wander([listener], 100)

  t.is(expected.length, 300)
  await heardAll(t, [listener], expected)
})

const ends = [
  ...(['worker-1', 'server-1', 'server-2'] as const).map((part) => ({ part, how: 'killed' as const })),
  { part: 'server-1' as const, how: 'told to stop' as const },
]
for (const { part, how } of ends) {
  test.serial(`${part} is ${how} while something happens: nobody misses it, and nobody hears it twice`, async (t) => {
    t.timeout(120_000)
    const listeners = await nodeListeners(t)
    await opened(listeners, 1)
    const before = await settledPosition()
    listeners.forEach((listener, index) => listener.moveTo(places()[index] ?? stack().address))
    await opened(listeners, 2)

    for (let n = 0; n < 10; n += 1) await something()
    const ended = how === 'killed' ? stack().kill(part) : stack().terminate(part)
    for (let n = 0; n < 10; n += 1) await something()
    const code = await ended
    const started = stack().start(part)
    for (let n = 0; n < 10; n += 1) await something()
    await started

    const expected = await happenedAfter(before, 90)
    if (how === 'told to stop') t.is(code, 0, stack().logOf(part))
    t.is(expected.length, 90)
    await heardAll(t, listeners, expected)
  })
}
