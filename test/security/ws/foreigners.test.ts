import { randomUUIDv7 } from 'node:crypto'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { call, signUp } from '../../accounts/client.ts'
import type { Person } from '../../accounts/client.ts'
import { sharedBy } from '../../support/shared.ts'
import { stackOf } from '../../support/stack.ts'
import { Ear } from '../../support/ear.ts'
import type { Client, ClientSocket, Door } from './clients/client.ts'
import { foreigners } from './clients/index.ts'
import { closing, opcodes } from './frames.ts'

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

test('in CI all four clients speak', (t) => {
  const hasPython = Boolean(process.env['WSPROTO_PYTHON'])
  t.is(foreigners.filter(({ canRun }) => canRun).length, process.env['CI'] || hasPython ? 4 : 3)
})

test.after.always(() => {
  for (const client of foreigners) client.end?.()
})

const doorOf = (person: Person, changes: Partial<Door> = {}): Door => ({
  url: `${stack().address.replace('http', 'ws')}/v1/socket`,
  protocols: ['madang.v1'],
  headers: { authorization: `Bearer ${person.access}` },
  ...changes,
})

const say = (socket: ClientSocket, said: Record<string, unknown>): void => {
  socket.say({ opcode: opcodes.text, payload: JSON.stringify(said) })
}

async function leave(t: ExecutionContext, socket: ClientSocket): Promise<void> {
  socket.say(closing(1000, 'bye'))
  t.is((await socket.ended).code, 1000)
}

/** The word of a client that is not let in; a page is not told why. */
const refusal = ({ name }: Client, status: number): RegExp =>
  name === 'undici' ? /^refused$/ : RegExp(`^refused: ${status}$`)

for (const client of foreigners) {
  const { name, canRun } = client
  const run = canRun ? test : test.skip
  const enter = async (t: ExecutionContext, person: Person, changes: Partial<Door> = {}) => {
    const ear = new Ear()
    const socket = await client.open(doorOf(person, changes), { text: (text) => ear.hear(text) })
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
      say(socket, { type: 'subscribe', ref: 'in', room })
      await ear.hears('subscribed', ({ type }) => type === 'subscribed')
    }
    say(speaker.socket, { type: 'send', ref: 1, room, id, body })
    const ack = await speaker.ear.hears('ack', ({ ref }) => ref === 1)
    const heard = await listener.ear.hears('the entry', (frame) => frame['id'] === id)

    t.like(ack, { type: 'ack', id, duplicate: false })
    t.like(heard, { type: 'entry', seq: ack['seq'], epoch: ack['epoch'], content: { body } })
    t.is(speaker.socket.protocol, 'madang.v1')
    await leave(t, speaker.socket)
  })

  run(`${name} is given no compression, whether it offers it or not`, async (t) => {
    for (const isDeflateOffered of [true, false]) {
      const { socket, ear } = await enter(t, house().alice, { isDeflateOffered })
      say(socket, { type: 'ping', ref: 'plain' })
      await ear.hears('pong', ({ ref }) => ref === 'plain')
      t.is(socket.extensions, '')
      await leave(t, socket)
    }
  })

  run(`${name} is refused without a name, and without the subprotocol`, async (t) => {
    const silent = new Ear()
    const enterAs = (changes: Partial<Door>) =>
      client.open(doorOf(house().alice, changes), { text: (text) => silent.hear(text) })

    const nobody = await t.throwsAsync(enterAs({ headers: {} }))
    const stranger = await t.throwsAsync(enterAs({ protocols: ['chat'] }))

    t.regex(nobody?.message ?? '', refusal(client, 401))
    t.regex(stranger?.message ?? '', refusal(client, 400))
    t.deepEqual(silent.frames, [])
  })

  run(
    `${name} chooses ours among the subprotocols that it offers, and another version of it ends with 4520`,
    async (t) => {
      const { socket } = await enter(t, house().alice, { protocols: ['chat', 'madang.v1', 'madang.v2'] })
      t.is(socket.protocol, 'madang.v1')

      const later = await client.open(doorOf(house().alice, { protocols: ['madang.v2'] }), { text: () => undefined })

      t.is((await later.ended).code, 4520)
    },
  )

  run(`${name} comes in by a ticket, once, and is told only our subprotocol`, async (t) => {
    const { alice } = house()
    const { body } = await call(stack().address, 'POST /v1/socket-tickets', { token: alice.access })
    const byTicket = { headers: {}, protocols: ['madang.v1', `ticket.${String(body['ticket'])}`] }

    const { socket, ear } = await enter(t, alice, byTicket)
    const again = await t.throwsAsync(client.open(doorOf(alice, byTicket), { text: () => undefined }))
    say(socket, { type: 'ping', ref: 'inside' })
    await ear.hears('pong', ({ ref }) => ref === 'inside')

    t.is(socket.protocol, 'madang.v1')
    t.regex(again?.message ?? '', refusal(client, 401))
    await leave(t, socket)
  })
}
