import test from 'ava'
import type { ExecutionContext } from 'ava'
import type { PlacedEvent } from '../../src/live/event.ts'
import { RecentEvents } from '../../src/live/recent.ts'
import { Neighbour, openHouse } from '../chat/house.ts'
import type { House } from '../chat/house.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'
import { listenAs, openRelay } from './station.ts'

const world = worldOf(test)

/** What somebody reads who begins before everything and hears up to this event. */
async function heardFromTheStart(t: ExecutionContext, house: House, who: Neighbour, end: string): Promise<string> {
  const reader = await listenAs(t, house.origin, who.token, { from: '0' })
  t.true(await eventually(() => reader.events.some(({ data }) => data.includes(end))))
  reader.leave()
  return reader.events.map(({ event, data }) => `${event} ${data}`).join('\n')
}

test.serial('words that were changed or taken back are not read in older events, on no server', async (t) => {
  const house = await openHouse(world())
  await openRelay(t, world())
  const alice = await Neighbour.moveIn(world(), house, 'alice')
  const post = async (text: string): Promise<string> =>
    String((await alice.ask(house, 'POST /v1/posts', { text })).body['id'])
  const deleted = await post('first-secret')
  const edited = await post('second-secret')
  await alice.ask(house, `PATCH /v1/posts/${deleted}`, { text: 'third-secret' })
  await alice.ask(house, `DELETE /v1/posts/${deleted}`)
  for (const text of ['fourth-secret', 'fifth-secret', 'as it stands']) {
    await alice.ask(house, `PATCH /v1/posts/${edited}`, { text })
  }
  await post('the end')

  const bob = await Neighbour.moveIn(world(), house, 'bob')
  const here = await heardFromTheStart(t, house, bob, 'the end')
  const there = await heardFromTheStart(t, await openHouse(world()), bob, 'the end')

  for (const heard of [here, there]) {
    t.notRegex(heard, /secret/)
    t.true(heard.includes(`post.deleted {"post":"${deleted}"}`))
    t.is(heard.match(/as it stands/g)?.length, 2)
    t.regex(heard, new RegExp(`post.created {"post":{"id":"${edited}"`))
    t.regex(heard, new RegExp(`post.updated {"post":{"id":"${edited}"`))
  }
})

test.serial('who listens hears every change when it is made', async (t) => {
  const house = await openHouse(world())
  await openRelay(t, world())
  const alice = await Neighbour.moveIn(world(), house, 'alice')
  const reader = await listenAs(t, house.origin, alice.token)
  await reader.event('ready')

  const { body } = await alice.ask(house, 'POST /v1/posts', { text: 'one' })
  const hears = (text: string) => eventually(() => reader.events.some(({ data }) => data.includes(text)))
  t.true(await hears('"one"'))
  await alice.ask(house, `PATCH /v1/posts/${String(body['id'])}`, { text: 'two' })
  t.true(await hears('"two"'))
  await alice.ask(house, `DELETE /v1/posts/${String(body['id'])}`)
  t.true(await hears(`{"post":"${String(body['id'])}"}`))

  t.deepEqual(
    reader.events.slice(1).map(({ event }) => event),
    ['post.created', 'post.updated', 'post.deleted'],
  )
})

test.serial('a comment that was withdrawn is not read in the older events of an inbox', async (t) => {
  const house = await openHouse(world())
  await openRelay(t, world())
  const [alice, bob] = [await Neighbour.moveIn(world(), house, 'alice'), await Neighbour.moveIn(world(), house, 'bob')]
  const post = String((await alice.ask(house, 'POST /v1/posts', { text: 'the garden' })).body['id'])
  const said = await bob.ask(house, `POST /v1/posts/${post}/comments`, { text: 'said-too-much' })
  t.is((await bob.ask(house, `DELETE /v1/comments/${String(said.body['id'])}`)).status, 204)
  await bob.ask(house, `PUT /v1/posts/${post}/like`)

  const heard = await heardFromTheStart(t, house, alice, '"type":"like"')

  t.notRegex(heard, /said-too-much/)
  t.regex(heard, /notification\.deleted/)
})

const event = (position: number, data: string): PlacedEvent => ({
  ...{ position, topic: 'timeline', type: 'post.created', audience: undefined, actor: undefined, data },
})
const textsOf = (recent: RecentEvents, after: number): (string | undefined)[] => {
  const lack = recent.after(after, 1_000_000)
  return lack.type === 'events' ? lack.events.map(({ bytes }) => bytes?.toString().match(/data: (.*)/)?.[1]) : []
}

test('of many changes the first event and the last show the thing as it is, those between are silent', (t) => {
  const recent = new RecentEvents({ maxEvents: 100, maxBytes: 100_000 })
  for (const n of [1, 2, 3, 4]) recent.add(event(n, `state ${n}`), { shows: 'post:1' })
  recent.add(event(5, 'other'), { shows: 'post:2' })

  t.deepEqual(textsOf(recent, 0), ['state 4', undefined, undefined, 'state 4', 'other'])
  recent.add(event(6, 'gone'), { ends: ['post:1', 'post:9'] })
  t.deepEqual(textsOf(recent, 0), [undefined, undefined, undefined, undefined, 'other', 'gone'])
})

test('what is no longer held is neither changed nor counted, and what follows it is first', (t) => {
  const recent = new RecentEvents({ maxEvents: 3, maxBytes: 100_000 })
  for (const n of [1, 2, 3]) recent.add(event(n, `state ${n}`), { shows: 'post:1' })
  for (const n of [4, 5]) recent.add(event(n, 'other'))
  t.deepEqual(textsOf(recent, 2), ['state 3', 'other', 'other'])

  recent.add(event(6, 'state 6'), { shows: 'post:1' })
  recent.add(event(7, 'state 7'), { shows: 'post:1' })

  t.deepEqual(textsOf(recent, 4), ['other', 'state 7', 'state 7'])
})

test('bytes are counted as they are, however often a thing is shown', (t) => {
  const bytes = 1000
  const recent = new RecentEvents({ maxEvents: 1000, maxBytes: 4 * bytes })
  recent.add(event(1, 'kept'))
  for (let n = 2; n <= 100; n += 1) recent.add(event(n, 'x'.repeat(bytes)), { shows: 'post:1' })

  t.true(recent.reaches(0))
  t.is(textsOf(recent, 0)[0], 'kept')
})
