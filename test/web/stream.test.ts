import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import type { LiveStream, Topic } from '../../web/src/api/live.ts'
import { CuttingProxy } from '../support/cutting-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { enter } from './guests.ts'
import type { Guest } from './guests.ts'

const changes = { POSTS_PER_HOUR: 100_000, STREAM_RETRY_MS: 100, STREAM_OPENS_PER_MINUTE: 1000 }
const stack = stackOf(test, changes, { hasRandomServers: true })

/** What one tab heard of somebody's posts: a place may lie a little further back than the page that names it. */
function texts(stream: LiveStream, of: Guest): { heard: string[]; gaps: (readonly Topic[])[] } {
  const log = { heard: [] as string[], gaps: [] as (readonly Topic[])[] }
  stream.on('post.created', ({ post: { author, text } }) => {
    if (author?.id === of.account.id) log.heard.push(text)
  })
  stream.onGap((reload) => void log.gaps.push(reload))
  return log
}

const post = (guest: Guest, text: string) => guest.client.timeline.create({ text, pictures: [] }, crypto.randomUUID())
const upTo = (count: number, from = 0): string[] => Array.from({ length: count }, (_, turn) => `post ${from + turn}`)

test.serial('what happens after the first page is heard, from wherever the page was read', async (t) => {
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const page = await alice.client.timeline.feed({ feed: 'all' })
  await post(bob, 'post 0')
  const { stream } = alice.opens(t)
  const log = texts(stream, bob)

  stream.joinAt(page.stream)
  await post(bob, 'post 1')
  await eventually(() => log.heard.length === 2)
  const later = await alice.client.timeline.feed({ feed: 'all' })
  stream.joinAt(later.stream)
  await post(bob, 'post 2')
  await eventually(() => log.heard.length === 3)

  t.deepEqual(log.heard, upTo(3))
  t.is(stream.connection.state, 'open')
})

test.serial('three tabs share one stream; whoever leads, each hears each event once', async (t) => {
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const place = (await alice.client.timeline.feed({ feed: 'all' })).stream
  const tabs = [alice.opens(t), alice.opens(t), alice.opens(t)]
  const logs = tabs.map(({ stream }) => texts(stream, bob))
  for (const { stream } of tabs) stream.joinAt(place)

  for (const text of upTo(5)) await post(bob, text)
  await eventually(() => logs.every(({ heard }) => heard.length === 5))
  tabs[0]?.stream.close()
  for (const text of upTo(5, 5)) await post(bob, text)
  await eventually(() => logs.slice(1).every(({ heard }) => heard.length === 10))
  tabs[1]?.stream.close()
  await post(bob, 'post 10')
  await eventually(() => logs[2]?.heard.length === 11)

  t.deepEqual(logs[0]?.heard, upTo(5))
  t.deepEqual(logs[1]?.heard, upTo(10))
  t.deepEqual(logs[2]?.heard, upTo(11))
  t.true(logs.every(({ gaps }) => gaps.length === 0))
})

test.serial('a tab that leads and answers nobody loses the lead', async (t) => {
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const place = (await alice.client.timeline.feed({ feed: 'all' })).stream
  // As one that was frozen: it has the lock, and does nothing.
  const frozen = navigator.locks.request(`madang-${alice.account.id}`, () => new Promise<never>(() => undefined))
  const tabs = [alice.opens(t), alice.opens(t)]
  const logs = tabs.map(({ stream }) => texts(stream, bob))
  for (const { stream } of tabs) stream.joinAt(place)

  await t.throwsAsync(frozen, { name: 'AbortError' })
  for (const text of upTo(3)) await post(bob, text)
  await eventually(() => logs.every(({ heard }) => heard.length === 3))

  t.true(logs.every(({ gaps }) => gaps.length === 0))
})

test.serial('a tab that is opened later is told what came since its own page', async (t) => {
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const first = alice.opens(t)
  first.stream.joinAt((await alice.client.timeline.feed({ feed: 'all' })).stream)
  const early = texts(first.stream, bob)
  await post(bob, 'post 0')
  await eventually(() => early.heard.length === 1)
  const page = await alice.client.timeline.feed({ feed: 'all' })
  await post(bob, 'post 1')
  await eventually(() => early.heard.length === 2)

  const { stream } = alice.opens(t)
  const late = texts(stream, bob)
  stream.joinAt(page.stream)
  await post(bob, 'post 2')
  await eventually(() => early.heard.length === 3 && late.heard.includes('post 2'))

  t.deepEqual(early.heard, upTo(3))
  t.deepEqual(late.heard.slice(-2), ['post 1', 'post 2'])
  t.is(late.gaps.length, 0)
})

test.serial('servers die one after the other: nothing is missed, nothing comes twice', async (t) => {
  t.timeout(180_000)
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const { stream } = alice.opens(t)
  stream.joinAt((await alice.client.timeline.feed({ feed: 'all' })).stream)
  const log = texts(stream, bob)

  let said = 0
  for (const server of ['server-1', 'server-2'] as const) {
    for (let turn = 0; turn < 5; turn += 1) await post(bob, `post ${said++}`)
    await stack().kill(server)
    for (let turn = 0; turn < 5; turn += 1) await post(bob, `post ${said++}`)
    await eventually(() => log.heard.length === said)
    await stack().start(server)
  }

  t.deepEqual(log.heard, upTo(20))
  t.is(log.gaps.length, 0)
})

test.serial('who is too far behind is told what to read anew', async (t) => {
  const alice = await enter(stack(), 'alice')
  const { stream } = alice.opens(t)
  const log = texts(stream, alice)

  // A place of a future that this site has never had.
  stream.joinAt(String(Number.MAX_SAFE_INTEGER))
  await eventually(() => log.gaps.length === 1)
  await post(alice, 'post 0')
  await eventually(() => log.heard.length === 1)

  t.deepEqual(log.gaps[0]?.toSorted(), ['notifications', 'rooms', 'timeline'])
})

test.serial('a stream whose session is over says so and stays away', async (t) => {
  const alice = await enter(stack(), 'alice')
  const { stream } = alice.opens(t)
  await eventually(() => stream.connection.state === 'open')

  await alice.client.accounts.signOut()
  await eventually(() => stream.connection.state === 'refused')

  t.is(stream.connection.why, 'signed_out')
})

test.serial('who wakes while a stream waits does not wait any longer, however lately it was heard', async (t) => {
  let isThere = true
  const network = await CuttingProxy.open(() => (isThere ? stack().address : undefined))
  t.teardown(() => network.close())
  const [alice, bob] = [await enter(stack(), 'alice', { origin: network.address }), await enter(stack(), 'bob')]
  const { stream } = alice.opens(t)
  const log = texts(stream, bob)
  stream.joinAt((await alice.client.timeline.feed({ feed: 'all' })).stream)
  await post(bob, 'post 0')
  await eventually(() => log.heard.length === 1)
  isThere = false
  network.cut()
  await eventually(() => stream.connection.state === 'waiting')

  isThere = true
  stream.wake()
  await setImmediate()

  t.is(stream.connection.state, 'connecting')
  await eventually(() => stream.connection.state === 'open')
})
