import test from 'ava'
import { signUp } from '../../accounts/client.ts'
import type { Person } from '../../accounts/client.ts'
import { eventually } from '../../support/eventually.ts'
import { sharedBy } from '../../support/shared.ts'
import { stackOf } from '../../support/stack.ts'
import type { Part } from './clients/client.ts'
import { closed, refused, understood, wholeRequest } from './corpus.ts'
import { frame, opcodes } from './frames.ts'
import { RawSocket, shakeHands, standardHeaders } from './raw-socket.ts'

/** Bytes that a client may send and those that none would, each on a connection of its own, through Nginx. */
const stack = stackOf(test)
const alice = sharedBy(test, 'alice', (): Promise<Person> => signUp(stack().serverAddress('server-1')))

const url = (): string => `${stack().address.replace('http', 'ws')}/v1/socket`
const headers = () => ({ Authorization: `Bearer ${alice().access}` })

async function enter(): Promise<RawSocket> {
  const socket = await RawSocket.open(url(), headers())
  await eventually(() => socket.said.some(({ type }) => type === 'hello'))
  return socket
}

const bytesOf = (parts: readonly Part[]): Buffer =>
  Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : frame(part))))

const answersTo = (socket: RawSocket): string[] =>
  socket.said
    .filter(({ type }) => type === 'pong' || type === 'error')
    .map(({ type, ref, code }) => `${String(type)} ${String(ref ?? code)}`)

const pongsTo = (socket: RawSocket): string[] =>
  socket.frames.filter(({ opcode }) => opcode === opcodes.pong).map(({ payload }) => payload.toString())

test.serial('what RFC 6455 allows is understood, in one piece and byte by byte', async (t) => {
  t.timeout(60_000)
  for (const { what, says, hears, pongs } of understood) {
    const bytes = bytesOf(says)
    for (const isByteByByte of [false, true]) {
      if (isByteByByte && bytes.length > 2000) continue
      const socket = await enter()
      for (const piece of isByteByByte ? [...bytes].map((byte) => Buffer.of(byte)) : [bytes]) await socket.sent(piece)
      await eventually(() => answersTo(socket).length === hears.length).catch(() => undefined)

      t.deepEqual(answersTo(socket), hears, what)
      t.deepEqual(pongsTo(socket), pongs, what)
      t.true(socket.isOpen, what)
      socket.drop()
    }
  }
})

test.serial('pings are answered in the middle of a message', async (t) => {
  const socket = await enter()

  socket.send(
    bytesOf([
      { opcode: opcodes.text, payload: '{', isLast: false },
      { opcode: opcodes.ping, payload: '안녕' },
    ]),
  )
  await eventually(() => pongsTo(socket).length > 0)

  t.deepEqual(pongsTo(socket), ['안녕'])
  socket.drop()
})

test.serial('what RFC 6455 or a limit forbids ends the connection with its code, and nobody else’s', async (t) => {
  t.timeout(120_000)
  const other = await enter()
  t.true(refused.length > 60)
  for (const { what, says, code } of refused) {
    const socket = await enter()
    socket.send(bytesOf(says))

    t.is(await socket.ended, code, what)
    t.deepEqual([...answersTo(socket), ...pongsTo(socket)], [], what)
  }
  other.send(bytesOf([wholeRequest]))
  await eventually(() => answersTo(other).length === 1)
  t.true(other.isOpen)
  other.drop()
  for (const server of ['server-1', 'server-2'] as const) t.notRegex(stack().logOf(server), /"level":"(error|fatal)"/)
})

test.serial('a close that is right is answered with the same code, and nothing after it is heard', async (t) => {
  for (const { what, says, code } of closed) {
    const socket = await enter()
    socket.send(bytesOf([...says, wholeRequest]))

    t.is(await socket.ended, code, what)
    t.deepEqual(answersTo(socket), [], what)
  }
})

const handshakes: [what: string, changes: Record<string, string>, status: number, method?: string][] = [
  ['without a key', { 'Sec-WebSocket-Key': '' }, 400],
  ['with a key that is too short', { 'Sec-WebSocket-Key': 'AAAA' }, 400],
  ['with a key that is no base64', { 'Sec-WebSocket-Key': '!'.repeat(24) }, 400],
  ['of a version before the standard', { 'Sec-WebSocket-Version': '7' }, 400],
  ['without a version', { 'Sec-WebSocket-Version': '' }, 400],
  ['by another method', {}, 400, 'POST'],
  ['to another protocol', { Upgrade: 'h2c' }, 400],
  ['without an upgrade', { Upgrade: '', Connection: '' }, 426],
  ['without a subprotocol', { 'Sec-WebSocket-Protocol': '' }, 400],
  ['with a subprotocol that is no token', { 'Sec-WebSocket-Protocol': 'madang.v1, a b' }, 400],
  ['with one subprotocol twice', { 'Sec-WebSocket-Protocol': 'madang.v1, madang.v1' }, 400],
]

test.serial('a handshake that is not right is refused with an ordinary answer', async (t) => {
  const answered: Record<string, number> = {}
  for (const [what, changes, , method] of handshakes) {
    const { socket, head } = await shakeHands(url(), { ...standardHeaders(), ...headers(), ...changes }, method)
    answered[what] = Number(head.split(' ')[1])
    t.regex(head, /content-type: application\/problem\+json/i, what)
    t.regex(head, /x-content-type-options: nosniff/i, what)
    socket.destroy()
  }

  t.deepEqual(answered, Object.fromEntries(handshakes.map(([what, , status]) => [what, status])))
})

const deflates = [
  'permessage-deflate',
  'permessage-deflate; client_max_window_bits; server_no_context_takeover',
  'permessage-deflate; server_max_window_bits=8, permessage-deflate',
  'x-unknown; a="b"',
]

test.serial('whatever extension is offered, none is granted', async (t) => {
  for (const offer of deflates) {
    const { socket, head } = await shakeHands(url(), {
      ...standardHeaders(),
      ...headers(),
      'Sec-WebSocket-Extensions': offer,
    })
    t.regex(head, /^HTTP\/1\.1 101 /, offer)
    t.notRegex(head, /sec-websocket-extensions/i, offer)
    socket.destroy()
  }
})
