import test from 'ava'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'
import { Neighbour, line, openHouse } from './house.ts'
import type { House } from './house.ts'

const world = worldOf(test)
let north: House
let south: House
let alice: Neighbour
let bob: Neighbour
let carol: Neighbour
let admin: Neighbour

test.serial.before('two servers, a mentor, two members and an admin', async () => {
  north = await openHouse(world(), { ROOMS_PER_MENTOR: 100 })
  south = await openHouse(world(), { ROOMS_PER_MENTOR: 100 })
  alice = await Neighbour.moveIn(world(), north, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), north, 'bob')
  carol = await Neighbour.moveIn(world(), north, 'carol')
  admin = await Neighbour.moveIn(world(), north, 'admin', 'admin')
})

const ban = (who: Neighbour, room: string, whom: Neighbour) =>
  who.ask(north, `PUT /v1/rooms/${room}/bans/${whom.username}`)
const unban = (who: Neighbour, room: string, whom: Neighbour) =>
  who.ask(north, `DELETE /v1/rooms/${room}/bans/${whom.username}`)
const joinOf = (who: Neighbour, room: string) => who.ask(south, `PUT /v1/rooms/${room}/members/me`)

async function roomWithBobAndCarol(seats = 2): Promise<string> {
  const room = await alice.opens(north, { seats })
  for (const member of [bob, carol]) await member.joins(north, room)
  return room
}

test('who is banned loses the seat, hears that and nothing more, on every server, and cannot come back', async (t) => {
  const room = await roomWithBobAndCarol()
  const [here, there] = [await bob.listens(t, north, room), await bob.listens(t, south, room)]
  const witness = await carol.listens(t, south, room)

  t.is((await ban(alice, room, bob)).status, 204)
  t.is((await ban(alice, room, bob)).status, 204)
  t.is((await witness.ask(line(room, 'he is gone'))).type, 'ack')

  for (const socket of [here, there]) {
    const ended = await socket.hears('the end', (frame) => frame.type === 'unsubscribed')
    t.is(ended['reason'], 'banned')
    t.false(socket.ofType('entry').some((entry) => (entry['content'] as { body?: string }).body === 'he is gone'))
  }
  const told = await witness.hears('the ban', (frame) => frame['kind'] === 'ban')
  t.like(told['content'], { who: { username: bob.username }, by: { username: alice.username } })
  t.is(witness.ofType('entry').filter((entry) => entry['kind'] === 'ban').length, 1)
  t.is((await joinOf(bob, room)).status, 403)
  t.is((await bob.ask(south, `GET /v1/rooms/${room}/messages`)).status, 404)
  t.is((await here.ask({ type: 'subscribe', room }))['code'], 'not_member')
  t.is((await here.ask(line(room, 'but')))['code'], 'not_member')
  t.like((await bob.ask(north, `GET /v1/rooms/${room}`)).body, { seatsTaken: 1, me: { ...standing('banned') } })
})

const standing = (is: string) => ({
  ...{ unread: 0, readUpTo: null, standing: is, mayRead: false, hasWord: false },
})

test('somebody who never was in can be banned, and a lifted ban gives the right to come in, not the seat', async (t) => {
  const room = await alice.opens(north, { seats: 1 })

  t.is((await ban(alice, room, bob)).status, 204)
  t.is((await joinOf(bob, room)).status, 403)
  t.is((await unban(alice, room, bob)).status, 204)
  t.is((await unban(alice, room, bob)).status, 204)

  t.like((await bob.ask(north, `GET /v1/rooms/${room}`)).body, { seatsTaken: 0, me: standing('left') })
  await bob.joins(south, room)
  const socket = await bob.listens(t, south, room)
  t.is((await socket.ask(line(room, 'back'))).type, 'ack')
})

