import test from 'ava'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'
import { ask, bodyOf, hears, hidden, listen, numbersOf, openRelay, openStation, people, tell, upTo } from './station.ts'

const world = worldOf(test)

test.serial('a stream begins with retry and ready, and then tells what happens', async (t) => {
  const { origin, live } = await openStation(t, world(), { changes: { STREAM_RETRY_MS: 2000 } })
  await openRelay(t, world())

  const alice = await listen(t, origin, 'alice')
  const ready = await alice.event('ready')
  await tell(live, { n: 1 }, { n: 2 })
  await hears(alice, 2)

  const { headers } = alice.answer
  t.is(headers['content-type'], 'text/event-stream')
  t.is(headers['cache-control'], 'no-store, no-transform')
  t.is(headers['x-accel-buffering'], 'no')
  t.is(headers['content-encoding'], undefined)
  t.true(alice.retryMs !== undefined && alice.retryMs >= 1000 && alice.retryMs <= 3000)
  t.deepEqual(ready, { recovered: false, from: ready['to'], to: ready['to'], account: String(people.alice) })
  t.deepEqual(numbersOf(alice), [1, 2])
  t.deepEqual(
    alice.events.slice(1).map(({ event }) => event),
    ['post.created', 'post.created'],
  )
  t.is(Number(alice.events[2]?.id), Number(ready['to']) + 2)
})

test.serial('who is not signed in gets a problem and no stream', async (t) => {
  const { origin } = await openStation(t, world())

  const answer = await ask(origin, undefined)

  t.is(answer.statusCode, 401)
  t.is(answer.headers['content-type'], 'application/problem+json')
  t.is((await bodyOf(answer))['code'], 'not_signed_in')
})

test.serial('topics and ids that are none are refused', async (t) => {
  const { origin } = await openStation(t, world())

  const asked = [{ topics: 'weather' }, { topics: '' }, { topics: 'relations' }, { from: '1x' }, { after: '-1' }]
  for (const options of [...asked, { after: '1'.repeat(21) }, { after: '1\u00a02' }]) {
    const answer = await ask(origin, 'alice', options)
    t.is(answer.statusCode, 422, JSON.stringify(options))
    t.is((await bodyOf(answer))['code'], 'bad_input')
  }
})

test.serial('a HEAD request is answered and leaves nothing open', async (t) => {
  const { origin, live } = await openStation(t, world())

  const answer = await fetch(`${origin}/v1/stream`, { method: 'HEAD', headers: { authorization: 'Bearer alice' } })

  t.is(answer.status, 200)
  t.is(await answer.text(), '')
  t.deepEqual([...live.sessions()], [])
})

test.serial('each hears the topics that were asked for, and what is for others is not heard', async (t) => {
  const { origin, live } = await openStation(t, world())
  await openRelay(t, world())
  const alice = await listen(t, origin, 'alice')
  const bob = await listen(t, origin, 'bob', { topics: 'rooms,notifications' })
  await Promise.all([alice.event('ready'), bob.event('ready')])

  await tell(
    live,
    { n: 1, topic: 'timeline' },
    { n: 2, topic: 'notifications', type: 'notification.created', audience: people.alice },
    { n: 3, topic: 'notifications', type: 'notification.created', audience: people.bob },
    { n: 4, topic: 'relations', type: 'relations.changed', audience: people.alice },
    { n: 5, topic: 'rooms', type: 'room.opened' },
  )
  await Promise.all([hears(alice, 5), hears(bob, 5)])

  t.deepEqual(numbersOf(alice), [1, 2, 5])
  t.deepEqual(numbersOf(bob), [3, 5])
})

test.serial('who begins to hide somebody hears nothing of them from that event on', async (t) => {
  const { origin, live } = await openStation(t, world())
  await openRelay(t, world())
  hidden.set(people.bob, new Set([people.carol]))
  t.teardown(() => hidden.clear())
  const [alice, bob] = [await listen(t, origin, 'alice'), await listen(t, origin, 'bob')]
  await Promise.all([alice.event('ready'), bob.event('ready')])

  await tell(live, { n: 1, actor: people.carol }, { n: 2, actor: people.bob })
  await Promise.all([hears(alice, 2), hears(bob, 2)])
  hidden.set(people.alice, new Set([people.carol]))
  await tell(
    live,
    { n: 3, topic: 'relations', type: 'relations.changed', audience: people.alice },
    { n: 4, actor: people.carol },
  )
  await tell(live, { n: 0 })
  await hears(bob, 0)
  hidden.delete(people.bob)
  await tell(live, { n: 5, topic: 'relations', type: 'relations.changed', audience: people.bob })
  await tell(live, { n: 6, actor: people.carol }, { n: 7 })
  await Promise.all([hears(alice, 7), hears(bob, 7)])

  t.deepEqual(numbersOf(alice), [1, 2, 0, 7])
  t.deepEqual(numbersOf(bob), [2, 0, 6, 7])
})

