import test from 'ava'
import { Presence } from '../../src/chat/presence.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { closeRedis } from '../../src/platform/redis.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { connectFor } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'
import { Neighbour, openHouse } from './house.ts'
import type { House } from './house.ts'

const world = worldOf(test)
const beatMs = 100
let east: House
let west: House
let alice: Neighbour
let bob: Neighbour
let redis: Redis

test.before('two servers and two people', async () => {
  east = await openHouse(world(), { PRESENCE_BEAT_MS: beatMs })
  west = await openHouse(world(), { PRESENCE_BEAT_MS: beatMs })
  alice = await Neighbour.moveIn(world(), east, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), west, 'bob')
  redis = connectFor('commands', world().redis.url)
  world().atEnd(() => closeRedis(redis))
})

test('who comes and goes is told on all servers, with the count', async (t) => {
  const room = await alice.opens(east)
  await bob.joins(west, room)
  const listener = await alice.listens(t, east, room)

  const guest = await bob.listens(t, west, room)
  const came = await listener.hears('bob coming', (frame) => String(frame['joined']).includes(bob.username))
  await guest.close()
  const went = await listener.hears('bob going', (frame) => String(frame['left']).includes(bob.username))

  t.is(came['count'], 2)
  t.is(went['count'], 1)
})

test('who is on two servers counts once, and is not gone while one socket is left', async (t) => {
  const room = await alice.opens(east)
  await bob.joins(west, room)
  const listener = await alice.listens(t, east, room)
  const [near, far] = [await bob.listens(t, east, room), await bob.listens(t, west, room)]
  await far.hears('the count', (frame) => frame.type === 'presence' && frame['count'] === 2)
  const count = async (): Promise<unknown> => (await alice.ask(east, `GET /v1/rooms/${room}`)).body['people']

  await far.close()
  await eventually(async () => (await count()) === 2)
  await near.close()
  await listener.hears('bob going', (frame) => String(frame['left']).includes(bob.username))

  t.is(await count(), 1)
  t.true(listener.ofType('presence').every((frame) => Number(frame['count']) <= 2))
})

test('who is connected now is told by name to those who are in the room, and to nobody else', async (t) => {
  const room = await alice.opens(east)
  await bob.joins(west, room)
  const carol = await Neighbour.moveIn(world(), east, 'carol')
  await alice.listens(t, east, room)
  const guest = await bob.listens(t, west, room)
  const names = async (): Promise<string[]> => {
    const { body } = await alice.ask(west, `GET /v1/rooms/${room}/people`)
    const items = body['items'] as { username: string }[]
    return body['count'] === items.length ? items.map(({ username }) => username).toSorted() : []
  }

  await eventually(async () => (await names()).join() === [alice.username, bob.username].toSorted().join())
  await guest.close()
  await eventually(async () => (await names()).join() === alice.username)

  t.is((await carol.ask(east, `GET /v1/rooms/${room}/people`)).status, 404)
})

test('the people of a server that dies vanish', async (t) => {
  const room = 4711 as RoomId
  const lives = new Presence({ redis, log: world().log, beatMs })
  const diesRedis = connectFor('commands', world().redis.url)
  const dies = new Presence({ redis: diesRedis, log: world().log, beatMs })
  const news = [
    await lives.enter(room, 1 as AccountId),
    await dies.enter(room, 1 as AccountId),
    await dies.enter(room, 2 as AccountId),
  ]
  await eventually(async () => (await lives.count(room)) === 2)

  diesRedis.disconnect()
  await eventually(async () => (await lives.count(room)) === 1)

  t.deepEqual(news, [true, false, true])
  await Promise.all([lives.stop(), dies.stop()])
})

test('a server that stops takes its people with it, and leaves no key behind', async (t) => {
  const room = 4712 as RoomId
  const presence = new Presence({ redis, log: world().log, beatMs: 60_000 })
  await presence.enter(room, 1 as AccountId)
  t.is(await presence.count(room), 1)

  await presence.stop()

  t.deepEqual(await redis.keys(`*${room}*`), [])
})

test('typing is told to the others, at most every two seconds, and kept nowhere', async (t) => {
  const room = await alice.opens(east)
  await bob.joins(west, room)
  const [near, far] = [await alice.listens(t, east, room), await bob.listens(t, west, room)]

  for (let key = 0; key < 10; key += 1) near.say({ type: 'typing', room })
  const typing = await far.hears('typing', (frame) => frame.type === 'typing')
  await near.ask({ type: 'ping' })

  t.deepEqual(typing, { type: 'typing', room, from: alice.username })
  t.is(far.ofType('typing').length, 1)
  t.deepEqual(near.ofType('typing'), [])
  t.deepEqual(near.ofType('error'), [])
  const { body } = await alice.ask(east, `GET /v1/rooms/${room}/messages`)
  t.is((body['items'] as unknown[]).length, 2)
})
