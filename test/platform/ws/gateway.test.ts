import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { pino } from 'pino'
import { listenOnFile } from '../../../src/platform/http/unix-socket.ts'
import { shakeHands, standardHeaders } from '../../security/ws/raw-socket.ts'
import { eventually } from '../../support/eventually.ts'
import { alice, bob, createPorch, ourOrigin } from './porch.ts'
import { RawSocket } from '../../security/ws/raw-socket.ts'
import { TestSocket } from './test-socket.ts'

const asAlice = { authorization: 'Bearer alice' }
const from = (address: string) => ({ headers: { ...asAlice, 'x-forwarded-for': address } })

test('who is not signed in is refused before the upgrade, with the problem that HTTP would answer', async (t) => {
  const { url } = await createPorch(t)

  const nobody = await TestSocket.refusal(url)
  const late = await TestSocket.refusal(url, { headers: { authorization: 'Bearer expired' } })

  t.is(nobody.status, 401)
  t.is(nobody.body['code'], 'not_signed_in')
  t.is(late.status, 401)
  t.is(late.body['code'], 'session_expired')
})

for (const origin of [
  undefined,
  'null',
  'https://evil.example',
  `${ourOrigin}.evil.example`,
  'http://madang.example',
  `${ourOrigin}:8443`,
]) {
  test(`a cookie from origin ${origin ?? '(none)'} does not open a socket`, async (t) => {
    const { url, connections } = await createPorch(t)

    const refusal = await TestSocket.refusal(url, {
      headers: { cookie: 'session=alice' },
      ...(origin === undefined ? {} : { origin }),
    })

    t.is(refusal.status, 403)
    t.is(refusal.body['code'], 'forbidden')
    t.is(connections.length, 0)
  })
}

test('a cookie opens a socket from our own pages, a bearer token from anywhere', async (t) => {
  const { url, connections } = await createPorch(t)

  const cookie = await TestSocket.open(url, { headers: { cookie: 'session=alice' }, origin: ourOrigin })
  const bearer = await TestSocket.open(url, { headers: asAlice, origin: 'https://elsewhere.example' })

  t.is(connections.length, 2)
  await Promise.all([cookie.close(), bearer.close()])
})

test('a ticket opens one socket, and is gone', async (t) => {
  const { url, tickets, connections } = await createPorch(t)
  tickets.set('once', alice)
  const protocols = ['madang.v1', 'ticket.once']

  const socket = await TestSocket.open(url, { protocols })
  const again = await TestSocket.refusal(url, { protocols })

  t.is(socket.ws.protocol, 'madang.v1')
  t.is(connections[0]?.viewer.username, 'alice')
  t.is(again.status, 401)
  await socket.close()
})

test('a ticket may also come in the query', async (t) => {
  const { url, tickets } = await createPorch(t)
  tickets.set('once', bob)

  const socket = await TestSocket.open(`${url}?ticket=once`)

  t.is((await TestSocket.refusal(`${url}?ticket=once`)).status, 401)
  await socket.close()
})

test('the subprotocol must be offered; another version of it is told apart by 4520', async (t) => {
  const { url, connections, gateway } = await createPorch(t)

  const without = await TestSocket.refusal(url, { headers: asAlice, protocols: [] })
  const other = await TestSocket.refusal(url, { headers: asAlice, protocols: ['graphql-ws'] })
  const newer = await TestSocket.open(url, { headers: asAlice, protocols: ['madang.v2'] })

  t.is(without.status, 400)
  t.is(other.status, 400)
  t.is((await newer.ended).code, 4520)
  t.is(gateway.counts.closed.get('protocolVersion'), 1)
  t.is(gateway.counts.refused.get('malformed'), 2)
  t.is(gateway.counts.opened, 0)
  t.is(connections.length, 0)
})

test('who is sent away at the door and breaks the protocol on the way out ends nobody but themselves', async (t) => {
  const { url, open } = await createPorch(t, { socketsPerAccount: 1 })
  const brokenFrame = Buffer.from([0xff, 0x80, 0, 0, 0, 0])
  const newer = await RawSocket.open(url, { Authorization: 'Bearer alice', 'Sec-WebSocket-Protocol': 'madang.v2' })
  newer.send(brokenFrame)
  t.is(await newer.ended, 4520)

  await open(bob)
  const second = await RawSocket.open(url, { Authorization: 'Bearer bob' })
  second.send(brokenFrame)
  t.is(await second.ended, 4504)

  const { connection } = await open(alice)
  t.true(connection.isOpen)
})

test('sockets are offered at one path only', async (t) => {
  const { url } = await createPorch(t)

  t.is((await TestSocket.refusal(`${url}s`, { headers: asAlice })).status, 404)
  t.is((await TestSocket.refusal(url.replace('/v1/socket', '//'), { headers: asAlice })).status, 404)
})

test('an address may have so many sockets and not one more', async (t) => {
  const porch = await createPorch(t, { socketsPerAddress: 2 })
  const { socket } = await porch.open()
  await porch.open(bob)

  const third = await TestSocket.refusal(porch.url, { headers: asAlice })
  await socket.close()
  await eventually(() => porch.gateway.size === 1)
  const fourth = await porch.open()

  t.is(third.status, 429)
  t.is(third.body['code'], 'rate_limited')
  t.true(fourth.connection.isOpen)
})

