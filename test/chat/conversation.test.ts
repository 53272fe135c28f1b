import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { eventually } from '../support/eventually.ts'
import { openHouse, bodiesOf, entriesOf, hearsLine, line, placeOf } from './house.ts'
import { trioOf } from './trio.ts'

const { world, trio } = trioOf(test)

test('hello says what a client must know', async (t) => {
  const { east, alice } = trio()
  const socket = await alice.calls(t, east)

  const [hello] = socket.ofType('hello')

  t.is(hello?.['protocol'], 'madang.v1')
  t.is(hello?.['username'], alice.username)
  t.is(hello?.['maxFrame'], 16_384)
  t.is(hello?.['durability'], 'always')
  t.true(Math.abs(Date.parse(String(hello?.['now'])) - Date.now()) < 5000)
})

test('what is said on one server is heard on both, in one order', async (t) => {
  const { east, west, alice, bob, carol, roomOfThree } = trio()
  const room = await roomOfThree()
  const sockets = [await alice.listens(t, east, room), await bob.listens(t, east, room)]
  const far = await carol.listens(t, west, room)

  const said = Array.from({ length: 60 }, (_, turn) => {
    const speaker = turn % 3 === 2 ? far : sockets[turn % 3]!
    return speaker.ask(line(room, `line ${turn} 안녕 🎉`))
  })
  const acks = await Promise.all(said)
  await eventually(() => [...sockets, far].every((socket) => bodiesOf(socket).length === 60))

  t.true(acks.every((ack) => ack.type === 'ack' && ack['duplicate'] === false && ack['kept'] === 'buffered'))
  t.deepEqual(bodiesOf(far), bodiesOf(sockets[0]!))
  t.deepEqual(bodiesOf(far), bodiesOf(sockets[1]!))
  t.deepEqual(
    entriesOf(far).map((entry) => entry['seq']),
    Array.from({ length: 60 }, (_, index) => index + 4),
  )
  const speakers = new Set(entriesOf(far).map((entry) => entry['from']))
  t.true([alice, bob, carol].every((person) => speakers.has(person.username)))
  t.is(speakers.size, 3)
})

test("a speaker's lines keep their order, also behind one that has to be looked up", async (t) => {
  const { east, bob, roomOfThree } = trio()
  const room = await roomOfThree()
  const socket = await bob.listens(t, east, room)
  const first = await socket.ask(line(room, 'the first'))

  const rest = Array.from({ length: 40 }, (_, turn) =>
    socket.ask(line(room, `line ${turn}`, turn % 7 === 0 ? { replyTo: placeOf(first) } : {})),
  )
  const acks = await Promise.all(rest)

  t.deepEqual(
    acks.map((ack) => ack['seq']),
    acks.map((_, turn) => Number(first['seq']) + 1 + turn),
  )
})

test('the same id is kept once, on whichever server it is repeated', async (t) => {
  const { east, west, bob, roomOfThree } = trio()
  const room = await roomOfThree()
  const [near, far] = [await bob.listens(t, east, room), await bob.listens(t, west, room)]
  const said = line(room, 'only once')

  const first = await near.ask(said)
  const again = await far.ask(said)
  const overHttp = await bob.ask(west, `POST /v1/rooms/${room}/messages`, { id: said['id'], body: 'only once' })

  t.false(first['duplicate'] as boolean)
  t.true(again['duplicate'] as boolean)
  t.is(placeOf(again), placeOf(first))
  t.is(overHttp.status, 200)
  t.is(overHttp.body['seq'], first['seq'])
})

test('a message over HTTP takes the same way', async (t) => {
  const { east, west, alice, bob, roomOfThree } = trio()
  const room = await roomOfThree()
  const socket = await alice.listens(t, west, room)

  const reply = await bob.ask(east, `POST /v1/rooms/${room}/messages`, { id: randomUUIDv7(), body: 'by HTTP' })
  const entry = await hearsLine(socket, 'by HTTP')

  t.is(reply.status, 201)
  t.is(entry['seq'], reply.body['seq'])
  t.is(entry['from'], bob.username)
})

test('who comes back is told exactly what was missed', async (t) => {
  const { east, west, alice, carol, roomOfThree } = trio()
  const room = await roomOfThree()
  const speaker = await alice.listens(t, east, room)
  const listener = await carol.listens(t, west, room)
  await speaker.ask(line(room, 'before'))
  const last = await hearsLine(listener, 'before')
  await listener.close()
  for (let turn = 0; turn < 20; turn += 1) await speaker.ask(line(room, `missed ${turn}`))

  const after = { epoch: last['epoch'], after: last['seq'] }
  const storm = Array.from({ length: 30 }, (_, turn) => speaker.ask(line(room, `live ${turn}`)))
  const back = await carol.listens(t, west, room, after)
  await Promise.all(storm)
  await hearsLine(back, 'live 29')

  const seqs = entriesOf(back).map((entry) => Number(entry['seq']))
  t.deepEqual(
    seqs,
    Array.from({ length: 50 }, (_, index) => Number(last['seq']) + 1 + index),
  )
  t.true(back.ofType('subscribed')[0]?.['recovered'] as boolean)
})

