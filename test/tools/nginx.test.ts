import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import test from 'ava'
import { loadConfig } from '../../src/config.ts'
import type { Code } from '../../src/platform/errors.ts'
import { eventually } from '../support/eventually.ts'
import { fillTemplate, nginxArguments, writeNginxConfig } from '../../tools/nginx.ts'
import { projectFolder } from '../../tools/paths.ts'
import { startProcess, stopProcess } from '../../tools/processes.ts'
import { waitFor } from '../../tools/wait.ts'
import { askAt, backend, front, hang, nginxInstance, open, sameAsOurs } from './nginx-front.ts'
import type { Answer } from './nginx-front.ts'

test('a template keeps what Nginx itself fills in, and a value that is missing is an error', (t) => {
  t.is(
    fillTemplate('listen ${MADANG_PORT}; $remote_addr ${host}', { MADANG_PORT: '80' }),
    'listen 80; $remote_addr ${host}',
  )
  t.throws(() => fillTemplate('${MADANG_PORT}', {}), { message: /MADANG_PORT/ })
})

for (const way of ['ports', 'files'] as const) {
  test(`clients of different networks are spread over both servers, and each stays with its own, by ${way}`, async (t) => {
    const { ask } = await front(t, 2, { way })

    const servers = new Map<number, Set<string>>()
    for (const network of [1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1]) {
      const { body } = await ask({ from: `127.0.${network}.1` })
      servers.set(network, (servers.get(network) ?? new Set()).add(body.server))
    }

    t.is(servers.size, 8)
    for (const used of servers.values()) t.is(used.size, 1)
    t.is(new Set([...servers.values()].flatMap((used) => [...used])).size, 2)
  })
}

for (const way of ['ports', 'files'] as const) {
  test(`a server hears the request id of Nginx and the true address, whatever the client claims, by ${way}`, async (t) => {
    const { ask } = await front(t, 1, { way })

    const { body } = await ask({
      headers: { 'X-Forwarded-For': '6.6.6.6', 'X-Request-Id': 'mine', Forwarded: 'for=6.6.6.6' },
    })

    t.is(body.headers['x-forwarded-for'], '127.0.0.1')
    t.regex(String(body.headers['x-request-id']), /^[0-9a-f]{32}$/)
    t.is(body.headers['forwarded'], undefined)
  })
}

test('metrics and readiness are not for the public, and the answer is a problem with the request id', async (t) => {
  const { ask } = await front(t, 1)

  for (const target of ['/metrics', '/readyz', '/metrics?x=1']) {
    const { status, headers, text } = await ask({ target })
    t.is(status, 404)
    t.is(headers['content-type'], 'application/problem+json')
    t.like(JSON.parse(text), { code: 'not_found', requestId: headers['x-request-id'] })
  }
})

test('the access log is JSON with the request id and without any query', async (t) => {
  const { ask, accessLog } = await front(t, 1)

  const { body } = await ask({ target: '/v1/socket?ticket=secret' })
  await waitFor({ isTrue: async () => readFileSync(accessLog, 'utf8').endsWith('\n'), withinMs: 20_000 })

  const lines = readFileSync(accessLog, 'utf8').trim().split('\n')
  t.like(JSON.parse(lines.at(-1) ?? ''), { path: '/v1/socket', requestId: body.headers['x-request-id'], status: '200' })
  t.notRegex(lines.join('\n'), /secret/)
})

test('what somebody looks for is in no log, also when no server answers', async (t) => {
  const { ask, servers, accessLog, folder } = await front(t, 1, { limits: { requestsPerSecond: 1, requestsBurst: 2 } })
  await servers[0]?.close()

  const answers = await Promise.all(Array.from({ length: 6 }, () => ask({ target: '/v1/people?q=minji' })))
  const other = await eventually(async () => {
    const { status } = await ask({ target: '/v1/timeline?cursor=7' })
    return status === 503
  })
  const logs = async () => {
    const texts = [accessLog, path.join(folder, 'error.log')].map((file) => readFileSync(file, 'utf8'))
    return texts[1]?.includes('/v1/timeline') === true && texts.join('\n')
  }
  const text = await eventually(logs)

  t.deepEqual(new Set(answers.map(({ status }) => status)), new Set([503, 429]))
  t.true(other)
  t.notRegex(text, /minji/)
  t.regex(text, /"path":"\/v1\/people"/)
})

