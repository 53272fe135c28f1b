import test from 'ava'
import type { ExecutionContext } from 'ava'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Neighbour, openHouse } from '../chat/house.ts'
import type { House } from '../chat/house.ts'
import { EventReader } from '../live/event-reader.ts'
import { openRelay } from '../live/station.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'

/** What people do, as the others hear of it over the stream: a whole web server and a relay. */
const world = worldOf(test)
let house: House

test.serial.before('a house', async () => {
  house = await openHouse(world(), { RELATIONS_PER_MINUTE: 1_000_000, EVENTS_CHECK_MS: 100 })
})

async function listen(t: ExecutionContext, who: Neighbour): Promise<EventReader> {
  const headers = { authorization: `Bearer ${who.token}`, accept: 'text/event-stream' }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${house.origin}/v1/stream?topics=timeline,notifications`, { headers })
      .on('response', resolve)
      .on('error', reject)
      .end()
  })
  const reader = new EventReader(answer)
  t.teardown(() => reader.leave())
  await reader.event('ready')
  return reader
}

const dataOf = (reader: EventReader, name: string): Record<string, unknown>[] =>
  reader.events.filter(({ event }) => event === name).map(({ data }) => JSON.parse(data) as Record<string, unknown>)
const unreadOf = (reader: EventReader): unknown[] => dataOf(reader, 'notifications.unread').map(({ unread }) => unread)

async function posts(who: Neighbour, text: string): Promise<string> {
  const { status, body } = await who.ask(house, 'POST /v1/posts', { text })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return String(body['id'])
}

test.serial('who is liked, answered, mentioned and followed hears of it at once, and nobody else does', async (t) => {
  await openRelay(t, world())
  const alice = await Neighbour.moveIn(world(), house, 'alice')
  const bob = await Neighbour.moveIn(world(), house, 'bob')
  const carol = await Neighbour.moveIn(world(), house, 'carol')
  const [atAlice, atCarol] = [await listen(t, alice), await listen(t, carol)]
  const post = await posts(alice, '오늘 마당에 비가 와요')

  await bob.ask(house, `PUT /v1/posts/${post}/like`)
  await bob.ask(house, `POST /v1/posts/${post}/comments`, { text: '우산 있어요?' })
  await posts(bob, `@${alice.username} 여기 좀 보세요`)
  await bob.ask(house, `PUT /v1/people/${alice.username}/follow`)

  await eventually(() => unreadOf(atAlice).length === 4)
  t.deepEqual(unreadOf(atAlice), [1, 2, 3, 4])
  const types = dataOf(atAlice, 'notification.created').map(
    ({ notification }) => (notification as { type: string }).type,
  )
  t.deepEqual(types, ['like', 'comment', 'mention', 'follow'])
  const inbox = await alice.ask(house, 'GET /v1/notifications')
  t.is(inbox.body['unread'], 4)
  t.deepEqual(
    dataOf(atAlice, 'notification.created').map(({ notification }) => notification),
    (inbox.body['items'] as unknown[]).toReversed(),
  )
  await eventually(() => dataOf(atCarol, 'post.created').length === 2)
  t.deepEqual(unreadOf(atCarol), [])
})

test.serial('an open stream hides whom its reader blocks from then on, and shows them again after that', async (t) => {
  await openRelay(t, world())
  const alice = await Neighbour.moveIn(world(), house, 'alice')
  const bob = await Neighbour.moveIn(world(), house, 'bob')
  const carol = await Neighbour.moveIn(world(), house, 'carol')
  const [atAlice, atBob] = [await listen(t, alice), await listen(t, bob)]
  const heard = (reader: EventReader): unknown[] =>
    dataOf(reader, 'post.created').map(({ id, post }) => id ?? (post as { id: string }).id)
  const first = await posts(bob, 'before')
  await eventually(() => heard(atAlice).includes(first))

  await alice.ask(house, `PUT /v1/people/${bob.username}/block`)
  const byBob = await posts(bob, 'hidden from alice')
  const byAlice = await posts(alice, 'hidden from bob')
  const byCarol = await posts(carol, 'for both')
  await Promise.all([atAlice, atBob].map((reader) => eventually(() => heard(reader).includes(byCarol))))
  t.false(heard(atAlice).includes(byBob))
  t.false(heard(atBob).includes(byAlice))

  await alice.ask(house, `DELETE /v1/people/${bob.username}/block`)
  const again = [await posts(bob, 'seen again'), await posts(alice, 'seen again')]
  t.true(await eventually(() => heard(atAlice).includes(again[0])))
  t.true(await eventually(() => heard(atBob).includes(again[1])))
  t.false(atAlice.events.some(({ event }) => event.startsWith('relations')))
})

test.serial('a deleted post takes its notifications out of the open inbox', async (t) => {
  await openRelay(t, world())
  const alice = await Neighbour.moveIn(world(), house, 'alice')
  const bob = await Neighbour.moveIn(world(), house, 'bob')
  const atAlice = await listen(t, alice)
  const post = await posts(alice, '곧 지울 글')
  await bob.ask(house, `PUT /v1/posts/${post}/like`)
  await bob.ask(house, `POST /v1/posts/${post}/comments`, { text: '벌써요?' })
  await eventually(() => unreadOf(atAlice).at(-1) === 2)

  await alice.ask(house, `DELETE /v1/posts/${post}`)

  await eventually(() => unreadOf(atAlice).at(-1) === 0)
  const told = dataOf(atAlice, 'notification.created').map(({ notification }) => (notification as { id: string }).id)
  t.deepEqual(
    dataOf(atAlice, 'notification.deleted')
      .flatMap(({ ids }) => ids)
      .toSorted(),
    told.toSorted(),
  )
  t.like((await alice.ask(house, 'GET /v1/notifications')).body, { items: [], unread: 0 })
})
