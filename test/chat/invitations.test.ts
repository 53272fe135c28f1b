import test from 'ava'
import { readRoomStatement } from '../../src/chat/room-events.ts'
import { RecentEvents } from '../../src/live/recent.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { worldOf } from '../support/world.ts'
import { toldOf } from '../support/told.ts'
import { Neighbour, line, openHouse } from './house.ts'
import type { House } from './house.ts'

const world = worldOf(test)
let north: House
let south: House
let alice: Neighbour
let bob: Neighbour
let carol: Neighbour
let admin: Neighbour

const limits = { ROOMS_PER_MENTOR: 100, INVITATIONS_PER_ROOM: 3, INVITATIONS_PER_MINUTE: 10_000 }

test.serial.before('two servers, a mentor, two members and an admin', async () => {
  north = await openHouse(world(), limits)
  south = await openHouse(world(), limits)
  alice = await Neighbour.moveIn(world(), north, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), north, 'bob')
  carol = await Neighbour.moveIn(world(), north, 'carol')
  admin = await Neighbour.moveIn(world(), north, 'admin', 'admin')
})

const opensPrivately = (): Promise<string> => alice.opens(north, { entry: 'invited' })
const invites = (who: Neighbour, room: string, whom: Neighbour) =>
  who.ask(north, `POST /v1/rooms/${room}/invitations`, { username: whom.username })
const joins = (who: Neighbour, room: string) => who.ask(south, `PUT /v1/rooms/${room}/members/me`)

async function isListedFor(who: Neighbour, room: string): Promise<boolean> {
  const { body } = await who.ask(south, 'GET /v1/rooms?limit=100')
  return (body['items'] as { id: string }[]).some((item) => item.id === room)
}

async function hasNoticeOf(who: Neighbour, room: string): Promise<boolean> {
  const { body } = await who.ask(south, 'GET /v1/notifications?limit=100')
  return (body['items'] as { room: { id: string } | null }[]).some((item) => item.room?.id === room)
}

test('a room by invitation is not there for who is not asked in, by any way', async (t) => {
  const room = await opensPrivately()
  const socket = await bob.calls(t, south)

  t.false(await isListedFor(bob, room))
  for (const request of [
    `GET /v1/rooms/${room}`,
    `PUT /v1/rooms/${room}/members/me`,
    `DELETE /v1/rooms/${room}/members/me`,
    `GET /v1/rooms/${room}/members`,
    `DELETE /v1/rooms/${room}/members/${carol.username}`,
    `PUT /v1/rooms/${room}/members/${carol.username}/word`,
    `GET /v1/rooms/${room}/messages`,
    `GET /v1/rooms/${room}/bans`,
    `PUT /v1/rooms/${room}/bans/${carol.username}`,
    `GET /v1/rooms/${room}/invitations`,
    `DELETE /v1/rooms/${room}/invitations/${bob.username}`,
    `POST /v1/rooms/${room}/close`,
    `GET /v1/rooms/${room}/closing`,
    `GET /v1/rooms/${room}/receipt`,
    `GET /v1/rooms/${room}/transcript`,
  ]) {
    t.is((await bob.ask(south, request)).status, 404, request)
  }
  t.is((await bob.ask(south, `PATCH /v1/rooms/${room}`, { name: 'x' })).status, 404)
  t.is((await invites(bob, room, carol)).status, 404)
  const said = line(room, 'hello?')
  t.is((await bob.ask(south, `POST /v1/rooms/${room}/messages`, { id: said['id'], body: 'x' })).status, 404)
  t.is((await socket.ask({ type: 'subscribe', room }))['code'], 'not_found')
  t.is((await socket.ask(said))['code'], 'not_found')
  t.is((await socket.ask({ ...said, replyTo: '1:1' }))['code'], 'not_found')
  t.is((await socket.ask({ ...said, id: 'no-uuid' }))['code'], 'not_found')
})

