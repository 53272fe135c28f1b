import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'
import { Neighbour, entriesOf, line, openHouse } from './house.ts'
import type { House } from './house.ts'

const world = worldOf(test)
let north: House
let south: House
let alice: Neighbour
let bob: Neighbour
let admin: Neighbour

test.serial.before('two servers, a mentor, a member and an admin', async () => {
  north = await openHouse(world(), { SEATS_MAX: 20, ROOMS_PER_MENTOR: 100 })
  south = await openHouse(world(), { SEATS_MAX: 20, ROOMS_PER_MENTOR: 100 })
  alice = await Neighbour.moveIn(world(), north, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), north, 'bob')
  admin = await Neighbour.moveIn(world(), north, 'admin', 'admin')
})

const change = (who: Neighbour, room: string, settings: object) => who.ask(north, `PATCH /v1/rooms/${room}`, settings)

async function roomWithBob(settings: Record<string, unknown> = {}): Promise<string> {
  const room = await alice.opens(north, settings)
  await bob.joins(north, room)
  return room
}

test('a room is opened with its rules, and shows them', async (t) => {
  const rules = { entry: 'invited', speak: 'mentors', slowModeSeconds: 3600 }
  const room = await alice.opens(north, rules)

  t.like((await alice.ask(south, `GET /v1/rooms/${room}`)).body, rules)
  t.like((await alice.ask(south, `GET /v1/rooms/${await alice.opens(north)}`)).body, {
    ...{ entry: 'open', speak: 'members', slowModeSeconds: 0 },
  })
})

test('mentor and admin change what they name and nothing else; members see who changed what', async (t) => {
  const room = await roomWithBob()
  const socket = await bob.listens(t, south, room)

  const changed = await change(alice, room, { name: ' 새 마당 ', slowModeSeconds: 5 })
  const again = await change(admin, room, { topic: '바람', slowModeSeconds: 5 })

  t.is(changed.status, 200)
  t.like(changed.body, { name: '새 마당', topic: '', seats: 10, slowModeSeconds: 5 })
  t.like(again.body, { name: '새 마당', topic: '바람' })
  await eventually(() => entriesOf(socket).filter((entry) => entry['kind'] === 'settings').length === 2)
  const told = entriesOf(socket).filter((entry) => entry['kind'] === 'settings')
  t.deepEqual(
    told.map((entry) => entry['content']),
    [
      {
        by: { id: String(alice.account), username: alice.username },
        changed: { name: '새 마당', slowModeSeconds: 5 },
      },
      { by: { id: String(admin.account), username: admin.username }, changed: { topic: '바람' } },
    ],
  )
})

test('what is the same already changes nothing and is not told', async (t) => {
  const room = await roomWithBob()

  t.is((await change(alice, room, { seats: 10, name: '장독대' })).status, 200)
  t.is((await change(alice, room, {})).status, 200)

  const { body } = await alice.ask(north, `GET /v1/rooms/${room}/messages`)
  t.deepEqual(
    (body['items'] as { kind: string }[]).map((item) => item.kind),
    ['join', 'join'],
  )
})

for (const [what, settings] of [
  ['an empty name', { name: ' ' }],
  ['no seat', { seats: 0 }],
  ['one seat too many', { seats: 21 }],
  ['a slow mode of an hour and a second', { slowModeSeconds: 3601 }],
  ['a slow mode that runs backwards', { slowModeSeconds: -1 }],
  ['an entry that nobody knows', { entry: 'closed' }],
  ["a mentor of one's choice", { mentor: '1' }],
  ['a state', { state: 'closed' }],
] as const) {
  test(`${what} is refused`, async (t) => {
    const room = await alice.opens(north)

    const reply = await change(alice, room, settings)

    t.is(reply.status, 422)
    t.is(reply.body['code'], 'bad_input')
  })
}

test('the limits themselves are accepted', async (t) => {
  const room = await alice.opens(north)

  t.like((await change(alice, room, { seats: 20, slowModeSeconds: 3600 })).body, { seats: 20, slowModeSeconds: 3600 })
})

test('there are never fewer seats than are taken', async (t) => {
  const room = await roomWithBob()
  const carol = await Neighbour.moveIn(world(), north, 'carol')
  await carol.joins(north, room)

  const tooFew = await change(alice, room, { seats: 1 })

  t.is(tooFew.body['code'], 'conflict')
  t.like((await change(alice, room, { seats: 2 })).body, { seats: 2, seatsTaken: 2 })
})

