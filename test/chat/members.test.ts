import test from 'ava'
import type { Profile } from '../../src/accounts/index.ts'
import { membersAfter, memberOf, pendingMembers } from '../../src/chat/member-store.ts'
import { announcePending } from '../../src/chat/member-entries.ts'
import { join, kick, leave } from '../../src/chat/members.ts'
import type { SeatParts } from '../../src/chat/members.ts'
import { createRoomsPort } from '../../src/chat/rooms-port.ts'
import { ensureLobby, openRoom } from '../../src/chat/rooms.ts'
import { roomById } from '../../src/chat/store.ts'
import type { TellingTransaction } from '../../src/live/index.ts'
import { createLedger } from '../../src/ledger/index.ts'
import type { Entry, Ledger } from '../../src/ledger/index.ts'
import { Problem } from '../../src/platform/errors.ts'
import type { Role, Viewer } from '../../src/platform/http/viewer.ts'
import type { AccountId, RoomId, SessionId } from '../../src/platform/ids.ts'
import { closeRedis } from '../../src/platform/redis.ts'
import { connectFor, connectTo } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { untilReady } from '../support/ledger.ts'
import { HandmadeRelations, noNotices, toldInto } from '../support/standing-in.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

const viewer = (id: number, role: Role = 'member'): Viewer => ({
  ...{ account: id as AccountId, session: `s${id}` as SessionId, username: `person_${id}`, role },
})
const alice = viewer(1, 'mentor')
const bob = viewer(2)
const carol = viewer(3)
const admin = viewer(9, 'admin')

/** Somebody who acts, while nobody writes it down. */
const off = (who: Viewer) => ({ viewer: who, record: async () => {} })

async function profiles(ids: Iterable<AccountId>): Promise<Map<AccountId, Profile>> {
  return new Map(
    [...ids].map((id) => [id, { id, username: `person_${id}`, displayName: `Person ${id}`, picture: undefined }]),
  )
}

let parts: SeatParts & { transaction: TellingTransaction; ledger: Ledger; roomsPerMentor: number }

test.before('a ledger and its rooms', async () => {
  const { sql, config, log } = world()
  const transaction = toldInto(sql)
  const connections = connectTo({ url: config.REDIS_URL, log })
  const { redis, appendRedis, broker } = connections
  const ledger = createLedger({
    ...{ config, sql, redis, appendRedis, broker, log },
    rooms: createRoomsPort({ sql, profiles, transaction, notify: noNotices }),
  })
  parts = { sql, ledger, profiles, log, transaction, relationsOf: new HandmadeRelations().of, roomsPerMentor: 1000 }
  await untilReady(appendRedis)
  world().atEnd(async () => {
    await ledger.stop()
    await connections.close()
  })
})

const usual = { name: '장독대', topic: '', seats: 10, entry: 'open', speak: 'members', slowModeSeconds: 0 } as const
const open = async (seats = 10): Promise<RoomId> => (await openRoom(parts, alice, { ...usual, seats })).id

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

async function entriesIn(room: RoomId): Promise<Entry[]> {
  return parts.ledger.entries(room, { after: 0, upTo: Number.MAX_SAFE_INTEGER, limit: 1000 })
}

const toldIn = async (room: RoomId): Promise<string[]> =>
  (await entriesIn(room)).map((entry) => `${entry.kind} ${JSON.parse(entry.payload.toString()).who.username}`)

test('the mentor is in the room that they open, and needs none of its seats', async (t) => {
  const room = await open(3)

  t.like(await roomById(parts.sql, room), { seats: 3, seatsTaken: 0, state: 'open' })
  t.deepEqual(await toldIn(room), ['join person_1'])
})

test('200 people at once on 10 seats: exactly 10 get one', async (t) => {
  const room = await open(10)
  const crowd = Array.from({ length: 200 }, (_, index) => viewer(1000 + index))

  const codes = await Promise.all(crowd.map((person) => codeOf(join(parts, person, room))))

  t.is(codes.filter((code) => code === 'done').length, 10)
  t.is(codes.filter((code) => code === 'room_full').length, 190)
  t.is((await roomById(parts.sql, room))?.seatsTaken, 10)
  t.is((await membersAfter(parts.sql, room, { after: undefined, limit: 100 })).length, 11)
  t.is((await entriesIn(room)).length, 11)
})

test('one person who joins many times at once takes one seat and is announced once', async (t) => {
  const room = await open(10)

  const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(join(parts, bob, room))))

  t.true(codes.includes('done'))
  t.is((await roomById(parts.sql, room))?.seatsTaken, 1)
  t.deepEqual(await toldIn(room), ['join person_1', 'join person_2'])
})

test('leaving frees the seat for another', async (t) => {
  const room = await open(1)
  await join(parts, bob, room)
  t.is(await codeOf(join(parts, carol, room)), 'room_full')

  await leave(parts, bob, room)
  await leave(parts, bob, room)

  t.is(await codeOf(join(parts, carol, room)), 'done')
  t.is((await roomById(parts.sql, room))?.seatsTaken, 1)
  t.deepEqual(await toldIn(room), ['join person_1', 'join person_2', 'leave person_2', 'join person_3'])
})

test('the mentor and an admin take seats away, nobody else does', async (t) => {
  const room = await open()
  for (const person of [bob, carol]) await join(parts, person, room)

  t.is(await codeOf(kick(parts, off(bob), room, carol.account)), 'forbidden')
  t.is(await codeOf(kick(parts, off(alice), room, carol.account)), 'done')
  t.is(await codeOf(kick(parts, off(admin), room, bob.account)), 'done')

  t.is((await roomById(parts.sql, room))?.seatsTaken, 0)
  t.is((await memberOf(parts.sql, room, bob.account))?.standing, 'kicked')
  const kicks = (await entriesIn(room)).filter((entry) => entry.kind === 'kick')
  t.is(JSON.parse(kicks[0]!.payload.toString()).by.username, 'person_1')
})