test('nobody outside learns by sending that a room by invitation is closed, and how much was said in it', async (t) => {
  const [hidden, open] = [await opensPrivately(), await alice.opens(north)]
  const socket = await bob.calls(t, south)
  for (const room of [hidden, open]) t.is((await alice.ask(north, `POST /v1/rooms/${room}/close`)).status, 202)

  const answers = [await socket.ask(line(hidden, 'hello?')), await socket.ask(line(open, 'hello?'))]
  const said = { id: line(hidden, '')['id'], body: 'hello?' }
  const posted = await bob.ask(south, `POST /v1/rooms/${hidden}/messages`, said)

  t.deepEqual(
    answers.map((answer) => answer['code']),
    ['not_found', 'room_closed'],
  )
  t.false('lastSeq' in answers[0]!)
  t.is(posted.status, 404)
})

test('it is there for the mentor, for admins, and for who is asked in, who may take a seat', async (t) => {
  const room = await opensPrivately()

  const first = await invites(alice, room, bob)
  const again = await invites(admin, room, bob)

  t.is(first.status, 201)
  t.is(again.status, 200)
  for (const who of [alice, admin, bob]) t.true(await isListedFor(who, room), who.username)
  t.like((await bob.ask(south, `GET /v1/rooms/${room}`)).body, { entry: 'invited', me: { standing: 'none' } })
  const inbox = await bob.ask(south, 'GET /v1/notifications')
  const asked = (inbox.body['items'] as { type: string; room?: { id: string } }[]).filter(
    (item) => item.room?.id === room,
  )
  t.deepEqual(
    asked.map((item) => item.type),
    ['invitation'],
  )
  t.is((await joins(bob, room)).status, 200)
  const socket = await bob.listens(t, south, room)
  t.is((await socket.ask(line(room, 'thank you'))).type, 'ack')
  t.is((await joins(carol, room)).status, 404)
})

test('who left may come again; an invitation taken back leaves the seat that was taken', async (t) => {
  const room = await opensPrivately()
  await invites(alice, room, bob)
  await joins(bob, room)
  await bob.ask(north, `DELETE /v1/rooms/${room}/members/me`)
  t.is((await joins(bob, room)).status, 200)

  t.is((await alice.ask(north, `DELETE /v1/rooms/${room}/invitations/${bob.username}`)).status, 204)

  t.is((await bob.ask(south, `GET /v1/rooms/${room}/messages`)).status, 200)
  t.is((await bob.ask(south, `DELETE /v1/rooms/${room}/members/me`)).status, 204)
  t.is((await joins(bob, room)).status, 404)
})

test('who is asked in may decline, and nobody else decides that for them', async (t) => {
  const room = await opensPrivately()
  for (const whom of [bob, carol]) await invites(alice, room, whom)
  t.true(await hasNoticeOf(bob, room))

  t.is((await bob.ask(north, `DELETE /v1/rooms/${room}/invitations/${carol.username}`)).status, 403)
  t.is((await bob.ask(north, `DELETE /v1/rooms/${room}/invitations/${bob.username}`)).status, 204)

  t.false(await isListedFor(bob, room))
  t.false(await hasNoticeOf(bob, room))
  t.true(await isListedFor(carol, room))
  t.true(await hasNoticeOf(carol, room))
})

test('invitations are listed by page, for those who keep order', async (t) => {
  const room = await alice.opens(north)
  for (const whom of [bob, carol]) await invites(alice, room, whom)

  const first = await alice.ask(north, `GET /v1/rooms/${room}/invitations?limit=1`)
  const { next } = first.body['page'] as { next: string }
  const second = await admin.ask(south, `GET /v1/rooms/${room}/invitations?limit=1&cursor=${next}`)

  t.like((first.body['items'] as object[])[0], { username: bob.username, by: { username: alice.username } })
  t.like((second.body['items'] as object[])[0], { username: carol.username })
  t.deepEqual(second.body['page'], {})
  t.is((await bob.ask(north, `GET /v1/rooms/${room}/invitations`)).status, 403)
})

test('so many are asked into one room and not one more, also at once', async (t) => {
  const room = await opensPrivately()
  const crowd = await Promise.all(
    ['dave', 'erin', 'frank', 'grace', 'heidi'].map((n) => Neighbour.moveIn(world(), north, n)),
  )

  const replies = await Promise.all(crowd.map((whom) => invites(alice, room, whom)))

  t.deepEqual(replies.map((reply) => reply.status).toSorted(), [201, 201, 201, 409, 409])
})