test('neither members nor the lobby nor a closed room can be changed', async (t) => {
  const room = await roomWithBob()
  const { body } = await bob.ask(north, 'GET /v1/rooms?kind=lobby')
  const [lobby] = body['items'] as { id: string }[]

  t.is((await change(bob, room, { name: '내 마당' })).status, 403)
  t.is((await change(admin, lobby!.id, { name: '내 마당' })).status, 409)
  t.is((await change(alice, '999999', { name: '내 마당' })).status, 404)
  await alice.ask(north, `POST /v1/rooms/${room}/close`)
  t.is((await change(alice, room, { name: '늦었다' })).body['code'], 'room_closed')
})

test('where only mentors speak a member is muted at once on every server, and heard when given the word', async (t) => {
  const room = await roomWithBob()
  const socket = await bob.listens(t, south, room)
  const before = line(room, 'before')
  const kept = await socket.ask(before)

  await change(alice, room, { speak: 'mentors' })

  const refused = await socket.ask(line(room, 'after'))
  t.like(refused, { type: 'error', code: 'muted', status: 403 })
  t.is((await bob.ask(north, `POST /v1/rooms/${room}/messages`, { id: randomUUIDv7(), body: 'x' })).status, 403)
  const target = `${String(kept['epoch'])}:${String(kept['seq'])}`
  t.is((await socket.ask({ type: 'edit', room, id: randomUUIDv7(), target, body: 'changed' }))['code'], 'muted')
  t.is((await socket.ask({ type: 'react', room, id: randomUUIDv7(), target, emoji: '👍' })).type, 'ack')
  t.like(await socket.ask(before), { type: 'ack', duplicate: true, seq: kept['seq'] })
  t.is((await socket.ask({ type: 'delete', room, id: randomUUIDv7(), target })).type, 'ack')
  const mentor = await alice.listens(t, south, room)
  t.is((await mentor.ask(line(room, 'the mentor speaks'))).type, 'ack')

  t.is((await alice.ask(north, `PUT /v1/rooms/${room}/members/${bob.username}/word`)).status, 204)
  t.is((await socket.ask(line(room, 'with the word'))).type, 'ack')
  t.like((await bob.ask(north, `GET /v1/rooms/${room}`)).body['me'], { hasWord: true })
  t.is((await alice.ask(north, `DELETE /v1/rooms/${room}/members/${bob.username}/word`)).status, 204)
  t.is((await socket.ask(line(room, 'without it')))['code'], 'muted')
  t.is((await bob.ask(north, `PUT /v1/rooms/${room}/members/${bob.username}/word`)).status, 403)
})

test('in slow mode one message of a person is kept at a time, on whichever server; the mentor is free', async (t) => {
  const room = await roomWithBob({ slowModeSeconds: 3600 })
  const [here, there] = [await bob.listens(t, north, room), await bob.listens(t, south, room)]
  const first = line(room, 'one')

  const kept = await here.ask(first)
  const early = await there.ask(line(room, 'two'))

  t.is(kept.type, 'ack')
  t.like(early, { type: 'error', code: 'rate_limited' })
  t.true(Number(early['retryAfter']) > 3500 && Number(early['retryAfter']) <= 3600)
  const overHttp = await bob.ask(south, `POST /v1/rooms/${room}/messages`, { id: randomUUIDv7(), body: 'three' })
  t.is(overHttp.status, 429)
  t.true(Number(overHttp.headers.get('retry-after')) > 3500)
  t.like(await there.ask(first), { type: 'ack', duplicate: true, seq: kept['seq'] })
  const mentor = await alice.listens(t, south, room)
  for (const body of ['four', 'five']) t.is((await mentor.ask(line(room, body))).type, 'ack')
  const { body } = await alice.ask(north, `GET /v1/rooms/${room}/messages`)
  t.deepEqual(
    (body['items'] as { kind: string; content: { body: string } }[])
      .filter((item) => item.kind === 'text')
      .map((item) => item.content.body),
    ['one', 'four', 'five'],
  )
})

test('rules that change while people speak hold from the acknowledgement on', async (t) => {
  const room = await roomWithBob()
  const socket = await bob.listens(t, south, room)
  let isChanged = false
  const late: string[] = []
  const speaking = (async () => {
    for (let turn = 0; turn < 200; turn += 1) {
      const wasChanged = isChanged
      const answer = await socket.ask(line(room, `line ${turn}`))
      if (wasChanged && answer.type === 'ack') late.push(`line ${turn}`)
    }
  })()
  await eventually(() => entriesOf(socket).length > 20)

  await change(alice, room, { speak: 'mentors' })
  isChanged = true
  await speaking

  t.deepEqual(late, [])
  const kinds = entriesOf(socket).map((entry) => entry['kind'])
  t.true(kinds.includes('settings'))
  t.deepEqual(kinds.slice(kinds.indexOf('settings') + 1), [])
})
