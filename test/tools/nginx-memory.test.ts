import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import test from 'ava'
import { freePort } from '../../tools/ports.ts'
import { projectFolder } from '../../tools/paths.ts'
import { listening } from '../support/listening.ts'
import type { Listening } from '../support/listening.ts'
import { Nginx } from '../support/nginx.ts'
import { kibOfPersonByTls } from '../support/nginx-memory.ts'

/** What people by TLS take of Nginx' memory, as docs/compose.md reckons with it. */

const heard = 100_000

/** As a server in a busy room: whoever opens a socket or a stream hears much, and then nothing. */
function busyServer(): Promise<Listening> {
  const words = Buffer.alloc(heard, '마당')
  const server = createServer((req, res) => {
    if (req.url !== '/v1/stream') return void res.end('{}')
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    return void res.write(words)
  })
  server.on('upgrade', (_req, socket) => {
    socket.on('error', () => socket.destroy())
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.write(words)
  })
  return listening(server)
}

/** Resolves when all that the server says was heard. */
async function opened(port: number, head: string): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'secureConnect')
  socket.write(`${head}\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  let bytes = 0
  for await (const some of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += some.length
    if (bytes >= heard) break
  }
  return socket
}

const socketHead =
  'GET /v1/socket HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='
const comes = (port: number): Promise<TLSSocket[]> =>
  Promise.all([opened(port, socketHead), opened(port, 'GET /v1/stream HTTP/1.1')])

/** KiB that the workers have for themselves. */
async function memoryOf(folder: string): Promise<number> {
  const main = (await readFile(path.join(folder, 'nginx.pid'), 'utf8')).trim()
  const workers = (await readFile(`/proc/${main}/task/${main}/children`, 'utf8')).trim().split(' ')
  const texts = await Promise.all(workers.map((pid) => readFile(`/proc/${pid}/status`, 'utf8')))
  return texts.reduce((sum, text) => sum + Number(/^RssAnon:\s+(\d+) kB$/m.exec(text)?.[1]), 0)
}

const onLinux = process.platform === 'linux' ? test : test.skip

onLinux(
  'a person with a socket and a stream takes no more of Nginx by TLS than the page on compose says',
  async (t) => {
    t.timeout(180_000)
    const folder = await mkdtemp(path.join(tmpdir(), 'madang-nginx-memory-'))
    const server = await busyServer()
    const [port, tlsPort] = [await freePort(), await freePort()]
    const nginx = new Nginx({ folder, port, tlsPort, mediaFolder: folder, servers: [`127.0.0.1:${server.port}`] })
    const there: TLSSocket[] = []
    t.teardown(async () => {
      for (const socket of there) socket.destroy()
      await nginx.stop()
      server.close()
      await rm(folder, { recursive: true, force: true })
    })
    await nginx.start()

    // What is there once, such as the tables, is there with the first.
    for (let n = 0; n < 20; n += 1) there.push(...(await comes(tlsPort)))
    const before = await memoryOf(folder)
    const people = 100
    for (let n = 0; n < people; n += 1) there.push(...(await comes(tlsPort)))
    const kib = ((await memoryOf(folder)) - before) / people

    t.log(`${kib.toFixed(0)} KiB a person`)
    t.true(there.every((socket) => !socket.destroyed))
    t.true(kib > kibOfPersonByTls / 4, 'it was looked at')
    t.true(kib <= kibOfPersonByTls * 1.25, `${kib.toFixed(0)} KiB a person`)
    const page = await readFile(path.join(projectFolder, 'docs/compose.md'), 'utf8')
    t.true(page.includes(`With \`tls.yml\` it is twice as much, ${kibOfPersonByTls} KiB`))
  },
)