test('the mentor of another room keeps no order here', async (t) => {
  const room = await open()
  await join(parts, carol, room)
  const other = viewer(4, 'mentor')
  await openRoom(parts, other, { ...usual, name: '옆집', seats: 1 })

  t.is(await codeOf(kick(parts, off(other), room, carol.account)), 'forbidden')
})

test('the mentor can neither leave nor be put out', async (t) => {
  const room = await open()

  t.is(await codeOf(leave(parts, alice, room)), 'conflict')
  t.is(await codeOf(kick(parts, off(admin), room, alice.account)), 'conflict')
  t.is((await memberOf(parts.sql, room, alice.account))?.standing, 'in')
})

test('a room that is not there is not found', async (t) => {
  t.is(await codeOf(join(parts, bob, 999_999 as RoomId)), 'not_found')
  t.is(await codeOf(leave(parts, bob, 999_999 as RoomId)), 'not_found')
})

test('one mentor has so many open rooms and not one more, also at once', async (t) => {
  const mentor = viewer(5, 'mentor')
  const two = { ...parts, roomsPerMentor: 2 }
  const opening = { ...usual, name: '방' }

  const codes = await Promise.all(Array.from({ length: 4 }, () => codeOf(openRoom(two, mentor, opening))))

  t.deepEqual(codes.toSorted(), ['conflict', 'conflict', 'done', 'done'])
})

test('the lobby is made once, whoever comes first', async (t) => {
  const rooms = await Promise.all(Array.from({ length: 5 }, () => ensureLobby(parts)))

  t.is(new Set(rooms).size, 1)
  t.like(await roomById(parts.sql, rooms[0]!), { kind: 'lobby', seats: undefined, mentor: undefined })
  t.is(await codeOf(join(parts, bob, rooms[0]!)), 'done')
  t.is(await codeOf(leave(parts, bob, rooms[0]!)), 'conflict')
})

test('the roster is who is in, as of a version', async (t) => {
  const room = await open()
  await join(parts, bob, room)
  await join(parts, carol, room)
  await leave(parts, bob, room)

  const roster = await createRoomsPort({ ...parts, notify: noNotices }).roster(room)

  t.deepEqual(roster.rules, { speak: 'members', paceMs: 0, version: 0 })
  t.is(roster.version, 4)
  t.deepEqual(roster.members.map(({ account, isIn }) => [Number(account), isIn]).toSorted(), [
    [1, true],
    [3, true],
  ])
})

test('who is in when the room is closed has stayed to the end; saying it twice changes nothing', async (t) => {
  const room = await open()
  await join(parts, bob, room)
  await join(parts, carol, room)
  await leave(parts, carol, room)
  await parts.ledger.close(room, { by: alice.account, requestId: undefined })
  const port = createRoomsPort({ ...parts, notify: noNotices })

  await port.closed(room)
  const first = await roomById(parts.sql, room)
  await port.closed(room)

  t.is(first?.state, 'closed')
  t.deepEqual((await roomById(parts.sql, room))?.closedAt, first?.closedAt)
  t.is((await memberOf(parts.sql, room, bob.account))?.standing, 'stayed')
  t.is((await memberOf(parts.sql, room, carol.account))?.standing, 'left')
})

test('a seat taken while the room closes is given back', async (t) => {
  const room = await open()
  await parts.ledger.close(room, { by: alice.account, requestId: undefined })

  t.is(await codeOf(join(parts, bob, room)), 'room_closed')

  t.is((await roomById(parts.sql, room))?.seatsTaken, 0)
  t.is(await memberOf(parts.sql, room, bob.account), undefined)
  t.is(await codeOf(join(parts, bob, room)), 'room_closed')
  t.deepEqual(
    (await pendingMembers(parts.sql, { ageSeconds: 0, limit: 10 })).filter((member) => member.room === room),
    [],
  )
})

test.serial(
  'a seat is given, and told once, where Redis takes seconds to answer; who waits longer hears unavailable',
  async (t) => {
    const room = await open()
    const redis = connectFor('commands', world().redis.url)
    t.teardown(() => closeRedis(redis))
    const standStill = (ms: number): Promise<unknown> => redis.call('CLIENT', 'PAUSE', ms, 'WRITE')

    await standStill(2500)
    t.is(await codeOf(join(parts, bob, room)), 'done')

    await standStill(60_000)
    t.is(await codeOf(join(parts, carol, room)), 'unavailable')
    await redis.call('CLIENT', 'UNPAUSE')
    t.is(await codeOf(join(parts, carol, room)), 'done')
    t.deepEqual(await toldIn(room), ['join person_1', 'join person_2', 'join person_3'])
  },
)

test.serial('what could not be announced while Redis was away is announced later, once', async (t) => {
  const room = await open()
  await world().redis.kill()

  t.is(await codeOf(join(parts, bob, room)), 'unavailable')
  t.is((await memberOf(parts.sql, room, bob.account))?.isAnnounced, false)
  await world().redis.start()
  const sweep = (): Promise<number> => announcePending(parts, { ageSeconds: 0, limit: 100 })
  await eventually(async () => {
    await sweep()
    return (await memberOf(parts.sql, room, bob.account))?.isAnnounced
  })
  await Promise.all([sweep(), sweep()])

  t.is(await codeOf(join(parts, bob, room)), 'done')
  t.deepEqual(await toldIn(room), ['join person_1', 'join person_2'])
})
