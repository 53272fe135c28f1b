import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { spawnSync } from 'node:child_process'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { deriveSettings } from '../../tools/nginx-settings.ts'
import { freePort } from '../../tools/ports.ts'
import { eventually } from '../support/eventually.ts'
import { front } from './nginx-front.ts'

/** Servers that have one name, and come and go. */

test('servers with a name are all that the name leads to, asked for again and again', (t) => {
  const { MADANG_NAMED } = deriveSettings({ MADANG_NAMED_SERVERS: 'more-servers:3000' })

  t.is(
    MADANG_NAMED,
    'zone madang 256k; resolver 127.0.0.11 valid=5s ipv6=off; server more-servers:3000 resolve max_fails=0;',
  )
  t.is(deriveSettings({}).MADANG_NAMED, '')
})

const version = /nginx\/(\S+)/.exec(
  spawnSync(process.env['NGINX_SERVER'] ?? 'nginx', ['-v'], { encoding: 'utf8' }).stderr,
)
const canResolve = (version?.[1] ?? '').localeCompare('1.27.3', 'en', { numeric: true }) >= 0

// Nginx of Debian 12 and 13 is older; `npm run test:matrix -- nginx test/tools` runs this with one that is not.
if (canResolve) {
  test('servers that come under their name are found without a word to Nginx, and one that goes is left alone', async (t) => {
    t.timeout(90_000)
    const port = await freePort()
    const names = await nameServer(t)
    for (const host of ['127.0.1.1', '127.0.1.2', '127.0.1.3']) await answering(t, host, port)
    names.addresses = ['127.0.1.1']
    const named = { servers: [`more.test:${port}`], resolver: `127.0.0.1:${names.port}` }
    const { ask } = await front(t, 1, { named })
    const met = async (): Promise<string> => {
      const seen = new Set<string>()
      for (let n = 0; n < 24; n += 1) seen.add((await ask({ from: `127.0.${n}.1` })).body.server)
      return [...seen].toSorted().join()
    }

    for (const addresses of [['127.0.1.1'], ['127.0.1.1', '127.0.1.2', '127.0.1.3'], ['127.0.1.2']]) {
      names.addresses = addresses
      const expected = [...addresses, 'server-1'].join()
      t.is(await eventually(async () => (await met()) === expected && expected, 30_000), expected)
    }
    names.addresses = []
    t.is(await eventually(async () => (await met()) === 'server-1' && 'server-1', 30_000), 'server-1')
  })
}

async function answering(t: ExecutionContext, host: string, port: number): Promise<void> {
  const server = createServer((_, res) => res.end(JSON.stringify({ server: host })))
  await once(server.listen(port, host), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
}

/** Answers every question with these addresses; with none, that there is no such name (RFC 1035). */
async function nameServer(t: ExecutionContext): Promise<{ port: number; addresses: string[] }> {
  const socket = createSocket('udp4')
  const names = { port: 0, addresses: [] as string[] }
  socket.on('message', (question, { port, address }) => {
    const head = Buffer.from(question.subarray(0, 12))
    head.writeUInt16BE(names.addresses.length > 0 ? 0x8180 : 0x8183, 2)
    head.writeUInt16BE(names.addresses.length, 6)
    head.writeUInt16BE(0, 10)
    const asked = question.subarray(12, question.indexOf(0, 12) + 5)
    // The name of the question, an address of the internet, for a second.
    const answers = names.addresses.map((one) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...one.split('.').map(Number)]),
    )
    socket.send(Buffer.concat([head, asked, ...answers]), port, address)
  })
  await once(socket.bind(0, '127.0.0.1'), 'listening')
  t.teardown(() => socket.close())
  names.port = socket.address().port
  return names
}