test('bans are listed by page, for those who keep order only', async (t) => {
  const room = await roomWithBobAndCarol()
  for (const whom of [bob, carol]) await ban(alice, room, whom)

  const first = await alice.ask(north, `GET /v1/rooms/${room}/bans?limit=1`)
  const { next } = first.body['page'] as { next: string }
  const second = await admin.ask(south, `GET /v1/rooms/${room}/bans?limit=1&cursor=${next}`)

  const [one] = first.body['items'] as { username: string; by: { username: string } }[]
  t.is(one?.username, bob.username)
  t.is(one?.by.username, alice.username)
  t.is((second.body['items'] as { username: string }[])[0]?.username, carol.username)
  t.deepEqual(second.body['page'], {})
  t.is((await carol.ask(north, `GET /v1/rooms/${room}/bans`)).status, 403)
  t.is((await carol.ask(north, 'GET /v1/rooms/999999/bans')).status, 404)
})

test('the mentor cannot be banned, members ban nobody, and nobody is banned who is not there', async (t) => {
  const room = await roomWithBobAndCarol()

  t.is((await ban(admin, room, alice)).body['code'], 'conflict')
  t.is((await ban(bob, room, carol)).status, 403)
  t.is((await unban(bob, room, carol)).status, 403)
  t.is((await alice.ask(north, `PUT /v1/rooms/${room}/bans/nobody_at_all`)).status, 404)
  t.is((await ban(admin, room, bob)).status, 204)
})

test('in the lobby an admin silences: nothing is said, heard or read until the ban is lifted', async (t) => {
  const { body } = await bob.ask(north, 'GET /v1/rooms?kind=lobby')
  const lobby = (body['items'] as { id: string }[])[0]!.id
  const dave = await Neighbour.moveIn(world(), north, 'dave')
  const socket = await dave.listens(t, south, lobby)
  t.is((await socket.ask(line(lobby, 'spam'))).type, 'ack')

  t.is((await ban(alice, lobby, dave)).status, 403)
  t.is((await ban(admin, lobby, dave)).status, 204)

  await socket.hears('the end', (frame) => frame.type === 'unsubscribed')
  t.is((await socket.ask(line(lobby, 'more spam')))['code'], 'not_member')
  t.is((await dave.ask(south, `GET /v1/rooms/${lobby}/messages`)).status, 404)
  t.is((await joinOf(dave, lobby)).status, 403)
  t.is((await unban(admin, lobby, dave)).status, 204)
  t.is((await socket.ask(line(lobby, 'sorry'))).type, 'ack')
  t.is((await dave.ask(south, `GET /v1/rooms/${lobby}/messages`)).status, 200)
})

test('a ban that could not be announced is announced by the next attempt, and holds on every server from then on', async (t) => {
  const room = await roomWithBobAndCarol()
  const socket = await bob.listens(t, south, room)
  await world()
    .sql('room_members')
    .where({ room_id: Number(room), account_id: bob.account })
    .update({
      ...{ standing: 'banned', version: 4, changed_by: alice.account, announced: 0 },
    })
  await world()
    .sql('rooms')
    .where({ id: Number(room) })
    .update({ members_version: 4, seats_taken: 1 })
  t.is((await socket.ask(line(room, 'still here'))).type, 'ack')

  t.is((await ban(alice, room, bob)).status, 204)

  await eventually(() => socket.ofType('unsubscribed').length === 1)
  t.is((await socket.ask(line(room, 'still here?')))['code'], 'not_member')
})

test('bans and joins at once leave nobody in who is banned, and the seats right', async (t) => {
  for (let round = 0; round < 5; round += 1) {
    const room = await alice.opens(north)
    await Promise.all([joinOf(bob, room), ban(alice, room, bob), joinOf(bob, room)])
    const settled = await eventually(async () => {
      await ban(alice, room, bob)
      const { body } = await bob.ask(north, `GET /v1/rooms/${room}`)
      return (body['me'] as { standing: string }).standing === 'banned' ? body : undefined
    })
    t.is(settled['seatsTaken'], 0)
    t.is((await joinOf(bob, room)).status, 403)
  }
})
