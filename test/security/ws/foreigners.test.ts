import { randomUUIDv7 } from 'node:crypto'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { call, signUp } from '../../accounts/client.ts'
import type { Person } from '../../accounts/client.ts'
import { sharedBy } from '../../support/shared.ts'
import { stackOf } from '../../support/stack.ts'
import { Ear } from './foreign.ts'
import type { Door, ForeignSocket, Hearing } from './foreign.ts'
import { openFaye, openUndici, openWs, openWsproto } from './foreigners.ts'

/** Clients that we did not write hold whole conversations with our servers, through Nginx. */
const stack = stackOf(test)

interface House {
  alice: Person
  bob: Person
  room: string
}

const house = sharedBy(test, 'a room with alice and bob in it', async (): Promise<House> => {
  const origin = stack().serverAddress('server-1')
  const [alice, bob] = [await signUp(origin, 'alice'), await signUp(origin, 'bob')]
  await stack().world.sql('accounts').where({ username: alice.username }).update({ role: 'mentor' })
  const { body } = await call(origin, 'POST /v1/rooms', { body: { name: '마당', seats: 10 }, token: alice.access })
  const room = String(body['id'])
  await call(origin, `PUT /v1/rooms/${room}/members/me`, { token: bob.access })
  return { alice, bob, room }
})

const hasPython = Boolean(process.env['WSPROTO_PYTHON'])
const foreigners: { name: string; open: (door: Door, hear: Hearing) => Promise<ForeignSocket>; canRun: boolean }[] = [
  { name: 'ws', open: openWs, canRun: true },
  { name: 'undici', open: openUndici, canRun: true },
  { name: 'websocket-driver of faye', open: openFaye, canRun: true },
  { name: 'wsproto in Python', open: openWsproto, canRun: hasPython },
]

test('in CI all four clients speak', (t) => {
  t.is(foreigners.filter(({ canRun }) => canRun).length, process.env['CI'] || hasPython ? 4 : 3)
})

const doorOf = (person: Person, changes: Partial<Door> = {}): Door => ({
  url: `${stack().address.replace('http', 'ws')}/v1/socket`,
  protocols: ['madang.v1'],
  headers: { authorization: `Bearer ${person.access}` },
  ...changes,
})

const mostBytes = 16_384
/** A frame of exactly so many bytes that is answered. */
const pingOf = (bytes: number): string => {
  const short = JSON.stringify({ type: 'ping', ref: 'whole' })
  return short.slice(0, -1) + ' '.repeat(bytes - short.length) + short.slice(-1)
}

for (const { name, open, canRun } of foreigners) {
  const run = canRun ? test : test.skip
  const enter = async (t: ExecutionContext, person: Person, changes: Partial<Door> = {}) => {
    const ear = new Ear()
    const socket = await open(doorOf(person, changes), (text) => ear.hear(text))
    t.teardown(() => socket.drop())
    await ear.hears('hello', ({ type }) => type === 'hello')
    return { ear, socket }
  }

  run(`${name} says hello, listens, speaks, is acknowledged and heard, and leaves`, async (t) => {
    const { alice, bob, room } = house()
    const speaker = await enter(t, alice)
    const listener = await enter(t, bob)
    const id = randomUUIDv7()
    const body = `안녕하세요 👋🏽 ${name} — ${'가나다'.repeat(50)} 👨‍👩‍👧‍👦`

    for (const { socket, ear } of [speaker, listener]) {
      socket.text(JSON.stringify({ type: 'subscribe', ref: 'in', room }))
      await ear.hears('subscribed', ({ type }) => type === 'subscribed')
    }
    speaker.socket.text(JSON.stringify({ type: 'send', ref: 1, room, id, body }))
    const ack = await speaker.ear.hears('ack', ({ ref }) => ref === 1)
    const heard = await listener.ear.hears('the entry', (frame) => frame['id'] === id)

    t.like(ack, { type: 'ack', id, duplicate: false })
    t.like(heard, { type: 'entry', seq: ack['seq'], epoch: ack['epoch'], content: { body } })
    t.is(speaker.socket.protocol, 'madang.v1')
    speaker.socket.close(1000, 'bye')
    t.is((await speaker.socket.ended).code, 1000)
  })

  run(`${name} is given no compression, whether it offers it or not`, async (t) => {
    for (const isDeflateOffered of [true, false]) {
      const { socket, ear } = await enter(t, house().alice, { isDeflateOffered })
      socket.text(JSON.stringify({ type: 'ping', ref: 'plain' }))
      await ear.hears('pong', ({ ref }) => ref === 'plain')
      t.is(socket.extensions, '')
      socket.close(1000, '')
      await socket.ended
    }
  })

  run(`${name} may send a frame of the largest size, and is told that one byte more is too much`, async (t) => {
    const { socket, ear } = await enter(t, house().alice)

    socket.text(pingOf(mostBytes))
    await ear.hears('pong', ({ ref }) => ref === 'whole')
    socket.text(pingOf(mostBytes + 1))

    t.is((await socket.ended).code, 1009)
  })

  run(`${name} is closed with the code that it chooses`, async (t) => {
    for (const code of [1000, 3000, 4999]) {
      const { socket } = await enter(t, house().alice)
      socket.close(code, '안녕히 계세요')
      t.is((await socket.ended).code, code)
    }
  })

  run(`${name} is refused without a name, and without the subprotocol`, async (t) => {
    const silent = new Ear()
    const enterAs = (changes: Partial<Door>) => open(doorOf(house().alice, changes), (text) => silent.hear(text))

    const nobody = await t.throwsAsync(enterAs({ headers: {} }))
    const stranger = await t.throwsAsync(enterAs({ protocols: ['chat'] }))

    t.regex(nobody?.message ?? '', name === 'undici' ? /^refused$/ : /^refused: 401$/)
    t.regex(stranger?.message ?? '', name === 'undici' ? /^refused$/ : /^refused: 400$/)
    t.deepEqual(silent.frames, [])
  })

  run(
    `${name} chooses ours among the subprotocols that it offers, and another version of it ends with 4520`,
    async (t) => {
      const { socket } = await enter(t, house().alice, { protocols: ['chat', 'madang.v1', 'madang.v2'] })
      t.is(socket.protocol, 'madang.v1')

      const later = await open(doorOf(house().alice, { protocols: ['madang.v2'] }), () => undefined)

      t.is((await later.ended).code, 4520)
    },
  )

  if (name === 'undici') continue
  run(`${name} pings, and its ping is answered with what it said`, async (t) => {
    const { socket } = await enter(t, house().alice)

    await socket.ping?.('안녕')
    await socket.ping?.('x'.repeat(125))

    t.pass()
  })

  if (name.startsWith('websocket-driver')) continue
  run(`${name} sends a message in pieces with pings between them, and it is one`, async (t) => {
    const { socket, ear } = await enter(t, house().alice)
    const [first, second, third] = ['{"type":"ping",', '"ref":"조각', '조각"}']

    socket.pieces?.([first, second, third])
    socket.text(JSON.stringify({ type: 'ping', ref: 'after' }))
    await ear.hears('the pong after it', ({ ref }) => ref === 'after')

    t.deepEqual(
      ear.frames.filter(({ type }) => type === 'pong').map(({ ref }) => ref),
      ['조각조각', 'after'],
    )
  })
}