test('what Nginx answers itself is a problem with a code and the request id', async (t) => {
  const { ask, say } = await front(t, 1)
  const tooLong = 'x'.repeat(9000)

  const host = 'HTTP/1.1\r\nHost: a\r\nConnection: close'
  const answers: [Code, Answer][] = [
    ['malformed', await say('nonsense\r\n\r\n')],
    ['malformed', await say('GET / HTTP/1.1\r\n\r\n')],
    ['malformed', await say(`GET /%00 ${host}\r\n\r\n`)],
    ['malformed', await say(`GET /${tooLong} ${host}\r\n\r\n`)],
    ['malformed', await say(`GET /v1/hello ${host}\r\nX-Long: ${tooLong}\r\n\r\n`)],
    ['malformed', await say(`POST /v1/hello ${host}\r\nTransfer-Encoding: zip\r\n\r\n`)],
    ['method_not_allowed', await say(`TRACE /v1/hello ${host}\r\n\r\n`)],
    ['not_found', await ask({ target: '/metrics' })],
    ['not_found', await ask({ target: '/.problem/malformed' })],
    ['body_too_large', await ask({ method: 'POST', headers: { 'Content-Length': String(1024 ** 2 + 1) } })],
  ]

  for (const [code, answer] of answers) sameAsOurs(t, answer, code)
})

test('uploads may be larger than other bodies, and so many may come at once and no more', async (t) => {
  const limits = { uploadMax: '2000000', uploadsPerAddress: 2 }
  const { ask, port } = await front(t, 1, { limits })
  const upload = (length: number) => ({
    target: '/v1/media',
    method: 'POST',
    headers: { 'Content-Length': String(length) },
  })

  sameAsOurs(t, await ask(upload(2_000_001)), 'body_too_large')
  sameAsOurs(t, await ask({ ...upload(1_048_577), target: '/v1/media/1' }), 'body_too_large')

  // Two that send their bodies slowly.
  const slow = await Promise.all([hang(port), hang(port)])
  t.teardown(() => slow.forEach((socket) => socket.destroy()))
  const third = await eventually(async () => {
    const answer = await ask({ target: '/v1/media', method: 'POST' })
    return answer.status === 429 ? answer : undefined
  })
  sameAsOurs(t, third, 'rate_limited', 1)
  t.is((await ask({})).status, 200)

  slow[0]?.destroy()
  t.true(await eventually(async () => (await ask({ target: '/v1/media', method: 'POST' })).status === 200))
})

test('who asks too often is told when to come back', async (t) => {
  const { ask } = await front(t, 1, { limits: { requestsPerSecond: 1, requestsBurst: 1 } })

  const answers = await Promise.all([ask({}), ask({}), ask({}), ask({})])

  const refused = answers.filter(({ status }) => status === 429)
  t.true(refused.length > 0)
  for (const answer of refused) sameAsOurs(t, answer, 'rate_limited', 1)
})

/** The times of nginx.conf, and how much shorter they are here. */
const times = [
  ['client_header_timeout', '10s'],
  ['client_body_timeout', '20s'],
  ['send_timeout', '30s'],
] as const
const half: [what: string, words: string][] = [
  ['headers', 'GET /v1/hello HTTP/1.1\r\nHost: a\r\nX-Half: '],
  ['a body', 'POST /v1/hello HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"half":'],
]