test('members ask nobody in, the mentor needs no invitation, nobody is asked in who is banned or not there', async (t) => {
  const room = await alice.opens(north)
  await bob.joins(north, room)
  await alice.ask(north, `PUT /v1/rooms/${room}/bans/${carol.username}`)

  t.is((await invites(bob, room, carol)).status, 403)
  t.is((await invites(admin, room, alice)).body['code'], 'conflict')
  t.is((await invites(alice, room, carol)).body['code'], 'conflict')
  t.is((await alice.ask(north, `POST /v1/rooms/${room}/invitations`, { username: 'nobody_at_all' })).status, 404)
  t.is((await alice.ask(north, `POST /v1/rooms/${room}/invitations`, { username: '!' })).status, 422)
  t.is((await alice.ask(north, `POST /v1/rooms/${room}/close`)).status, 202)
  t.is((await invites(alice, room, bob)).body['code'], 'room_closed')
})

test('an invitation is no way around a ban', async (t) => {
  const room = await opensPrivately()
  await invites(alice, room, bob)
  await joins(bob, room)

  await alice.ask(north, `PUT /v1/rooms/${room}/bans/${bob.username}`)

  t.false(await isListedFor(bob, room))
  t.is((await bob.ask(south, `GET /v1/rooms/${room}`)).status, 404)
  t.is((await joins(bob, room)).status, 404)
  await alice.ask(north, `DELETE /v1/rooms/${room}/bans/${bob.username}`)
  t.is((await joins(bob, room)).status, 200)
})

test('of a room by invitation the stream tells those who are asked in, its mentor the settings and the end, and nobody else anything', async (t) => {
  const room = await opensPrivately()
  await alice.listens(t, north, room)
  for (const whom of [bob, carol]) await invites(alice, room, whom)
  await joins(bob, room)
  await alice.ask(north, `PATCH /v1/rooms/${room}`, { name: '비밀' })
  await alice.ask(north, `DELETE /v1/rooms/${room}/invitations/${carol.username}`)
  await alice.ask(north, `DELETE /v1/rooms/${room}/invitations/${carol.username}`)
  await alice.ask(north, `POST /v1/rooms/${room}/close`)

  const told = await toldOf(world().sql, room)

  t.deepEqual(
    told.map(({ type, audience, actor, data }) => [type, data['state'] ?? data['name'], audience, actor]),
    [
      ['room.opened', 'open', bob.account, alice.account],
      ['room.opened', 'open', carol.account, alice.account],
      ['room.updated', '비밀', bob.account, alice.account],
      ['room.updated', '비밀', carol.account, alice.account],
      ['room.updated', '비밀', alice.account, alice.account],
      ['room.closed', 'hidden', carol.account, alice.account],
      ['room.closed', 'closing', bob.account, alice.account],
      ['room.closed', 'closing', alice.account, alice.account],
    ],
  )
  // Nobody tells them of people later.
  t.is(told[0]?.data['people'], 1)
})

test('a room that becomes one by invitation stays there for who was asked in, and not for who is banned', async (t) => {
  const room = await alice.opens(north)
  for (const whom of [bob, carol]) await invites(alice, room, whom)
  await alice.ask(north, `PUT /v1/rooms/${room}/bans/${carol.username}`)

  await alice.ask(north, `DELETE /v1/rooms/${room}/invitations/${bob.username}`)
  await invites(alice, room, bob)
  await alice.ask(north, `PATCH /v1/rooms/${room}`, { entry: 'invited' })
  await alice.ask(north, `PATCH /v1/rooms/${room}`, { slowModeSeconds: 3 })

  t.true(await isListedFor(bob, room))
  t.false(await isListedFor(carol, room))
  const told = await toldOf(world().sql, room)
  t.deepEqual(
    told.map(({ type, audience, data }) => [type, data['state'], data['entry'], audience]),
    [
      ['room.opened', 'open', 'open', null],
      ['room.closed', 'hidden', undefined, null],
      ['room.opened', 'open', 'invited', bob.account],
      ['room.updated', undefined, 'invited', bob.account],
      ['room.updated', undefined, 'invited', alice.account],
      ['room.updated', undefined, 'invited', bob.account],
      ['room.updated', undefined, 'invited', alice.account],
    ],
  )
})

