import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ExecutionContext } from 'ava'
import { Problem, codes } from '../../src/platform/errors.ts'
import type { Code } from '../../src/platform/errors.ts'
import { listenOnFile } from '../../src/platform/http/unix-socket.ts'
import { startNginx } from '../../tools/nginx.ts'
import type { NginxInstance } from '../../tools/nginx.ts'
import { freePort } from '../../tools/ports.ts'
import { stopProcess } from '../../tools/processes.ts'
import { waitFor } from '../../tools/wait.ts'

/** Nginx with the project's configuration, before servers that are none of ours: they tell what reached them. */

export interface Heard {
  server: string
  headers: IncomingHttpHeaders
  /** So many times as `x-padding` says. */
  padding: string
}

/** How servers are reached: over TCP, or over unix sockets. */
export type Way = 'ports' | 'files'
export type Manner = 'answer' | 'cut' | 'stream'

/** The same document, status and headers that a server of ours would answer with. */
export function sameAsOurs(t: ExecutionContext, answer: Answer, code: Code, retryAfter?: number): void {
  const requestId = String(answer.headers['x-request-id'])
  const details = retryAfter === undefined ? {} : { retryAfter }
  t.regex(requestId, /^[0-9a-f]{32}$/, code)
  t.is(answer.status, codes[code].status, code)
  t.is(answer.headers['content-type'], 'application/problem+json', code)
  t.is(answer.headers['retry-after'], retryAfter === undefined ? undefined : String(retryAfter), code)
  t.deepEqual(JSON.parse(answer.text), new Problem(code, details).toDocument(requestId), code)
}

export type FrontSettings = Partial<
  Pick<
    NginxInstance,
    'program' | 'limits' | 'trustedProxies' | 'hasProxyProtocol' | 'balance' | 'named' | 'webFolder' | 'hosts'
  >
>

/** Nginx before some servers that tell what they heard. */
export async function front(
  t: ExecutionContext,
  count: number,
  { manner = 'answer', way = 'ports', ...settings }: FrontSettings & { manner?: Manner; way?: Way } = {},
) {
  const servers = await Promise.all(
    Array.from({ length: count }, (_, index) => backend(t, `server-${index + 1}`, manner, way)),
  )
  const instance = await nginxInstance(
    t,
    servers.map(({ upstream }) => upstream),
  )
  const { mark } = await startNginx({ ...instance, ...settings })
  t.teardown(() => stopProcess(mark))
  const greeting = settings.hasProxyProtocol === true ? 'PROXY UNKNOWN\r\n' : ''
  const words = `${greeting}GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`
  const isTrue = async () => (await sayAt(instance.port, words).catch(() => undefined))?.status === 404
  t.is(await waitFor({ isTrue, withinMs: 20_000 }), 'yes', 'Nginx is up')
  return {
    servers,
    port: instance.port,
    folder: instance.folder,
    accessLog: instance.accessLog,
    ask: (question: Question) => askAt({ ...question, port: instance.port }),
    say: (text: string) => sayAt(instance.port, text),
  }
}

export async function nginxInstance(t: ExecutionContext, servers: readonly string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-nginx-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const inside = (name: string): string => path.join(folder, name)
  const port = await freePort()
  const program = process.env['NGINX_SERVER'] ?? 'nginx'
  const logs = { accessLog: inside('access.log'), errorLog: inside('error.log'), log: inside('out.log') }
  return { program, folder, port, servers, mediaFolder: inside('media'), ...logs, pidFile: inside('it.pid') }
}

export async function backend(t: ExecutionContext, name: string, manner: Manner, way: Way = 'ports') {
  const heard: string[] = []
  let isStill = false
  const server = createServer((req, res) => {
    heard.push(`${req.method} ${req.url}`)
    if (isStill) return
    if (manner === 'cut') return void req.socket.destroy()
    if (manner === 'stream') return void res.write('event: ready\ndata: {}\n\n')
    const padding = 'padding '.repeat(Number(req.headers['x-padding'] ?? 0))
    res.setHeader('content-type', String(req.headers['x-type'] ?? 'application/json'))
    res.end(JSON.stringify({ server: name, headers: req.headers, padding } satisfies Heard))
  })
  const file = path.join(oddFolder(t), `${name}.sock`)
  if (way === 'files') await listenOnFile(server, file)
  else await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => closeServer(server))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const upstream = way === 'files' ? `unix:${file}` : `127.0.0.1:${port}`
  const close = async (): Promise<void> => {
    await closeServer(server)
    // As one that was killed leaves it: there, and nobody behind it.
    if (way === 'files') await leaveBehind(file)
  }
  return { name, port, upstream, heard, standStill: () => (isStill = true), close }
}

/** Somebody's folder may be called anything. */
function oddFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), `it's "mine"; $host \\ {마당} `))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function leaveBehind(file: string): Promise<void> {
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', script, file], { stdio: 'ignore' }), 'exit')
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

export interface Question {
  port?: number
  target?: string
  method?: string
  from?: string
  headers?: Record<string, string>
}

export interface Answer {
  status: number | undefined
  headers: IncomingHttpHeaders
  text: string
}

/** Bytes that no client library would send. */
export async function sayAt(port: number, words: string): Promise<Answer> {
  const socket = connect({ host: '127.0.0.1', port, timeout: 20_000 })
  socket.on('timeout', () => socket.destroy())
  socket.write(words)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  const [head = '', text = ''] = answer.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const headers = Object.fromEntries(fields.map((field) => field.toLowerCase().split(': ')))
  return { status: Number(line.split(' ')[1]), headers, text }
}

/** An upload whose body does not come: exactly of the largest size, so that it is let in. */
export async function hang(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write('POST /v1/media HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\nx')
  return socket
}

export async function askAt(question: Question) {
  const response = await open(question)
  let text = ''
  for await (const chunk of response) text += String(chunk)
  const { statusCode: status, headers } = response
  const nothing: Heard = { server: '', headers: {}, padding: '' }
  const body: Heard = headers['content-type'] === 'application/problem+json' ? nothing : JSON.parse(text)
  return { status, headers, text, body }
}

export function open({
  port,
  target = '/v1/hello',
  method = 'GET',
  from,
  headers = {},
}: Question): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: target, method, headers, agent: false, timeout: 60_000 }
    const outgoing = request(from === undefined ? options : { ...options, localAddress: from }, resolve)
    outgoing.on('error', reject)
    outgoing.end()
  })
}
