import test from 'ava'
import type { ExecutionContext } from 'ava'
import { createCountTeller } from '../../src/chat/index.ts'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { eventually } from '../support/eventually.ts'
import { toldInto } from '../support/standing-in.ts'
import { toldOf } from '../support/told.ts'
import { worldOf } from '../support/world.ts'
import { createTelling } from '../../src/live/index.ts'
import { connectFor } from '../support/connections.ts'
import { Neighbour, openHouse } from './house.ts'
import type { House } from './house.ts'

const world = worldOf(test)
let house: House
let alice: Neighbour
let bob: Neighbour
let redis: Redis
let tell: () => Promise<number>

test.serial.before('a server, a mentor, a member and a worker that counts', async () => {
  house = await openHouse(world(), { ROOMS_PER_MENTOR: 100, PRESENCE_BEAT_MS: 100 })
  alice = await Neighbour.moveIn(world(), house, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), house, 'bob')
  redis = connectFor('commands', world().redis.url)
  world().atEnd(() => closeRedis(redis))
  tell = teller()
})

/** A worker of its own each time: nothing is remembered but what stands in MySQL. */
function teller(changes: Record<string, number> = {}): () => Promise<number> {
  const { sql, log } = world()
  const transaction = createTelling({ sql, broker: { publish: async () => undefined }, log })
  return createCountTeller({ sql, redis, transaction, config: world().configWith({ ROOM_COUNTS_MS: 50, ...changes }) })
}

const updates = async (room: string) =>
  (await toldOf(world().sql, room)).filter(({ type }) => type === 'room.updated').map(({ data }) => data)

/** Counts until this is what was told last. */
async function untilTold(t: ExecutionContext, room: string, counts: object): Promise<void> {
  const last = await eventually(async () => {
    await tell()
    const found = (await updates(room)).at(-1)
    return found !== undefined && Object.entries(counts).every(([name, value]) => found[name] === value) && found
  })
  t.like(last, counts)
}

/** Nothing is left to tell. */
async function untilSettled(room: string): Promise<void> {
  await eventually(async () => {
    const told = await tell()
    const due = await world()
      .sql('room_tellings')
      .where({ room_id: Number(room), is_due: 1 })
    return told === 0 && due.length === 0
  })
}

test.serial('a room that opens, changes and closes is told with all that a list shows', async (t) => {
  const room = await alice.opens(house, { name: '툇마루', topic: '햇볕', seats: 3 })
  await alice.ask(house, `PATCH /v1/rooms/${room}`, { name: '대청', slowModeSeconds: 3 })
  await alice.ask(house, `POST /v1/rooms/${room}/close`)
  await alice.ask(house, `POST /v1/rooms/${room}/close`)

  const told = await toldOf(world().sql, room)

  t.deepEqual(
    told.map(({ type, actor, audience }) => [type, actor, audience]),
    ['room.opened', 'room.updated', 'room.closed'].map((type) => [type, alice.account, null]),
  )
  t.like(told[0]?.data, {
    ...{ id: room, name: '툇마루', topic: '햇볕', seats: 3, seatsTaken: 0, people: 0, state: 'open' },
    ...{ entry: 'open', speak: 'members', slowModeSeconds: 0 },
  })
  t.like(told[0]?.data['mentor'], { username: alice.username })
  t.deepEqual(told[1]?.data, {
    ...{ id: room, name: '대청', topic: '햇볕', seats: 3, entry: 'open', speak: 'members', slowModeSeconds: 3 },
  })
  t.deepEqual(told[2]?.data, { id: room, state: 'closing' })
})

test.serial('a room that was not opened is not told', async (t) => {
  const refused = await bob.ask(house, 'POST /v1/rooms', { name: '없는 방', topic: '', seats: 1 })

  t.is(refused.status, 403)
  const events = await world().sql('events').where({ topic: 'rooms' }).where('data', 'like', '%없는 방%')
  t.deepEqual(events, [])
})

test.serial('seats and people are told as they are now, many changes as one, by whichever worker', async (t) => {
  const room = await alice.opens(house)
  await bob.joins(house, room)
  const sockets = [await alice.listens(t, house, room), await bob.listens(t, house, room)]
  await untilTold(t, room, { people: 2, seatsTaken: 1 })
  await untilSettled(room)
  const before = (await updates(room)).length

  await Promise.all([teller()(), teller()(), tell()])
  t.is((await updates(room)).length, before)
  await bob.ask(house, `DELETE /v1/rooms/${room}/members/me`)
  await untilTold(t, room, { people: 1, seatsTaken: 0 })
  await Promise.all(sockets.map((socket) => socket.close()))
  await untilTold(t, room, { people: 0, seatsTaken: 0 })
})

test.serial('a change is told once, however many workers look at once', async (t) => {
  const room = await alice.opens(house)
  await tell()
  await bob.joins(house, room)

  await Promise.all(Array.from({ length: 5 }, () => teller()()))

  t.deepEqual(await updates(room), [{ id: room, people: 0, seatsTaken: 1 }])
})

