import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { call } from '../accounts/client.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'
import { Neighbour, line, openHouse, placeOf } from './house.ts'
import type { House } from './house.ts'

const world = worldOf(test)
let house: House
let alice: Neighbour
let bob: Neighbour

test.before('a server, a mentor and a member', async () => {
  house = await openHouse(world(), { SEATS_MAX: 20, ROOMS_PER_MENTOR: 40 })
  alice = await Neighbour.moveIn(world(), house, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), house, 'bob')
})

interface RoomView {
  id: string
  name: string
  seats: number
  seatsTaken: number
  people: number
  unread: number
  mentor: { username: string }
}

async function pages(who: Neighbour, path: string): Promise<RoomView[][]> {
  const found: RoomView[][] = []
  for (let next: string | undefined = path; next !== undefined;) {
    const { body } = await who.ask(house, `GET ${next}`)
    found.push(body['items'] as RoomView[])
    const { next: cursor } = body['page'] as { next?: string }
    next = cursor === undefined ? undefined : `${path}&cursor=${cursor}`
  }
  return found
}

const say = (who: Neighbour, room: string, body: string) =>
  who.ask(house, `POST /v1/rooms/${room}/messages`, { id: randomUUIDv7(), body })

test('a mentor opens a room, a member may not', async (t) => {
  const room = { name: ' 우리 마당 ', topic: '이야기', seats: 20 }

  const opened = await alice.ask(house, 'POST /v1/rooms', room)
  const refused = await bob.ask(house, 'POST /v1/rooms', room)

  t.is(opened.status, 201)
  t.is(opened.headers.get('location'), `/v1/rooms/${String(opened.body['id'])}`)
  t.like(opened.body, { name: '우리 마당', topic: '이야기', seats: 20, seatsTaken: 0, state: 'open', kind: 'hosted' })
  t.is((opened.body['mentor'] as { username: string }).username, alice.username)
  t.is(refused.status, 403)
})

test('a room that is opened twice with one key, here and on another server, is one room and told in the same words', async (t) => {
  const elsewhere = await openHouse(world(), { SEATS_MAX: 20, ROOMS_PER_MENTOR: 40 })
  const open = (where: House, name: string) =>
    call(where.origin, 'POST /v1/rooms', {
      token: alice.token,
      headers: { 'idempotency-key': 'the-yard' },
      body: { name, topic: '', seats: 3 },
    })

  const first = await open(house, '한 번만')
  await bob.joins(house, String(first.body['id']))
  const again = await open(elsewhere, '한 번만')
  const other = await open(elsewhere, '두 번')

  t.is(first.status, 201)
  t.is(again.status, 201)
  t.is(again.headers.get('idempotency-replayed'), 'true')
  t.is(again.headers.get('location'), first.headers.get('location'))
  t.deepEqual(again.body, first.body)
  t.is(other.status, 422)
  t.is(other.body['code'], 'key_reused')
  t.is((await world().sql('rooms').where({ name: '한 번만' })).length, 1)
})

for (const [what, change] of [
  ['no name', { name: '   ' }],
  ['a name of 81 characters', { name: '가'.repeat(81) }],
  ['a topic of 501 characters', { topic: '가'.repeat(501) }],
  ['a name with a line break', { name: 'a\nb' }],
  ['no seat', { seats: 0 }],
  ['one seat too many', { seats: 21 }],
  ['half a seat', { seats: 1.5 }],
  ['a member that nobody knows', { mentor: '1' }],
] as const) {
  test(`a room with ${what} is refused`, async (t) => {
    const reply = await alice.ask(house, 'POST /v1/rooms', { name: 'ok', topic: '', seats: 1, ...change })

    t.is(reply.status, 422)
    t.is(reply.body['code'], 'bad_input')
  })
}

test('a name of 80 and a topic of 500 characters are kept whole', async (t) => {
  const name = '🎉'.repeat(80)
  const topic = '가'.repeat(500)
  const id = await alice.opens(house, { name, topic })

  t.like((await bob.ask(house, `GET /v1/rooms/${id}`)).body, { name, topic })
})

test('open rooms are listed newest first, page by page, each once', async (t) => {
  const opened: string[] = []
  for (let room = 0; room < 5; room += 1) opened.push(await alice.opens(house))

  const listed = await pages(bob, '/v1/rooms?kind=hosted&limit=2')

  const ids = listed.flat().map((room) => room.id)
  t.true(listed.every((page) => page.length <= 2))
  t.deepEqual(
    ids.filter((id) => opened.includes(id)),
    opened.toReversed(),
  )
  t.is(new Set(ids).size, ids.length)
})

test('a room that was closed is not in the list of open rooms', async (t) => {
  const id = await alice.opens(house)
  await alice.ask(house, `POST /v1/rooms/${id}/close`)

  const ids = (await pages(bob, '/v1/rooms?limit=100')).flat().map((room) => room.id)

  t.false(ids.includes(id))
  t.true(ids.length > 0)
})

test('members are listed with their mentor', async (t) => {
  const id = await alice.opens(house)
  await bob.joins(house, id)

  const { body } = await bob.ask(house, `GET /v1/rooms/${id}/members`)

  t.deepEqual(
    (body['items'] as { username: string; isMentor: boolean }[]).map((member) => [member.username, member.isMentor]),
    [
      [alice.username, true],
      [bob.username, false],
    ],
  )
})