test.serial(
  'when people part, both are told to read anew what shows others, without a name and once, also later',
  async (t) => {
    const [one, other] = [await openStation(t, world()), await openStation(t, world())]
    await openRelay(t, world())
    const [alice, carol] = [await listen(t, one.origin, 'alice'), await listen(t, one.origin, 'carol')]
    const inRooms = await listen(t, one.origin, 'alice', { topics: 'rooms' })
    const elsewhere = await listen(t, one.origin, 'alice', { topics: 'notifications' })
    await Promise.all([alice, carol, inRooms, elsewhere].map((reader) => reader.event('ready')))
    await tell(one.live, { n: 1 })
    await hears(alice, 1)
    const before = alice.lastEventId

    await tell(
      one.live,
      ...[people.alice, people.bob].map((audience) => ({
        ...{ n: 0, topic: 'relations' as const, type: 'relations.changed', audience },
      })),
      { n: 2 },
    )
    await Promise.all([hears(alice, 2), hears(carol, 2)])
    const told = await alice.event('gap')
    const later = await listen(t, other.origin, 'alice', { after: before })
    await hears(later, 2)

    const place = String(Number(before) + 1)
    t.deepEqual(told, { from: place, to: place, reload: ['timeline', 'rooms'] })
    t.deepEqual((await inRooms.event('gap'))['reload'], ['rooms'])
    t.like(await later.event('gap'), { reload: ['timeline', 'rooms'] })
    t.like(await later.event('ready'), { recovered: true })
    for (const reader of [alice, later]) t.is(gapsOf(reader), 1)
    for (const reader of [carol, elsewhere]) t.is(gapsOf(reader), 0)
    t.deepEqual(numbersOf(later), [2])
  },
)

const gapsOf = ({ events }: { events: readonly { event: string }[] }): number =>
  events.filter(({ event }) => event === 'gap').length

test.serial('while it cannot be known whom somebody hides, the stream waits and loses nothing', async (t) => {
  let isAway = true
  const hiddenFrom = async (): Promise<Set<never>> => {
    if (isAway) throw new Error('MySQL is away')
    return new Set()
  }
  const { origin, live } = await openStation(t, world(), { hiddenFrom })
  await openRelay(t, world())
  const alice = await listen(t, origin, 'alice')
  await alice.event('ready')

  await tell(live, ...upTo(3).map((n) => ({ n })))
  const cursor = live.cursor()
  await eventually(() => Number(live.cursor()) > Number(cursor) || cursor !== '0')
  t.deepEqual(numbersOf(alice), [])
  isAway = false
  await hears(alice, 3)

  t.deepEqual(numbersOf(alice), [1, 2, 3])
})

test.serial(
  'a client resumes from the last id it names, at another server too, and the header goes before the query',
  async (t) => {
    const [one, other] = [await openStation(t, world()), await openStation(t, world())]
    await openRelay(t, world())
    const alice = await listen(t, one.origin, 'alice')
    const begin = String((await alice.event('ready'))['to'])
    await tell(one.live, ...upTo(5).map((n) => ({ n })))
    await hears(alice, 5)
    const third = alice.events.find(({ data }) => data === '{"n":3}')?.id ?? ''

    const byHeader = await listen(t, other.origin, 'alice', { after: third, from: begin })
    const byQuery = await listen(t, other.origin, 'alice', { from: begin })
    await tell(one.live, { n: 6 })
    await Promise.all([hears(byHeader, 6), hears(byQuery, 6)])

    t.deepEqual(numbersOf(byHeader), [4, 5, 6])
    t.deepEqual(numbersOf(byQuery), [1, 2, 3, 4, 5, 6])
    t.like(await byHeader.event('ready'), { recovered: true, from: third })
    t.true(byHeader.events.every(({ event }) => event !== 'gap'))
  },
)

