import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { randomUUID } from 'node:crypto'
import test from 'ava'
import { pino } from 'pino'
import { ConfigError, describeSettings, loadConfig } from '../../../src/config.ts'
import { createHttpApp } from '../../../src/platform/http/app.ts'
import { Doors } from '../../../src/platform/http/doors.ts'
import { metricsRoute } from '../../../src/platform/http/metrics-route.ts'
import { Metrics } from '../../../src/platform/metrics.ts'
import { serve } from './serve.ts'

const usual = describeSettings().find(({ name }) => name === 'METRICS_FROM')?.standard ?? ''

function counting(): Metrics {
  const metrics = new Metrics()
  metrics.show('gauge', { name: 'madang_sockets', help: 'Sockets that are open' }, () => 3)
  return metrics
}

test('who is on our own networks reads the numbers, in the format of Prometheus', async (t) => {
  const { origin } = await serve(t, { routes: [metricsRoute(counting(), usual)] })

  const answer = await fetch(`${origin}/metrics`)

  t.is(answer.status, 200)
  t.is(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  t.is(
    await answer.text(),
    '# HELP madang_sockets Sockets that are open\n# TYPE madang_sockets gauge\nmadang_sockets 3\n',
  )
})

test('whoever comes by way of a proxy hears that there is nothing, wherever the proxy is', async (t) => {
  const { origin } = await serve(t, { routes: [metricsRoute(counting(), usual)] })

  for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
    const answer = await fetch(`${origin}/metrics`, { headers: { [name]: '127.0.0.1' } })
    t.is(answer.status, 404, name)
    t.like(await answer.json(), { code: 'not_found' })
  }
})

test('whoever is on no network that is named hears the same, and where none is, everybody', async (t) => {
  for (const from of ['10.0.0.0/8,192.168.0.0/16,fc00::/7', 'none']) {
    const { origin } = await serve(t, { routes: [metricsRoute(counting(), from)] })
    const answer = await fetch(`${origin}/metrics`)
    t.is(answer.status, 404, from)
    t.like(await answer.json(), { code: 'not_found' })
  }
})

test('the unix socket is the way of Nginx, and leads to no numbers', async (t) => {
  const log = pino({ level: 'silent' })
  const app = createHttpApp({ log, routes: [metricsRoute(counting(), usual)] })
  const file = path.join(tmpdir(), `madang-${randomUUID().slice(0, 8)}.sock`)
  const doors = new Doors({ host: '127.0.0.1', port: 0, file }, app.callback())
  const port = await doors.open()
  t.teardown(() => doors.cutOff())
  const statusAt = (where: object): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asking = request({ ...where, path: '/metrics', agent: false }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      asking.on('error', reject).end()
    })

  t.is(await statusAt({ socketPath: file }), 404)
  t.is(await statusAt({ host: '127.0.0.1', port }), 200)
})

const needed = { DATABASE_URL: 'mysql://madang@mysql/madang', REDIS_URL: 'redis://redis', TOKEN_KEYS: 'k:secret' }

test('networks are written as networks, or the process does not start', (t) => {
  for (const from of ['none', '10.0.0.0/8', '::1/128', '127.0.0.1/32,fd00::/8', '0.0.0.0/0']) {
    t.is(loadConfig({ ...needed, METRICS_FROM: from }).METRICS_FROM, from)
  }
  for (const from of ['all', '10.0.0.0', '10.0.0.0/33', '::1/129', '10.0.0.0/8,', '10.0.0.0/8/8', '10.0.0/8', '/8']) {
    const error = t.throws(() => loadConfig({ ...needed, METRICS_FROM: from }), { instanceOf: ConfigError }, from)
    t.regex(error?.message ?? '', /METRICS_FROM: must be networks/)
  }
})

test('usually they are those that nobody has outside', (t) => {
  const networks = loadConfig(needed).METRICS_FROM.split(',')
  t.true(networks.includes('127.0.0.0/8') && networks.includes('fc00::/7'))
  t.false(networks.some((network) => network.endsWith('/0')))
})