test('my rooms count what others said after I came in and have not read', async (t) => {
  const carol = await Neighbour.moveIn(world(), house, 'carol')
  const id = await alice.opens(house)
  await say(alice, id, 'before carol came')
  await carol.joins(house, id)
  const unread = async (): Promise<number> => (await pages(carol, '/v1/me/rooms?limit=1')).flat()[0]!.unread

  t.is(await unread(), 0)
  await say(alice, id, 'one')
  await say(alice, id, 'two')
  await say(carol, id, 'her own')
  t.is(await unread(), 2)

  const socket = await carol.listens(t, house, id)
  const other = await carol.listens(t, house, id)
  const { epoch, head } = socket.ofType('subscribed')[0] as unknown as { epoch: number; head: number }
  t.is((await socket.ask({ type: 'read', room: id, epoch, seq: head })).type, 'ok')
  const heard = await other.hears('the marker', (frame) => frame.type === 'read')
  t.is(await unread(), 0)
  t.is(heard['seq'], head)
  t.deepEqual(socket.ofType('read'), [])

  t.is((await socket.ask({ type: 'read', room: id, epoch, seq: head - 2 })).type, 'ok')
  t.is(await unread(), 0)
  t.is((await socket.ask({ type: 'read', room: id, epoch, seq: head + 1 }))['code'], 'bad_input')
})

test('what was deleted is not unread', async (t) => {
  const carol = await Neighbour.moveIn(world(), house, 'carol')
  const id = await alice.opens(house)
  await carol.joins(house, id)
  const socket = await alice.listens(t, house, id)
  const said = await socket.ask(line(id, 'taken back'))
  await socket.ask(line(id, 'stands'))

  await socket.ask({ type: 'delete', room: id, id: randomUUIDv7(), target: placeOf(said) })

  const { body } = await carol.ask(house, 'GET /v1/me/rooms')
  t.like((body['items'] as { id: string; unread: number }[])[0], { id, unread: 1 })
})

test('unread messages are counted up to 100', async (t) => {
  const carol = await Neighbour.moveIn(world(), house, 'carol')
  const id = await alice.opens(house)
  await carol.joins(house, id)
  const socket = await alice.listens(t, house, id)
  await Promise.all(Array.from({ length: 101 }, (_, turn) => socket.ask(line(id, `line ${turn}`))))

  const { body } = await carol.ask(house, `GET /v1/rooms/${id}`)

  t.like(body['me'], { unread: 100, standing: 'in', mayRead: true })
})

test('messages are paged backwards and forwards, each once', async (t) => {
  const id = await alice.opens(house)
  for (let turn = 1; turn <= 9; turn += 1) await say(alice, id, `line ${turn}`)
  const read = async (direction: 'before' | 'after', from: string): Promise<string[]> => {
    const bodies: string[] = []
    for (let at: string | undefined = from; at !== undefined;) {
      const query: string = at === '' ? '' : `&${direction}=${at}`
      const { body } = await alice.ask(house, `GET /v1/rooms/${id}/messages?limit=4${query}`)
      const items = (body['items'] as { kind: string; content: { body: string } }[]).filter((i) => i.kind === 'text')
      const some = items.map((item) => item.content.body)
      if (direction === 'before') bodies.unshift(...some)
      else bodies.push(...some)
      at = (body['page'] as { before?: string; after?: string })[direction]
    }
    return bodies
  }

  const all = Array.from({ length: 9 }, (_, turn) => `line ${turn + 1}`)
  t.deepEqual(await read('before', ''), all)
  t.deepEqual(await read('after', '1:0'), all)
  t.is((await alice.ask(house, `GET /v1/rooms/${id}/messages?before=1:2&after=1:3`)).status, 422)
  t.is((await alice.ask(house, `GET /v1/rooms/${id}/messages?before=soon`)).status, 422)
  t.is((await alice.ask(house, `GET /v1/rooms/${id}/messages?limit=101`)).status, 422)
})

test('people connected now are counted in the list, each once', async (t) => {
  const id = await alice.opens(house)
  await bob.joins(house, id)
  await alice.listens(t, house, id)
  await bob.listens(t, house, id)
  const second = await bob.listens(t, house, id)
  const people = async (): Promise<number> => Number((await bob.ask(house, `GET /v1/rooms/${id}`)).body['people'])

  await eventually(async () => (await people()) === 2)
  await second.close()

  t.is(await people(), 2)
})

test('only an admin sees the closings and tries them again', async (t) => {
  const admin = await Neighbour.moveIn(world(), house, 'admin', 'admin')
  const id = await alice.opens(house)
  await alice.ask(house, `POST /v1/rooms/${id}/close`)

  const { body } = await admin.ask(house, 'GET /v1/admin/closings?limit=1')
  const [closing] = body['items'] as { room: string }[]

  t.is(closing?.room, id)
  t.is((await admin.ask(house, `POST /v1/admin/closings/${id}/retry`)).status, 202, 'one that is under way is hurried')
  t.is((await admin.ask(house, 'POST /v1/admin/closings/999999/retry')).status, 404)
  t.is((await alice.ask(house, 'GET /v1/admin/closings')).status, 403)
  t.is((await alice.ask(house, `POST /v1/admin/closings/${id}/retry`)).status, 403)
  t.is((await admin.ask(house, 'GET /.well-known/jwks.json')).status, 200)
})

test('a room id that is none is bad input, one that is not there not found', async (t) => {
  t.is((await bob.ask(house, 'GET /v1/rooms/abc')).status, 422)
  t.is((await bob.ask(house, 'GET /v1/rooms/999999')).status, 404)
  t.is((await bob.ask(house, 'POST /v1/rooms/999999/close')).status, 404)
})

test('who asks for the socket without an upgrade is told to upgrade', async (t) => {
  for (const headers of [{}, { authorization: `Bearer ${alice.token}` }]) {
    const reply = await call(house.origin, 'GET /v1/socket', { headers })

    t.is(reply.status, 426)
    t.is(reply.body['code'], 'upgrade_required')
    t.is(reply.headers.get('upgrade'), 'websocket')
  }
  t.is((await call(house.origin, 'POST /v1/socket')).status, 405)
})