test('who is too far behind is told the gap, and hears what follows', async (t) => {
  const { east, bob, roomOfThree } = trio()
  const small = await openHouse(world(), { RESUME_MAX_ENTRIES: 10 })
  const room = await roomOfThree()
  for (let turn = 0; turn < 11; turn += 1) {
    await bob.ask(east, `POST /v1/rooms/${room}/messages`, { id: randomUUIDv7(), body: `old ${turn}` })
  }
  const head = (await bob.ask(east, `GET /v1/rooms/${room}/messages`)).body['head'] as { epoch: number; seq: number }

  const within = await bob.listens(t, small, room, { epoch: head.epoch, after: head.seq - 10 })
  const behind = await bob.listens(t, small, room, { epoch: head.epoch, after: head.seq - 11 })
  await behind.ask(line(room, 'live'))
  await hearsLine(behind, 'live')

  t.is(bodiesOf(within).filter((body) => body.startsWith('old')).length, 10)
  t.deepEqual(within.ofType('gap'), [])
  t.like(behind.ofType('gap')[0], {
    from: `${head.epoch}:${head.seq - 10}`,
    to: `${head.epoch}:${head.seq}`,
  })
  t.is(behind.ofType('subscribed')[0]?.['recovered'], false)
  t.deepEqual(bodiesOf(behind), ['live'])
})

test('frames that are wrong are answered once, with their ref, and keep nothing', async (t) => {
  const { east, bob, roomOfThree } = trio()
  const room = await roomOfThree()
  const socket = await bob.listens(t, east, room)

  const answers = [
    await socket.ask({ type: 'dance' }),
    await socket.ask(line(room, 'with no picture', { media: ['1'] })),
    await socket.ask(line(room, '')),
    await socket.ask(line(room, ' \n\t')),
    await socket.ask(line(room, 'x'.repeat(4097))),
    await socket.ask(line(room, '가'.repeat(1366))),
    await socket.ask(line(room, '각'.normalize('NFD'))),
    await socket.ask({ ...line(room, 'half \ud83d'), type: 'send' }),
    await socket.ask({ ...line(room, 'no uuid'), id: 'b7b0a6a2-6f6c-4b57-9d5e-0f8d6f0f1f11' }),
    await socket.ask({ ...line(room, 'extra'), sender: '7' }),
  ]

  t.deepEqual(
    answers.map((answer) => answer['code']),
    [
      ...['unsupported', 'bad_input', 'bad_input', 'bad_input', 'bad_input'],
      ...['bad_input', 'bad_input', 'bad_input', 'bad_id', 'bad_input'],
    ],
  )
  t.deepEqual(bodiesOf(socket), [])
  t.is(new Set(answers.map((answer) => answer['ref'])).size, answers.length)
})

test('a body of 4096 bytes is kept as it came', async (t) => {
  const { east, bob, roomOfThree } = trio()
  const room = await roomOfThree()
  const socket = await bob.listens(t, east, room)
  const bodies = ['x'.repeat(4096), `${'가'.repeat(1364)}🎉`, '"\\'.repeat(2048), 'two\nlines\u2028and a\ttab']

  for (const body of bodies) t.is((await socket.ask(line(room, body))).type, 'ack')
  await hearsLine(socket, bodies.at(-1)!)

  t.deepEqual(bodiesOf(socket), bodies)
})

test('one account may say so much in a second over all its sockets', async (t) => {
  const { bob, carol, roomOfThree } = trio()
  const strict = await openHouse(world(), { MESSAGES_PER_SECOND: 5 })
  const room = await roomOfThree()
  const sockets = [await bob.listens(t, strict, room), await bob.listens(t, strict, room)]

  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, turn) => sockets[turn % 2]!.ask(line(room, `line ${turn}`))),
  )

  t.is(answers.filter((answer) => answer.type === 'ack').length, 5)
  t.is(answers.filter((answer) => answer['code'] === 'rate_limited').length, 1)
  t.is((await (await carol.listens(t, strict, room)).ask(line(room, 'unharmed'))).type, 'ack')
})

test('a socket listens to so many rooms and not one more', async (t) => {
  const { east, alice } = trio()
  const strict = await openHouse(world(), { ROOMS_PER_SOCKET: 2 })
  const rooms = [await alice.opens(east), await alice.opens(east), await alice.opens(east)]
  const socket = await alice.calls(t, strict)

  const answers = [
    await socket.ask({ type: 'subscribe', room: rooms[0] }),
    await socket.ask({ type: 'subscribe', room: rooms[1] }),
    await socket.ask({ type: 'subscribe', room: rooms[2] }),
    await socket.ask({ type: 'unsubscribe', room: rooms[0] }),
    await socket.ask({ type: 'subscribe', room: rooms[2] }),
  ]

  t.deepEqual(
    answers.map((answer) => answer.type),
    ['subscribed', 'subscribed', 'error', 'ok', 'subscribed'],
  )
})

test('a ping is answered', async (t) => {
  const { east, bob } = trio()
  const socket = await bob.calls(t, east)

  t.is((await socket.ask({ type: 'ping' })).type, 'pong')
})