test('who has a seat in a room by invitation is told its settings, asked in or not, until they have it no more', async (t) => {
  const room = await alice.opens(north)
  for (const whom of [bob, carol]) await whom.joins(north, room)
  await alice.ask(north, `PATCH /v1/rooms/${room}`, { entry: 'invited', name: '닫힌 방' })
  await invites(alice, room, bob)
  await alice.ask(north, `PATCH /v1/rooms/${room}`, { name: '비밀' })
  await alice.ask(north, `DELETE /v1/rooms/${room}/invitations/${bob.username}`)
  await alice.ask(north, `DELETE /v1/rooms/${room}/members/${carol.username}`)
  await alice.ask(north, `PATCH /v1/rooms/${room}`, { name: '더 비밀' })
  await alice.ask(north, `PATCH /v1/rooms/${room}`, { entry: 'open', name: '열린 방' })

  const told = (await toldOf(world().sql, room)).filter(({ type }) => type !== 'room.opened')
  t.deepEqual(
    told.map(({ data, audience }) => [data['name'] ?? data['state'], audience]),
    [
      ['hidden', null],
      ['닫힌 방', alice.account],
      ['닫힌 방', bob.account],
      ['닫힌 방', carol.account],
      ['비밀', bob.account],
      ['비밀', alice.account],
      ['비밀', carol.account],
      // What was told of it before is not read by who comes late any more, and the seat is still theirs.
      ['hidden', bob.account],
      ['비밀', bob.account],
      ['hidden', carol.account],
      ['더 비밀', alice.account],
      ['더 비밀', bob.account],
      ['열린 방', null],
    ],
  )
})

test('for who is banned a room that they were asked into goes, and comes back when the ban is lifted', async (t) => {
  const room = await opensPrivately()
  await invites(alice, room, bob)
  for (const whom of [bob, carol]) {
    for (const method of ['PUT', 'PUT', 'DELETE', 'DELETE']) {
      t.is((await alice.ask(north, `${method} /v1/rooms/${room}/bans/${whom.username}`)).status, 204)
    }
  }

  t.true(await isListedFor(bob, room))
  const told = await toldOf(world().sql, room)
  t.deepEqual(
    told.map(({ type, audience, data }) => [type, data['state'], audience]),
    [
      ['room.opened', 'open', bob.account],
      ['room.closed', 'hidden', bob.account],
      ['room.opened', 'open', bob.account],
    ],
  )
})

test('who comes to the stream late reads nothing of a room that they are asked into no more', (t) => {
  const recent = new RecentEvents({ maxEvents: 100, maxBytes: 1e6 })
  recent.beginAt(0)
  const told = [
    ['room.opened', { name: '처음' }],
    ['room.updated', { name: '새 이름' }],
    ['room.updated', { name: '또 새 이름' }],
    ['room.closed', { state: 'hidden' }],
  ] as const
  let position = 0
  for (const whom of [undefined, 1, 2]) {
    const audience = whom as AccountId | undefined
    for (const [type, facts] of whom === 2 ? told.slice(0, -1) : told) {
      position += 1
      const data = JSON.stringify({ id: '7', ...facts })
      const event = { position, topic: 'rooms' as const, type, audience, actor: undefined, data }
      recent.add(event, readRoomStatement(event))
    }
  }

  const lack = recent.after(0, 1e6)
  const heard = lack.type === 'events' ? lack.events.filter(({ bytes }) => bytes !== undefined) : []
  t.deepEqual(
    heard.map(({ type, audience, bytes }) => [audience, type, /"name":"([^"]*)"/.exec(String(bytes))?.[1]]),
    [
      // What was no secret stays for who has a seat.
      [undefined, 'room.updated', '새 이름'],
      [undefined, 'room.updated', '또 새 이름'],
      [undefined, 'room.closed', undefined],
      [1, 'room.closed', undefined],
      [2, 'room.opened', '처음'],
      [2, 'room.updated', '또 새 이름'],
      [2, 'room.updated', '또 새 이름'],
    ],
  )
})

