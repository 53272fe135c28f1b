import { once } from 'node:events'
import { createServer } from 'node:http'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { deriveSettings } from '../../tools/nginx-settings.ts'
import { freePort } from '../../tools/ports.ts'
import { eventually } from '../support/eventually.ts'
import { NameServer } from '../support/name-server.ts'
import { front, sameAsOurs } from './nginx-front.ts'

/** Servers that have one name, and come and go. */

test('servers with a name are all that the name leads to, asked for again and again', (t) => {
  const { MADANG_NAMED } = deriveSettings({ MADANG_NAMED_SERVERS: 'more-servers:3000' })

  t.is(
    MADANG_NAMED,
    'zone madang 256k; resolver 127.0.0.11 valid=5s ipv6=off; server more-servers:3000 resolve max_fails=0;',
  )
  t.is(deriveSettings({}).MADANG_NAMED, '')
})

const program = process.env['NAMED_NGINX'] ?? ''
const byName = program === '' ? test.skip : test

byName(
  'servers that come under their name are found without a word to Nginx, and one that goes is left alone',
  async (t) => {
    t.timeout(180_000)
    const { names, named } = await threeNamed(t)
    names.leadTo(['127.0.1.1'])
    const { ask } = await front(t, 1, { program, named })

    for (const addresses of [['127.0.1.1'], ['127.0.1.1', '127.0.1.2', '127.0.1.3'], ['127.0.1.2']]) {
      names.leadTo(addresses)
      const expected = [...addresses, 'server-1'].join()
      t.is(await eventually(async () => (await met(ask)) === expected && expected), expected)
    }
    names.leadTo([])
    t.is(await eventually(async () => (await met(ask)) === 'server-1' && 'server-1'), 'server-1')
  },
)

byName(
  'where servers have nothing but a name and it leads nowhere, people are told so in our words, and served when it does',
  async (t) => {
    t.timeout(180_000)
    const { names, named } = await threeNamed(t)
    const { ask } = await front(t, 0, { program, named })

    await names.untilHeard()
    sameAsOurs(t, await ask({}), 'unavailable', 1)

    const everybody = ['127.0.1.1', '127.0.1.2', '127.0.1.3']
    names.leadTo(everybody)
    t.is(await eventually(async () => (await met(ask)) === everybody.join() && 'all'), 'all')

    // As when all of them are not ready at once.
    names.leadTo([])
    await names.untilHeard()
    sameAsOurs(t, await ask({}), 'unavailable', 1)

    names.leadTo(['127.0.1.3'])
    t.is(await eventually(async () => (await met(ask)) === '127.0.1.3' && 'the third'), 'the third')
  },
)

/** Servers at three addresses of this machine, of which a name server has still to say that they are behind a name. */
async function threeNamed(t: ExecutionContext) {
  const port = await freePort()
  for (const host of ['127.0.1.1', '127.0.1.2', '127.0.1.3']) await answering(t, host, port)
  const names = await NameServer.start()
  t.teardown(() => names.close())
  return { names, named: { servers: [`more.test:${port}`], resolver: names.address } }
}

/** Who answers people of many networks. */
async function met(ask: Awaited<ReturnType<typeof front>>['ask']): Promise<string> {
  const seen = new Set<string>()
  for (let n = 0; n < 24; n += 1) seen.add((await ask({ from: `127.0.${n}.1` })).body.server)
  return [...seen].toSorted().join()
}

async function answering(t: ExecutionContext, host: string, port: number): Promise<void> {
  const server = createServer((_, res) => res.end(JSON.stringify({ server: host })))
  await once(server.listen(port, host), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
}