test('who sends half of a request is hung up on after a time, and no server hears of it', async (t) => {
  const { port: backendPort, heard } = await backend(t, 'server-1', 'answer')
  const instance = await nginxInstance(t, [`127.0.0.1:${backendPort}`])
  writeNginxConfig(instance)
  const file = path.join(instance.folder, 'nginx.conf')
  let written = readFileSync(file, 'utf8')
  for (const [name, seconds] of times) {
    t.is(
      written
        .match(new RegExp(`^ +${name} .*;$`, 'gm'))
        ?.join()
        .trim(),
      `${name} ${seconds};`,
    )
    written = written.replace(`${name} ${seconds};`, `${name} 1s;`)
  }
  writeFileSync(file, written)
  const { program: command, log, pidFile } = instance
  const { mark } = await startProcess({ command, args: nginxArguments(instance), log, pidFile })
  t.teardown(() => stopProcess(mark))
  const isTrue = async (): Promise<boolean> =>
    (await askAt({ port: instance.port, target: '/metrics' }).catch(() => undefined))?.status === 404
  t.is(await waitFor({ isTrue, withinMs: 20_000 }), 'yes', 'Nginx is up')

  for (const [what, words] of half) {
    const socket = connect({ host: '127.0.0.1', port: instance.port })
    let isClosed = false
    socket.on('error', () => undefined)
    socket.on('close', () => (isClosed = true))
    socket.resume()
    socket.write(words)
    t.true(await eventually(() => isClosed, 30_000), what)
  }
  t.deepEqual(heard, [])
})

for (const way of ['ports', 'files'] as const) {
  test(`when a server is gone the other one answers, and with both gone it is said when to come back, by ${way}`, async (t) => {
    const { ask, servers } = await front(t, 2, { way })
    const { body } = await ask({})
    const [other] = servers.filter(({ name }) => name !== body.server)

    await servers.find(({ name }) => name === body.server)?.close()
    for (const method of ['GET', 'POST']) t.is((await ask({ method })).body.server, other?.name ?? '')

    await other?.close()
    sameAsOurs(t, await ask({}), 'unavailable', 1)
  })
}

for (const way of ['ports', 'files'] as const) {
  test(`a POST that a server may have carried out is not sent to another, by ${way}`, async (t) => {
    const { ask, servers } = await front(t, 2, { manner: 'cut', way })

    const { status } = await ask({ method: 'POST', target: '/v1/posts' })

    t.is(status, 503)
    t.is(
      servers.reduce((sum, server) => sum + server.heard.length, 0),
      1,
    )
  })
}

test('a server that stands still is passed by with what may be asked twice, and with nothing else', async (t) => {
  t.timeout(90_000)
  const { ask, servers } = await front(t, 2)
  const { body } = await ask({})
  const still = servers.find(({ name }) => name === body.server)
  const other = servers.find(({ name }) => name !== body.server)
  still?.standStill()

  const [got, posted] = await Promise.all([ask({}), ask({ method: 'POST', target: '/v1/posts' })])

  t.is(got.body.server, other?.name ?? '')
  sameAsOurs(t, posted, 'unavailable', 1)
  t.deepEqual(other?.heard, ['GET /v1/hello'], 'the POST may have been carried out')
})

for (const way of ['ports', 'files'] as const) {
  test(`an event reaches the client while its stream goes on, by ${way}`, async (t) => {
    const { port } = await front(t, 1, { manner: 'stream', way })

    const response = await open({ port, target: '/v1/stream' })
    const [chunk] = await once(response, 'data')
    response.destroy()

    t.is(String(chunk), 'event: ready\ndata: {}\n\n')
  })
}

test('a socket and a stream may be silent for longer than their servers ever are', (t) => {
  const longest = { PING_SECONDS: '3600', STREAM_HEARTBEAT_SECONDS: '3600' }
  const needed = { DATABASE_URL: 'mysql://db', REDIS_URL: 'redis://redis', TOKEN_KEYS: 'k:x' }
  for (const [name, value] of Object.entries(longest)) {
    t.notThrows(() => loadConfig({ ...needed, [name]: value }))
    t.throws(() => loadConfig({ ...needed, [name]: String(Number(value) + 1) }))
  }
  for (const file of ['websocket.conf', 'sse.conf']) {
    const text = readFileSync(path.join(projectFolder, 'nginx', 'snippets', file), 'utf8')
    for (const name of ['proxy_read_timeout', 'proxy_send_timeout']) {
      const [, seconds = ''] = new RegExp(`^${name} (\\d+)s;$`, 'm').exec(text) ?? []
      t.true(Number(seconds) > 3600, `${file}: ${name}`)
    }
  }
})
