import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { connect as connectPlain } from 'node:net'
import { dirname, join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import test from 'ava'
import { call, cookiesOf, goodPassword, signUp } from '../accounts/client.ts'
import { photo } from '../media/pictures.ts'
import { browserPath, openBrowser } from '../support/browser.ts'
import { Crowd, RawSocket } from '../support/clients.ts'
import { eventually } from '../support/eventually.ts'
import { replaySample } from '../support/replay.ts'
import { stackOf } from '../support/stack.ts'
import { silentProgress } from '../../tools/progress.ts'
import { provideWebClient } from '../../tools/web/client.ts'
import { openHttp2 } from './http2.ts'

/** People who come by TLS: over HTTP/1.1, over HTTP/2, by sockets, in a browser. */

const stack = stackOf(test, { STREAM_OPENS_PER_MINUTE: 100_000, MESSAGES_PER_SECOND: 100_000 }, { hasTls: true })
const front = () => new URL(stack().address)

test.serial('what is said over TLS is kept once and in order, and the room is sealed', async (t) => {
  t.timeout(180_000)

  const { rooms, faults } = await replaySample(stack(), ['courtyard.txt'])

  t.is(front().protocol, 'https:')
  t.deepEqual(faults, [])
  t.like(rooms[0], { sent: 113, acked: 113, stored: 113, state: 'sealed', verdict: 'holds' })
})

test.serial('over one connection of HTTP/2 come pages, packed, a stream that goes on, and an upload', async (t) => {
  t.timeout(60_000)
  const [alice, bob] = [await signUp(stack().address), await signUp(stack().address, 'bob')]
  const http2 = openHttp2(t, stack().address)
  const stream = http2.listen('/v1/stream', bob.access)
  await stream.event('ready')

  const text = '오늘의 마당 이야기 '.repeat(20)
  for (let n = 0; n < 4; n += 1) {
    const posted = await http2.ask({
      method: 'POST',
      path: '/v1/posts',
      token: alice.access,
      json: { text: `${n} ${text}` },
    })
    t.is(posted.status, 201)
  }
  await stream.event('post.created')
  const page = await http2.ask({ path: '/v1/timeline', token: bob.access, headers: { 'accept-encoding': 'gzip' } })
  const sent = await http2.send('/v1/media', alice.access, await photo(1))

  t.is(http2.protocol(), 'h2')
  t.is(page.headers['content-encoding'], 'gzip')
  t.true(page.unpacked().length > 2 * page.body.length)
  const { items } = JSON.parse(page.unpacked().toString()) as { items: { text: string }[] }
  t.is(items[0]?.text, `3 ${text}`.trim())
  t.is(sent.status, 201)
  const { id, urls } = JSON.parse(sent.body.toString()) as { id: string; urls: Record<string, string> }
  const picture = await eventually(async () => {
    const shown = await http2.ask({ path: `/v1/media/${id}`, token: alice.access })
    return (
      (JSON.parse(shown.body.toString()) as { state: string }).state === 'ready' &&
      http2.ask({ path: String(urls['full']) })
    )
  }, 20_000)
  t.like(picture.headers, { 'content-type': 'image/webp', 'cache-control': 'public, max-age=31536000, immutable' })
})

test.serial('headers may be as long as Nginx lets them; longer ones are refused, and nobody else is', async (t) => {
  const alice = await signUp(stack().address)
  const [http2, other] = [openHttp2(t, stack().address), openHttp2(t, stack().address)]
  const stream = other.listen('/v1/stream', alice.access)
  await stream.event('ready')
  const long = (pieces: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: pieces }, (_, n) => [`x-${n}`, 'x'.repeat(7500)]))

  t.is((await http2.ask({ path: '/livez', headers: long(4) })).status, 200)
  t.is((await fetch(`${stack().address}/livez`, { headers: long(3) })).status, 200)
  const refused = await fetch(`${stack().address}/livez`, { headers: long(6) })
  t.is(refused.status, 400)
  t.is(((await refused.json()) as { code: string }).code, 'malformed')
  // Over HTTP/2 it is the connection that ends (ENHANCE_YOUR_CALM).
  await t.throwsAsync(http2.ask({ path: '/livez', headers: long(6) }), { message: /error code 11/ })
  t.is((await other.ask({ path: '/livez' })).status, 200)
  t.false(stream.hasEnded())
})

test.serial('who has signed in over TLS has cookies that never leave it', async (t) => {
  const { username } = await signUp(stack().address)

  const reply = await call(stack().address, 'POST /v1/sessions', { body: { username, password: goodPassword } })

  t.is(reply.status, 201)
  const cookies = [...cookiesOf(reply)]
  t.true(cookies.length > 0)
  for (const [name, { flags }] of cookies) {
    t.regex(name, /^__(Host|Secure)-/)
    t.true(
      flags.some((flag) => flag.toLowerCase() === 'secure'),
      name,
    )
  }
})

const suite = 'ECDHE-ECDSA-AES128-GCM-SHA256'
const spoken: [what: string, options: ConnectionOptions, expected: string | undefined][] = [
  ['TLS 1.3', { minVersion: 'TLSv1.3' }, 'TLSv1.3'],
  ['TLS 1.2', { maxVersion: 'TLSv1.2' }, 'TLSv1.2'],
  ['TLS 1.2 by a suite of the list', { maxVersion: 'TLSv1.2', ciphers: suite }, 'TLSv1.2'],
  ['TLS 1.2 without an authenticated cipher', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }, undefined],
  ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, undefined],
]