test('the address is the one that the proxy saw', async (t) => {
  const { url } = await createPorch(t, { socketsPerAddress: 1 })

  const first = await TestSocket.open(url, from('6.6.6.6, 10.0.0.1'))
  const second = await TestSocket.open(url, from('6.6.6.6, 10.0.0.2'))

  t.is((await TestSocket.refusal(url, from('7.7.7.7, 10.0.0.2'))).status, 429)
  await Promise.all([first.close(), second.close()])
})

test('behind a unix socket the address is the one that the proxy saw, too, and who names none shares one', async (t) => {
  const { gateway } = await createPorch(t, { socketsPerAddress: 1 })
  const folder = mkdtempSync(join(tmpdir(), 'madang-ws-'))
  const server = createServer()
  gateway.attach(server)
  await listenOnFile(server, join(folder, 'server.sock'))
  t.teardown(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  const url = `ws+unix:${join(folder, 'server.sock')}:/v1/socket`

  const sockets = [
    await TestSocket.open(url, from('10.0.0.1')),
    await TestSocket.open(url, from('6.6.6.6, 10.0.0.2')),
    await TestSocket.open(url, { headers: asAlice }),
  ]

  for (const options of [from('10.0.0.1'), from('7.7.7.7, 10.0.0.2'), { headers: asAlice }]) {
    t.is((await TestSocket.refusal(url, options)).status, 429)
  }
  await Promise.all(sockets.map((socket) => socket.close()))
})

test('an account may have so many sockets; one more is closed with 4504', async (t) => {
  const porch = await createPorch(t, { socketsPerAccount: 2 })
  await porch.open()
  await porch.open()
  const others = await porch.open(bob)

  const third = await TestSocket.open(porch.url, { headers: asAlice })

  t.is((await third.ended).code, 4504)
  await eventually(() => porch.gateway.size === 3)
  t.true(others.connection.isOpen)
})

test('when a session ends its sockets are closed, and no others', async (t) => {
  const porch = await createPorch(t)
  const first = await porch.open()
  const second = await porch.open()
  const others = await porch.open(bob)

  porch.gateway.closeSessions([alice.session], 'notSignedIn')

  t.is((await first.socket.ended).code, 4500)
  t.is((await second.socket.ended).code, 4500)
  t.true(others.connection.isOpen)
  await eventually(() => porch.gateway.size === 1)
  t.deepEqual(porch.gateway.sessions, [bob.session])
})

test('a role that is given counts on open sockets', async (t) => {
  const porch = await createPorch(t)
  const { connection } = await porch.open()

  porch.gateway.roleChanged(alice.account, 'mentor')

  t.is(connection.viewer.role, 'mentor')
})

test('a draining server sends its sockets away with 4001, and hangs up on new ones so that Nginx asks another', async (t) => {
  const porch = await createPorch(t, { drainMs: 50 })
  const sockets = [await porch.open(), await porch.open(), await porch.open(bob)]

  const drained = porch.gateway.drain()
  await t.throwsAsync(TestSocket.refusal(porch.url, { headers: asAlice }), { code: 'ECONNRESET' })
  const ends = await Promise.all(sockets.map(({ socket }) => socket.ended))
  await drained

  t.deepEqual(
    ends.map((end) => end.code),
    [4001, 4001, 4001],
  )
  t.is(porch.gateway.size, 0)
})

test('a server without sockets is drained at once', async (t) => {
  const porch = await createPorch(t, { drainMs: 60_000 })

  await porch.gateway.drain()

  t.is(porch.gateway.size, 0)
})

test('the answer that opens a socket names the request, by the id that Nginx gave it', async (t) => {
  const { url } = await createPorch(t)
  const given = '0123456789abcdef0123456789abcdef'

  const { head, socket } = await shakeHands(url, { ...standardHeaders(), ...asAlice, 'X-Request-Id': given })
  const forged = await shakeHands(url, { ...standardHeaders(), ...asAlice, 'X-Request-Id': 'no id' })

  const idIn = (answer: string): string | undefined =>
    /^HTTP\/1\.1 101 .*\r\nX-Request-Id: ([\w-]+)$/s.exec(answer)?.[1]
  t.is(idIn(head), given)
  t.regex(idIn(forged.head) ?? '', /^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  for (const one of [socket, forged.socket]) one.destroy()
})

const failures: [what: string, error: Error, level: string, code: string][] = [
  ['MySQL is full', Object.assign(new Error('The table is full'), { errno: 1114 }), 'warn', 'unavailable'],
  ['Redis does not answer', new Error('Command timed out'), 'warn', 'unavailable'],
  ['something of ours is wrong', new TypeError('undefined is no function'), 'error', 'internal'],
]
for (const [what, error, level, code] of failures) {
  test(`when ${what} at the door, a client hears ${code} and the log a line of level ${level}`, async (t) => {
    const lines: unknown[] = []
    const log = pino(
      { formatters: { level: (label) => ({ level: label }) } },
      { write: (line: string) => void lines.push(JSON.parse(line)) },
    )
    const { url } = await createPorch(t, {}, { log, authenticate: () => Promise.reject(error) })

    const refusal = await TestSocket.refusal(url, { headers: asAlice })

    t.is(refusal.body['code'], code)
    t.is(lines.length, 2)
    t.like(lines[0], { level })
    t.like(lines[1], { level: 'info', msg: 'request', status: refusal.status })
  })
}
