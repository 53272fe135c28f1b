import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { fillTemplate, nginxArguments, startNginx, writeNginxConfig } from '../../tools/nginx.ts'
import { freePort } from '../../tools/ports.ts'
import { stopProcess } from '../../tools/processes.ts'
import { waitFor } from '../../tools/wait.ts'

test('a template keeps what Nginx itself fills in, and a value that is missing is an error', (t) => {
  t.is(
    fillTemplate('listen ${MADANG_PORT}; $remote_addr ${host}', { MADANG_PORT: '80' }),
    'listen 80; $remote_addr ${host}',
  )
  t.throws(() => fillTemplate('${MADANG_PORT}', {}), { message: /MADANG_PORT/ })
})

test('the configuration is one that Nginx accepts', async (t) => {
  const instance = await nginxInstance(t, ['127.0.0.1:3001', '127.0.0.1:3002'])
  writeNginxConfig(instance)

  const answer = spawnSync(instance.program, [...nginxArguments(instance), '-t'], { encoding: 'utf8' })

  t.is(answer.status, 0, answer.stderr)
})

test('clients of different networks are spread over both servers, and each stays with its own', async (t) => {
  const { ask } = await front(t, 2)

  const servers = new Map<number, Set<string>>()
  for (const network of [1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1]) {
    const { body } = await ask({ from: `127.0.${network}.1` })
    servers.set(network, (servers.get(network) ?? new Set()).add(body.server))
  }

  t.is(servers.size, 8)
  for (const used of servers.values()) t.is(used.size, 1)
  t.is(new Set([...servers.values()].flatMap((used) => [...used])).size, 2)
})

test('a server hears the request id of Nginx and the true address, whatever the client claims', async (t) => {
  const { ask } = await front(t, 1)

  const { body } = await ask({
    headers: { 'X-Forwarded-For': '6.6.6.6', 'X-Request-Id': 'mine', Forwarded: 'for=6.6.6.6' },
  })

  t.is(body.headers['x-forwarded-for'], '127.0.0.1')
  t.regex(String(body.headers['x-request-id']), /^[0-9a-f]{32}$/)
  t.is(body.headers['forwarded'], undefined)
})

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

test('a body above the limit is refused with a problem', async (t) => {
  const { ask } = await front(t, 1)

  const { status, text } = await ask({ method: 'POST', headers: { 'Content-Length': String(6 * 1024 ** 2 + 1) } })

  t.is(status, 413)
  t.is(JSON.parse(text).status, 413)
})

test('when a server is gone the other one answers, and with both gone it is said when to come back', async (t) => {
  const { ask, servers } = await front(t, 2)
  const { body } = await ask({})
  const [other] = servers.filter(({ name }) => name !== body.server)

  await servers.find(({ name }) => name === body.server)?.close()
  for (const method of ['GET', 'POST']) t.is((await ask({ method })).body.server, other?.name ?? '')

  await other?.close()
  const { status, headers, text } = await ask({})
  t.is(status, 503)
  t.is(headers['retry-after'], '1')
  t.is(JSON.parse(text).code, 'unavailable')
})

test('a POST that a server may have carried out is not sent to another', async (t) => {
  const { ask, servers } = await front(t, 2, 'cut')

  const { status } = await ask({ method: 'POST', target: '/v1/posts' })

  t.is(status, 503)
  t.is(
    servers.reduce((sum, server) => sum + server.heard.length, 0),
    1,
  )
})

test('an event reaches the client while its stream goes on', async (t) => {
  const { port } = await front(t, 1, 'stream')

  const response = await open({ port, target: '/v1/stream' })
  const [chunk] = await once(response, 'data')
  response.destroy()

  t.is(String(chunk), 'event: ready\ndata: {}\n\n')
})

interface Heard {
  server: string
  headers: IncomingHttpHeaders
}

type Manner = 'answer' | 'cut' | 'stream'

/** Nginx before some servers that tell what they heard. */
async function front(t: ExecutionContext, count: number, manner: Manner = 'answer') {
  const servers = await Promise.all(
    Array.from({ length: count }, (_, index) => backend(t, `server-${index + 1}`, manner)),
  )
  const instance = await nginxInstance(
    t,
    servers.map(({ port }) => `127.0.0.1:${port}`),
  )
  const { mark } = await startNginx(instance)
  t.teardown(() => stopProcess(mark))
  const isTrue = async () =>
    (await askAt({ port: instance.port, target: '/metrics' }).catch(() => undefined))?.status === 404
  t.is(await waitFor({ isTrue, withinMs: 20_000 }), 'yes', 'Nginx is up')
  return {
    servers,
    port: instance.port,
    accessLog: instance.accessLog,
    ask: (question: Question) => askAt({ ...question, port: instance.port }),
  }
}

async function nginxInstance(t: ExecutionContext, servers: readonly string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-nginx-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const inside = (name: string): string => path.join(folder, name)
  const port = await freePort()
  const program = process.env['NGINX_SERVER'] ?? 'nginx'
  const logs = { accessLog: inside('access.log'), errorLog: inside('error.log'), log: inside('out.log') }
  return { program, folder, port, servers, ...logs, pidFile: inside('it.pid') }
}

async function backend(t: ExecutionContext, name: string, manner: Manner) {
  const heard: string[] = []
  const server = createServer((req, res) => {
    heard.push(`${req.method} ${req.url}`)
    if (manner === 'cut') return void req.socket.destroy()
    if (manner === 'stream') return void res.write('event: ready\ndata: {}\n\n')
    res.end(JSON.stringify({ server: name, headers: req.headers } satisfies Heard))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => closeServer(server))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { name, port, heard, close: () => closeServer(server) }
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

interface Question {
  port?: number
  target?: string
  method?: string
  from?: string
  headers?: Record<string, string>
}

async function askAt(question: Question) {
  const response = await open(question)
  let text = ''
  for await (const chunk of response) text += String(chunk)
  const { statusCode: status, headers } = response
  const nothing: Heard = { server: '', headers: {} }
  const body: Heard = headers['content-type'] === 'application/problem+json' ? nothing : JSON.parse(text)
  return { status, headers, text, body }
}

function open({ port, target = '/', method = 'GET', from, headers = {} }: Question): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: target, method, headers, agent: false, timeout: 20_000 }
    const outgoing = request(from === undefined ? options : { ...options, localAddress: from }, resolve)
    outgoing.on('error', reject)
    outgoing.end()
  })
}
