import test from 'ava'
import type { ExecutionContext } from 'ava'
import type { Reply } from '../accounts/client.ts'
import { TestSocket } from '../platform/ws/test-socket.ts'
import { worldOf } from '../support/world.ts'
import { Neighbour, openHouse } from './house.ts'
import type { House } from './house.ts'

const world = worldOf(test)
let house: House
let alice: Neighbour
let bob: Neighbour
let carol: Neighbour

test.serial.before('a server of small limits, a mentor and two members', async () => {
  const rooms = { INVITATIONS_PER_MINUTE: 2, ROOM_CHANGES_PER_MINUTE: 2, CLOSINGS_PER_MINUTE: 2 }
  house = await openHouse(world(), { ...rooms, SOCKETS_PER_ADDRESS: 3, SOCKETS_PER_ACCOUNT: 2 })
  alice = await Neighbour.moveIn(world(), house, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), house, 'bob')
  carol = await Neighbour.moveIn(world(), house, 'carol')
})

function isOver(t: ExecutionContext, reply: Reply): void {
  t.is(reply.status, 429)
  t.is(reply.body['code'], 'rate_limited')
  t.true(Number(reply.headers.get('retry-after')) >= 1)
}

test('an account asks so many people in within a minute, and not one more, whatever room it is for', async (t) => {
  const [one, other] = [await alice.opens(house, { entry: 'invited' }), await alice.opens(house, { entry: 'invited' })]
  const invites = (who: Neighbour, room: string, whom: Neighbour) =>
    who.ask(house, `POST /v1/rooms/${room}/invitations`, { username: whom.username })

  t.is((await invites(alice, one, bob)).status, 201)
  t.is((await invites(alice, other, bob)).status, 201)
  isOver(t, await invites(alice, one, carol))

  const asked = await alice.ask(house, `GET /v1/rooms/${one}/invitations`)
  t.is((asked.body['items'] as unknown[]).length, 1)
  t.is((await invites(bob, one, carol)).status, 403)
})

test('an account changes rooms so often within a minute, and the change over is not made', async (t) => {
  const mentor = await Neighbour.moveIn(world(), house, 'mentor', 'mentor')
  const [one, other] = [await mentor.opens(house, { name: '처음' }), await mentor.opens(house)]
  const changes = (who: Neighbour, room: string, name: string) => who.ask(house, `PATCH /v1/rooms/${room}`, { name })

  t.is((await changes(mentor, one, '하나')).status, 200)
  t.is((await changes(mentor, other, '둘')).status, 200)
  isOver(t, await changes(mentor, one, '셋'))

  t.like((await mentor.ask(house, `GET /v1/rooms/${one}`)).body, { name: '하나' })
  t.is((await changes(bob, one, '넷')).status, 403)
})

test('an account closes so many rooms within a minute, and the one over stays open', async (t) => {
  const mentor = await Neighbour.moveIn(world(), house, 'mentor', 'mentor')
  const rooms = [await mentor.opens(house), await mentor.opens(house), await mentor.opens(house)] as const
  const closes = (room: string) => mentor.ask(house, `POST /v1/rooms/${room}/close`)

  t.is((await closes(rooms[0])).status, 202)
  t.is((await closes(rooms[1])).status, 202)
  isOver(t, await closes(rooms[2]))

  t.like((await mentor.ask(house, `GET /v1/rooms/${rooms[2]}`)).body, { state: 'open' })
  const dave = await Neighbour.moveIn(world(), house, 'dave', 'mentor')
  t.is((await dave.ask(house, `POST /v1/rooms/${rooms[2]}/close`)).status, 403)
})

test('an account and an address have so many sockets to one server, and not one more', async (t) => {
  const headersOf = (who: Neighbour) => ({ authorization: `Bearer ${who.token}` })
  const url = `${house.origin.replace('http', 'ws')}/v1/socket`
  await alice.calls(t, house)
  await alice.calls(t, house)

  const third = await TestSocket.open(url, { headers: headersOf(alice) })
  t.is((await third.ended).code, 4504)
  await bob.calls(t, house)
  const fourth = await TestSocket.refusal(url, { headers: headersOf(carol) })

  t.is(fourth.status, 429)
  t.is(fourth.body['code'], 'rate_limited')
})