test.serial('the cursor of a page leads into the stream without a hole or a double', async (t) => {
  const { origin, live } = await openStation(t, world())
  await openRelay(t, world())

  const cursor = live.cursor()
  await tell(live, { n: 1 })
  await eventually(() => live.cursor() !== cursor)
  const alice = await listen(t, origin, 'alice', { from: cursor })
  await tell(live, { n: 2 })
  await hears(alice, 2)

  t.deepEqual(numbersOf(alice), [1, 2])
})

test.serial('who is exactly as far behind as may be resumes; one further is told what to reload', async (t) => {
  const { origin, live } = await openStation(t, world(), { changes: { STREAM_RESUME_MAX_EVENTS: 5 } })
  await openRelay(t, world())
  const early = await listen(t, origin, 'alice')
  await early.event('ready')
  await tell(live, ...upTo(8).map((n) => ({ n })))
  await hears(early, 8)
  const head = Number(live.cursor())

  const atLimit = await listen(t, origin, 'alice', { after: String(head - 5) })
  const behind = await listen(t, origin, 'alice', { after: String(head - 6), topics: 'timeline,rooms' })
  await hears(atLimit, 8)
  const gap = await behind.event('gap')
  const ready = await behind.event('ready')
  await tell(live, { n: 9 })
  await hears(behind, 9)

  t.deepEqual(numbersOf(atLimit).slice(0, 5), [4, 5, 6, 7, 8])
  t.deepEqual(gap, { from: String(head - 6), to: String(head), reload: ['timeline', 'rooms'] })
  t.deepEqual(ready, { recovered: false, from: String(head), to: String(head), account: String(people.alice) })
  t.deepEqual(numbersOf(behind), [9])
})

test.serial('an id from the future is a gap, be it beyond all numbers', async (t) => {
  const { origin, live } = await openStation(t, world())

  for (const after of [String(Number(live.cursor()) + 1), '9'.repeat(20)]) {
    const alice = await listen(t, origin, 'alice', { after })
    const gap = await alice.event('gap')
    t.is(gap['to'], live.cursor())
    t.like(await alice.event('ready'), { recovered: false, to: live.cursor() })
  }
})

test.serial('a client that hears little is moved on, and needs no event for that', async (t) => {
  const { origin, live } = await openStation(t, world(), { changes: { STREAM_HEARTBEAT_SECONDS: 1 } })
  await openRelay(t, world())
  const alice = await listen(t, origin, 'alice', { topics: 'rooms' })
  const to = String((await alice.event('ready'))['to'])
  t.is(alice.lastEventId, to)

  await tell(live, { n: 1, topic: 'rooms', type: 'room.opened' }, { n: 2 }, { n: 3 })
  await eventually(() => alice.lastEventId === String(Number(to) + 3))
  await tell(live, { n: 4 })
  await eventually(() => alice.lastEventId === String(Number(to) + 4))

  t.true(alice.comments > 0)
  t.deepEqual(numbersOf(alice), [1])
})

test.serial('a stream ends cleanly when its life is over', async (t) => {
  const { origin, live } = await openStation(t, world(), { changes: { STREAM_LIFE_SECONDS: 1 } })

  const alice = await listen(t, origin, 'alice')
  await alice.event('ready')

  t.is(await alice.ended(), 'clean')
  await eventually(() => [...live.sessions()].length === 0)
})

test.serial('draining ends all streams at once, and sends away who comes without an error', async (t) => {
  const { origin, live } = await openStation(t, world())
  const [alice, bob] = [await listen(t, origin, 'alice'), await listen(t, origin, 'bob')]
  await Promise.all([alice.event('ready'), bob.event('ready')])

  await live.drain()
  const ends = await Promise.all([alice.ended(), bob.ended()])
  const carol = await listen(t, origin, 'carol')

  t.deepEqual(ends, ['clean', 'clean'])
  t.is(await carol.ended(), 'clean')
  t.true(carol.retryMs !== undefined)
  t.deepEqual(carol.events, [])
})