test.serial('a room is not told of again before its time, and then with what is true', async (t) => {
  const room = await alice.opens(house)
  const slow = teller({ ROOM_COUNTS_MS: 1000 })
  await bob.joins(house, room)
  await slow()
  await bob.ask(house, `DELETE /v1/rooms/${room}/members/me`)

  await slow()
  t.is((await updates(room)).length, 1)
  await eventually(async () => {
    await slow()
    return (await updates(room)).length > 1
  })

  t.deepEqual(
    (await updates(room)).map((update) => update['seatsTaken']),
    [1, 0],
  )
})

test.serial(
  'a number that was another one for a moment is told again: somebody may have read the room in between',
  async (t) => {
    const room = await alice.opens(house)
    await bob.joins(house, room)
    const isRead = (people: number) =>
      eventually(async () => (await bob.ask(house, `GET /v1/rooms/${room}`)).body['people'] === people)
    const first = await alice.listens(t, house, room)
    await untilTold(t, room, { people: 1, seatsTaken: 1 })
    await untilSettled(room)
    const before = (await updates(room)).length

    await first.close()
    t.true(await isRead(0))
    const again = await alice.listens(t, house, room)
    t.true(await isRead(1))
    await untilMore(before)

    // Also where it is too soon to tell, and what is there to tell is known to one worker alone.
    const slow = teller({ ROOM_COUNTS_MS: 1000 })
    await again.close()
    t.true(await isRead(0))
    await alice.listens(t, house, room)
    t.true(await isRead(1))
    await slow()
    await untilMore(before + 1)

    // Seats that come and go likewise.
    await bob.ask(house, `DELETE /v1/rooms/${room}/members/me`)
    await bob.joins(house, room)
    await untilMore(before + 2)
    await untilSettled(room)
    t.deepEqual(
      (await updates(room)).slice(before).map(({ people, seatsTaken }) => [people, seatsTaken]),
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    )

    async function untilMore(count: number): Promise<void> {
      await eventually(async () => {
        await tell()
        return (await updates(room)).length > count
      })
    }
  },
)

test.serial('a coming that could not be told is told by the next worker', async (t) => {
  const room = await alice.opens(house)
  const first = await alice.listens(t, house, room)
  await untilTold(t, room, { people: 1 })
  await untilSettled(room)
  const before = (await updates(room)).length
  await first.close()
  await eventually(async () => (await bob.ask(house, `GET /v1/rooms/${room}`)).body['people'] === 0)
  await alice.listens(t, house, room)
  const dying = createCountTeller({
    ...{ sql: world().sql, redis, config: world().configWith({ ROOM_COUNTS_MS: 50 }) },
    transaction: () => Promise.reject(new Error('killed')),
  })

  await eventually(() =>
    dying().then(
      () => false,
      () => true,
    ),
  )
  await eventually(async () => {
    await tell()
    return (await updates(room)).length > before
  })

  t.like((await updates(room)).at(-1), { people: 1 })
})

test.serial('what a worker was about to tell when it died is told by the next', async (t) => {
  const room = await alice.opens(house)
  await bob.joins(house, room)
  const told = toldInto(world().sql)
  const dying = createCountTeller({
    ...{ sql: world().sql, redis, config: world().configWith({ ROOM_COUNTS_MS: 50 }) },
    transaction: (work) =>
      told(async (trx, say) => {
        await work(trx, say)
        throw new Error('killed')
      }),
  })

  await t.throwsAsync(dying(), { message: 'killed' })
  await tell()

  t.deepEqual(await updates(room), [{ id: room, people: 0, seatsTaken: 1 }])
})

test.serial('a room that is closed with people in it is told of no more', async (t) => {
  const room = await alice.opens(house)
  const socket = await alice.listens(t, house, room)
  await untilTold(t, room, { people: 1 })
  await alice.ask(house, `POST /v1/rooms/${room}/close`)
  await socket.close()
  const before = (await updates(room)).length

  await eventually(async () => {
    await tell()
    const [row] = await world()
      .sql('room_tellings')
      .where({ room_id: Number(room) })
    return row?.people === 0 && row?.is_due === 0
  })

  t.is((await updates(room)).length, before)
})

test.serial('without Redis nobody is told that the rooms are empty', async (t) => {
  const room = await alice.opens(house)
  await alice.listens(t, house, room)
  await untilTold(t, room, { people: 1 })
  const gone = connectRedis({ url: 'redis://127.0.0.1:1', purpose: 'append', name: 'test', onError: () => undefined })
  t.teardown(() => gone.disconnect())
  const { sql, log } = world()
  const transaction = createTelling({ sql, broker: { publish: async () => undefined }, log })
  const blind = createCountTeller({ sql, redis: gone, transaction, config: world().config })

  await t.throwsAsync(blind())

  t.like((await updates(room)).at(-1), { people: 1 })
})