test.serial('TLS of today is spoken, and none of yesterday', async (t) => {
  for (const [what, options, expected] of spoken) {
    const socket = await handshake(options).catch(() => undefined)
    t.is(socket?.getProtocol() ?? undefined, expected, what)
    socket?.destroy()
  }
  const both = await handshake({ ALPNProtocols: ['h2', 'http/1.1'] })
  const one = await handshake({ ALPNProtocols: ['http/1.1'] })
  t.is(both.alpnProtocol, 'h2')
  t.is(one.alpnProtocol, 'http/1.1')
  for (const socket of [both, one]) socket.destroy()
})

test.serial('who comes without TLS is sent to the address of the site, whatever host was asked for', async (t) => {
  for (const method of ['GET', 'POST']) {
    const { statusCode, headers } = await askPlain('/rooms/1?after=%2F2', {
      method,
      headers: { host: 'elsewhere.example' },
    })
    t.is(statusCode, 308)
    t.is(headers.location, `${stack().address}/rooms/1?after=%2F2`)
  }
  const confused = await fetch(stack().address.replace('https:', 'http:'))
  t.is(confused.status, 400)
  t.is(((await confused.json()) as { code: string }).code, 'malformed')
})

test.serial(
  'an authority is shown what it asked for without TLS, and nothing else lies there for anybody',
  async (t) => {
    const folder = join(dirname(stack().accessLog), 'challenges', '.well-known', 'acme-challenge')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'a_token-1'), 'a_token-1.and-its-key')
    await writeFile(join(folder, 'note.txt'), 'not for others')
    const ask = (name: string) =>
      fetch(`${stack().plainAddress}/.well-known/acme-challenge/${name}`, { redirect: 'manual' })

    const shown = await ask('a_token-1')
    t.is(shown.status, 200)
    t.is(await shown.text(), 'a_token-1.and-its-key')
    t.is(shown.headers.get('content-type'), 'text/plain')
    t.is((await ask('a_token-2')).status, 404)
    for (const name of ['note.txt', '..%2f..%2fnginx.conf', '']) t.is((await ask(name)).status, 308, name)
  },
)

test.serial('a renewed certificate is shown to who comes, and those who are there stay', async (t) => {
  t.timeout(60_000)
  const crowd = new Crowd(stack())
  t.teardown(() => crowd.leave())
  const { person } = await crowd.visitor('carol')
  const socket = await RawSocket.open(stack().address, person)
  t.teardown(() => socket.close())
  const before = await fingerprint()

  stack().nginx.renewCertificate()
  stack().nginx.reload()

  const after = await eventually(async () => {
    const seen = await fingerprint()
    return seen === before ? undefined : seen
  }, 20_000)
  t.not(after, before)
  const answer = await socket.ask({ type: 'subscribe', room: '1' })
  t.is(typeof answer['type'], 'string')
})

test.serial('a client that says nothing after the handshake is hung up on, as one that says half', async (t) => {
  t.timeout(60_000)
  const port = Number(front().port)
  const silent = connectPlain({ host: '127.0.0.1', port })
  const half = await handshake({ ALPNProtocols: ['http/1.1'] })
  half.write('GET /livez HTTP/1.1\r\nHost: a\r\nX-Half: ')

  const closed = new Set<string>()
  for (const [what, socket] of Object.entries({ silent, half })) {
    socket.on('error', () => undefined).on('close', () => closed.add(what))
    socket.resume()
  }

  t.true(await eventually(() => closed.size === 2, 30_000), [...closed].join())
})

const withBrowser = browserPath === undefined ? test.serial.skip : test.serial

withBrowser('in a browser the page comes over HTTP/2, and its socket beside it', async (t) => {
  t.timeout(120_000)
  await provideWebClient(silentProgress)
  const { username } = await signUp(stack().address)
  const browser = await openBrowser(t)
  const page = await browser.newPage({ ignoreHTTPSErrors: true })
  await page.goto(stack().address)

  const protocol = await page.evaluate(`performance.getEntriesByType('navigation')[0].nextHopProtocol`)
  const frame = await page.evaluate(`(async () => {
    const body = JSON.stringify({ username: '${username}', password: '${goodPassword}' })
    const headers = { 'content-type': 'application/json' }
    await fetch('/v1/sessions', { method: 'POST', headers, body })
    const socket = new WebSocket('wss://' + location.host + '/v1/socket', 'madang.v1')
    const { data } = await new Promise((resolve, reject) => { socket.onmessage = resolve; socket.onclose = reject })
    return JSON.parse(data).type
  })()`)

  t.is(protocol, 'h2')
  t.is(frame, 'hello')
})

/** As it is written, to the host that is said. */
async function askPlain(target: string, options: RequestOptions): Promise<IncomingMessage> {
  const { hostname, port } = new URL(stack().plainAddress)
  const outgoing = request({ hostname, port, path: target, agent: false, ...options })
  outgoing.end()
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return answer.resume()
}

async function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port: Number(front().port), servername: 'localhost', ...options })
  await once(socket, 'secureConnect')
  return socket
}

async function fingerprint(): Promise<string> {
  const socket = await handshake({ rejectUnauthorized: false })
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}