test('a room that becomes one by invitation closes for the public, and opens for it again', async (t) => {
  const room = await alice.opens(north)
  await bob.joins(north, room)

  await alice.ask(north, `PATCH /v1/rooms/${room}`, { entry: 'invited' })
  t.is((await carol.ask(south, `GET /v1/rooms/${room}`)).status, 404)
  t.is((await bob.ask(south, `GET /v1/rooms/${room}`)).status, 200)
  await alice.ask(north, `PATCH /v1/rooms/${room}`, { entry: 'open' })

  t.is((await carol.ask(south, `GET /v1/rooms/${room}`)).status, 200)
  const told = await toldOf(world().sql, room)
  t.deepEqual(
    told.map(({ type, data, actor }) => [type, data['state'], actor]),
    [
      ['room.opened', 'open', alice.account],
      ['room.closed', 'hidden', alice.account],
      ['room.updated', undefined, alice.account],
      ['room.updated', undefined, alice.account],
      ['room.opened', 'open', alice.account],
      ['room.updated', undefined, alice.account],
    ],
  )
})

test('with whom the mentor has a block, the room is not there; a seat that was taken stays', async (t) => {
  const mentor = await Neighbour.moveIn(world(), north, 'mentor', 'mentor')
  const [dave, erin] = [await Neighbour.moveIn(world(), north, 'dave'), await Neighbour.moveIn(world(), north, 'erin')]
  const room = await mentor.opens(north)
  await erin.joins(north, room)
  for (const whom of [dave, erin]) await mentor.ask(north, `PUT /v1/people/${whom.username}/block`)
  const socket = await dave.calls(t, south)

  t.false(await isListedFor(dave, room))
  t.is((await dave.ask(south, `GET /v1/rooms/${room}`)).status, 404)
  t.is((await joins(dave, room)).status, 404)
  t.is((await socket.ask({ type: 'subscribe', room }))['code'], 'not_found')
  t.is((await invites(mentor, room, dave)).status, 404)
  t.is((await invites(admin, room, dave)).status, 404)
  t.is((await erin.ask(south, `GET /v1/rooms/${room}/messages`)).status, 200)
  t.true(await isListedFor(carol, room))
})

test('a mentor’s block keeps no room from admins', async (t) => {
  const mentor = await Neighbour.moveIn(world(), north, 'mentor', 'mentor')
  const room = await mentor.opens(north)
  t.is((await mentor.ask(north, `PUT /v1/people/${admin.username}/block`)).status, 204)

  t.true(await isListedFor(admin, room))
  t.is((await admin.ask(south, `GET /v1/rooms/${room}`)).status, 200)
  t.is((await admin.ask(south, `PATCH /v1/rooms/${room}`, { topic: '조용히' })).status, 200)
  t.is((await admin.ask(south, `POST /v1/rooms/${room}/close`)).status, 202)
})

test.serial(
  'the list leaves out rooms whose mentor I mute, with full pages, and shows them when asked for',
  async (t) => {
    const dave = await Neighbour.moveIn(world(), north, 'dave')
    const quiet = await Neighbour.moveIn(world(), north, 'quiet', 'mentor')
    const loud = await Neighbour.moveIn(world(), north, 'loud', 'mentor')
    const rooms: string[] = []
    for (let turn = 0; turn < 4; turn += 1) {
      rooms.push(await quiet.opens(north))
      await loud.opens(north)
    }
    const muted = await loud.opens(north)
    await dave.ask(north, `PUT /v1/people/${loud.username}/mute`)

    const first = await dave.ask(south, 'GET /v1/rooms?kind=hosted&limit=2')
    const { next } = first.body['page'] as { next: string }
    const second = await dave.ask(south, `GET /v1/rooms?kind=hosted&limit=2&cursor=${next}`)

    const ids = [first, second].map(({ body }) => (body['items'] as { id: string }[]).map((item) => item.id))
    t.deepEqual(ids, [
      [rooms[3], rooms[2]],
      [rooms[1], rooms[0]],
    ])
    t.is((await dave.ask(south, `GET /v1/rooms/${muted}`)).status, 200)
  },
)
