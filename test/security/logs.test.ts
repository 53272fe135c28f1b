import { randomUUIDv7 } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import test from 'ava'
import { call, goodPassword, signUp } from '../accounts/client.ts'
import { upright } from '../media/pictures.ts'
import { TestSocket } from '../platform/ws/test-socket.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { frameTypes } from '../../src/chat/frames.ts'
import { matrix } from './matrix.ts'
import { fill } from './routes.ts'
import { generousLimits } from './settings.ts'
import { Site } from './site.ts'

/** What is logged is one line for each thing that happened, whatever somebody put into it, and never what is nobody's business. */
const stack = stackOf(test, { ...generousLimits, LOG_LEVEL: 'trace', FLUSH_ENTRIES: 5 }, { longestLog: 100_000_000 })

const servers = ['server-1', 'server-2'] as const
const nasty = '\n{"level":"error","msg":"forged"}\u001b[31mred\u001b[0m\r\n\u2028"quoted"\\'
const everything = (): string =>
  [
    ...servers.map((name) => stack().logOf(name)),
    stack().logOf('worker-1'),
    readFileSync(stack().accessLog, 'utf8'),
    readFileSync(path.join(path.dirname(stack().accessLog), 'error.log'), 'utf8'),
  ].join('\n')

function raw(target: string, headers: Record<string, string>): Promise<void> {
  const { hostname, port } = new URL(stack().address)
  const socket = connect(Number(port), hostname)
  const lines = Object.entries({ Host: 'x', Connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  socket.on('error', () => undefined)
  socket.end(`GET ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  return new Promise((resolve) => socket.resume().on('close', () => resolve()))
}

test.serial('newlines, colours and forged JSON stay within the line of their request', async (t) => {
  const encoded = encodeURIComponent(nasty)
  await call(stack().address, 'POST /v1/sessions', { body: { username: nasty, password: nasty } })
  await call(stack().address, `GET /v1/${encoded}`)
  await call(stack().address, `GET /v1/people/${encoded}`)
  await raw('/v1/timeline', { 'User-Agent': '\u001b[31m{"level":"error"}\\"', 'X-Request-Id': '{"forged":1}' })
  await raw('/v1/\u001b[31m', { Cookie: nasty.replaceAll(/[\r\n]/g, '') })

  await eventually(() => readFileSync(stack().accessLog, 'utf8').includes('/v1/people/'))
  const lines = everything()
    .split('\n')
    .filter((line) => line !== '' && !/^\d{4}\/\d\d\/\d\d /.test(line))
  t.true(lines.length > 5)
  for (const line of lines) {
    t.notThrows(() => JSON.parse(line), line)
    t.not((JSON.parse(line) as { msg?: string }).msg, 'forged')
    // eslint-disable-next-line no-control-regex
    t.notRegex(line, /[\u0000-\u001f\u007f]/, JSON.stringify(line))
  }
})

test.serial('no password, token, ticket or text of anybody is in any log', async (t) => {
  const alice = await signUp(stack().address)
  const token = alice.access
  await stack().world.sql('accounts').where({ username: alice.username }).update({ role: 'mentor' })
  const wrong = 'a wrong password of alice'
  await call(stack().address, 'POST /v1/sessions', { body: { username: alice.username, password: wrong } })
  await call(stack().address, 'POST /v1/sessions/refresh', { body: { refreshToken: alice.refresh } })
  await call(stack().address, 'POST /v1/sessions/refresh', { body: { refreshToken: `${alice.refresh}x` } })
  await call(stack().address, 'GET /v1/me', { headers: { cookie: `madang-access=${token}` } })
  const [text, bio] = ['a text that alice wrote', 'what alice says of herself']
  await call(stack().address, 'POST /v1/posts', { token, body: { text } })
  await call(stack().address, 'PATCH /v1/me', { token, body: { bio } })
  const tickets = await Promise.all([1, 2].map(() => call(stack().address, 'POST /v1/socket-tickets', { token })))
  const [first = '', second = ''] = tickets.map(({ body }) => String(body['ticket']))
  const url = `${stack().address.replace('http', 'ws')}/v1/socket`
  const socket = await TestSocket.open(`${url}?ticket=${first}`)
  await socket.hears('hello', ({ type }) => type === 'hello')
  socket.say({ type: 'send', ref: 1, room: 'x', id: 'y', body: 'what alice said' })
  await socket.hears('a refusal', ({ ref }) => ref === 1)
  await TestSocket.refusal(`${url}?ticket=${first}`)
  await (await TestSocket.open(url, { protocols: ['madang.v1', `ticket.${second}`] })).close()
  await socket.close()
  await call(stack().address, `GET /v1/timeline?cursor=${token}`, { token })
  await eventually(() => /"route":"\/v1\/timeline"/.test(everything()))

  const logged = everything()
  t.true(logged.includes('/v1/sessions/refresh') && logged.includes('/v1/socket'))
  const secrets = {
    goodPassword,
    wrong,
    token,
    refresh: alice.refresh,
    first,
    second,
    text,
    bio,
    said: 'what alice said',
  }
  const { TOKEN_KEYS, RECEIPT_KEY, REDIS_URL } = stack().world.env
  for (const [what, secret] of Object.entries({ ...secrets, TOKEN_KEYS, RECEIPT_KEY, REDIS_URL })) {
    t.true((secret ?? '').length > 5, what)
    t.false(logged.includes(secret ?? ''), what)
  }
})

/** Stands in all that nobody but its owner should read. */
const mark = 'MARK-of-what-is-nobodys-business'
let marks = 0
const marked = (): string => `${mark} ${(marks += 1)}`

/** The same members, each text another one that is marked. */
function markedTexts(value: unknown): unknown {
  if (typeof value === 'string') return marked()
  if (Array.isArray(value)) return value.map(markedTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, markedTexts(member)]))
}

/** What is written in a body where any text will do. */
const free = new Set(['text', 'body', 'name', 'topic', 'displayName', 'bio', 'area', 'alt'])

function withMarks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, free.has(name) ? marked() : withMarks(member)]),
  )
}

test.serial('whatever is sent to any route, in a body, a query, a header or a cookie, is in no log', async (t) => {
  t.timeout(120_000)
  const site = await Site.open(stack())
  const words = { cookie: `madang-access=${mark}; other=${mark}`, 'idempotency-key': mark, 'x-odd': mark }
  let taken = 0

  // Nginx passes the question whether a server is ready on to nobody.
  for (const route of site.routes.filter(({ path: pattern }) => pattern !== '/readyz')) {
    const row = matrix[route.line]
    const player = await site.cast.standIn('admin')
    const parts = await site.ownParts(route, player)
    const target = `${route.method} ${fill(route.path, parts)}`
    const query = [...route.query, 'odd'].map((name) => `${name}=${encodeURIComponent(marked())}`).join('&')
    const body = row?.body?.(parts)
    const isForm = body instanceof FormData || body instanceof Promise
    const bodies =
      isForm || body === undefined ? [undefined] : [withMarks(body), markedTexts(body), { [mark]: mark }, mark]
    for (const sent of bodies) {
      const options = { token: player.token, ...(sent === undefined ? {} : { body: sent }) }
      for (const headers of [{}, words]) {
        const { status } = await askOf(`${target}${headers === words ? `?${query}` : ''}`, { ...options, headers })
        if (status < 300) taken += 1
      }
    }
  }
  t.true(taken > 50, String(taken))
  t.true(marks > 100, String(marks))

  await everythingIsLogged()
  t.false(everything().includes(mark), whereIs(mark))
})

/** Streams never end by themselves, and pages are no JSON: of an answer no more is read than its head. */
async function askOf(
  line: string,
  { token, body, headers }: Parameters<typeof call>[2] & object,
): Promise<{ status: number }> {
  const [method = '', target = ''] = line.split(' ')
  const answer = await fetch(`${stack().address}${target}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      authorization: `Bearer ${String(token)}`,
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  await answer.body?.cancel()
  return { status: answer.status }
}

/** Until then a line may wait in the process that wrote it. */
async function everythingIsLogged(): Promise<void> {
  for (const name of servers) {
    const id = `the-last-request-${(marks += 1)}`
    const answer = await fetch(`${stack().serverAddress(name)}/livez`, { headers: { 'x-request-id': id } })
    await answer.arrayBuffer()
    await eventually(() => stack().logOf(name).includes(id))
  }
}

function whereIs(text: string): string {
  return everything()
    .split('\n')
    .filter((line) => line.includes(text))
    .slice(0, 3)
    .join('\n')
}

test.serial(
  'whatever is said over a socket, stored, closed and drawn is in no log, nor when Redis is away',
  async (t) => {
    t.timeout(120_000)
    const alice = await signUp(stack().address)
    await stack().world.sql('accounts').where({ username: alice.username }).update({ role: 'mentor' })
    const token = alice.access
    const made = await call(stack().address, 'POST /v1/rooms', {
      token,
      body: { name: marked(), topic: mark, seats: 5 },
    })
    const room = String(made.body['id'])
    const url = `${stack().address.replace('http', 'ws')}/v1/socket`
    const socket = await TestSocket.open(url, { headers: { authorization: `Bearer ${token}`, cookie: `odd=${mark}` } })

    for (let n = 0; n < 10; n += 1) {
      t.is((await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: marked() })).type, 'ack')
    }
    for (const type of [...frameTypes, mark]) {
      await socket.ask({ type, room, id: mark, body: mark, target: mark, emoji: mark, [mark]: mark })
    }
    socket.say(`{"type":"send","body":"${mark}`)
    const form = new FormData()
    const picture = await upright(24, 16)
      .withExif({ IFD0: { Copyright: mark } })
      .jpeg()
      .toBuffer()
    form.set('file', new Blob([picture], { type: 'image/jpeg' }), `${mark}.jpg`)
    const headers = { authorization: `Bearer ${token}` }
    const upload = await fetch(`${stack().address}/v1/media`, { method: 'POST', headers, body: form })
    t.is(upload.status, 201)
    const { id: media } = (await upload.json()) as { id: string }
    await eventually(
      async () => (await call(stack().address, `GET /v1/media/${media}`, { token })).body['state'] === 'ready',
    )
    await stack().kill('redis')
    const lost = await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: marked() })
    await stack().start('redis')
    t.is(lost.type, 'error')
    await call(stack().address, `POST /v1/rooms/${room}/close`, { token })
    await eventually(async () => {
      const { body } = await call(stack().address, `GET /v1/rooms/${room}/closing`, { token })
      return body['state'] === 'sealed'
    })
    const { body: receipt } = await call(stack().address, `GET /v1/rooms/${room}/receipt`, { token })
    await socket.close()

    await everythingIsLogged()
    const said = ['append has no answer', 'the closing is final', '"queue":"flush-rooms"', '"queue":"render-pictures"']
    await eventually(() => said.every((words) => everything().includes(words)))
    const logged = everything()
    t.false(logged.includes(mark), whereIs(mark))
    t.false(logged.includes(String(receipt['jws'])))
    t.true(String(receipt['jws']).length > 100)
  },
)