test.serial('the end of a session ends its streams and nobody else’s', async (t) => {
  const { origin, live } = await openStation(t, world())
  await openRelay(t, world())
  const [alice, again, bob] = [
    await listen(t, origin, 'alice'),
    await listen(t, origin, 'alice'),
    await listen(t, origin, 'bob'),
  ]
  await Promise.all([alice.event('ready'), again.event('ready'), bob.event('ready')])
  const [session] = [...live.sessions()]
  t.deepEqual([...live.sessions()], ['alice', 'bob'])

  live.sessionsEnded(session === undefined ? [] : [session, session])
  const ends = await Promise.all([alice.ended(), again.ended()])
  await tell(live, { n: 1 })
  await hears(bob, 1)

  t.deepEqual(ends, ['clean', 'clean'])
  t.is(bob.end, undefined)
  await eventually(() => [...live.sessions()].join() === 'bob')
})

test.serial('an account may have so many streams, and one that left makes room', async (t) => {
  const { origin } = await openStation(t, world(), { changes: { STREAMS_PER_ACCOUNT: 2 } })
  const alice = await listen(t, origin, 'alice')
  await listen(t, origin, 'alice')

  const refused = await ask(origin, 'alice')
  const problem = await bodyOf(refused)
  await listen(t, origin, 'bob')
  alice.leave()
  await eventually(async () => {
    const answer = await ask(origin, 'alice')
    answer.destroy()
    return answer.statusCode === 200
  })

  t.is(refused.statusCode, 429)
  t.is(problem['code'], 'rate_limited')
  t.regex(String(problem['detail']), /2 streams of one account/)
  t.is(refused.headers['retry-after'], '10')
})

test.serial('an address may have so many streams', async (t) => {
  const { origin } = await openStation(t, world(), { changes: { STREAMS_PER_ADDRESS: 2 } })
  await listen(t, origin, 'alice')
  await listen(t, origin, 'bob')

  const refused = await ask(origin, 'carol')

  t.is(refused.statusCode, 429)
  t.regex(String((await bodyOf(refused))['detail']), /2 streams of one address/)
})

test.serial('a client that reads nothing is cut off, and others hear everything', async (t) => {
  const { origin, live } = await openStation(t, world(), { changes: { STREAM_MAX_BYTES: 65_536 } })
  await openRelay(t, world())
  const alice = await listen(t, origin, 'alice')
  const bob = await listen(t, origin, 'bob')
  await Promise.all([alice.event('ready'), bob.event('ready')])
  alice.answer.pause()

  const filler = 'x'.repeat(200_000)
  let n = 0
  while ([...live.sessions()].includes('alice' as never) && n < 200) {
    n += 1
    await tell(live, { n, data: { n, filler } })
    await hears(bob, n)
  }

  t.true(n < 200, 'the queue of a client that reads nothing is bounded')
  t.deepEqual(numbersOf(bob), upTo(n))
})

test.serial(
  'who resumes over much more than the queue may hold is given it at the pace of their reading',
  async (t) => {
    const { origin, live } = await openStation(t, world(), { changes: { STREAM_MAX_BYTES: 65_536 } })
    await openRelay(t, world())
    const cursor = live.cursor()
    const filler = 'x'.repeat(100_000)
    await tell(live, ...upTo(150).map((n) => ({ n, data: { n, filler } })))
    await eventually(() => Number(live.cursor()) === Number(cursor) + 150)

    const alice = await listen(t, origin, 'alice', { after: cursor })
    alice.answer.pause()
    await tell(live, { n: 151 })
    alice.answer.resume()
    await hears(alice, 151)

    t.deepEqual(numbersOf(alice), upTo(151))
  },
)

test.serial('events that are large are held as far as their bytes allow', async (t) => {
  const { origin, live } = await openStation(t, world(), { changes: { STREAM_RESUME_MAX_BYTES: 50_000 } })
  await openRelay(t, world())
  const cursor = Number(live.cursor())
  await tell(live, ...upTo(6).map((n) => ({ n, data: { n, filler: 'x'.repeat(20_000) } })))
  await eventually(() => Number(live.cursor()) === cursor + 6)

  const held = await listen(t, origin, 'alice', { after: String(cursor + 4) })
  const behind = await listen(t, origin, 'alice', { after: String(cursor + 3) })
  await hears(held, 6)

  t.deepEqual(numbersOf(held), [5, 6])
  t.like(await behind.event('gap'), { from: String(cursor + 3), to: String(cursor + 6) })
})
