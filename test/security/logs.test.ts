import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import test from 'ava'
import { call, goodPassword, signUp } from '../accounts/client.ts'
import { TestSocket } from '../platform/ws/test-socket.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** What is logged is one line for each thing that happened, whatever somebody put into it, and never what is nobody's business. */
const stack = stackOf(test, { LOG_LEVEL: 'debug' })

const servers = ['server-1', 'server-2'] as const
const nasty = '\n{"level":"error","msg":"forged"}\u001b[31mred\u001b[0m\r\n\u2028"quoted"\\'
const everything = (): string =>
  [
    ...servers.map((name) => stack().logOf(name)),
    stack().logOf('worker-1'),
    readFileSync(stack().accessLog, 'utf8'),
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
  const lines = everything().split('\n').filter(Boolean)
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
