import test from 'ava'
import { pino } from 'pino'
import { Health, healthRoutes } from '../../../src/platform/http/health.ts'
import type { HealthCheck } from '../../../src/platform/http/health.ts'
import { serveProbes } from '../../../src/platform/http/probes.ts'
import { serve } from './serve.ts'

const log = pino({ level: 'silent' })
const healthWith = (checks: Record<string, HealthCheck>) => new Health({ checks, timeoutMs: 50, log })
const never = (): Promise<never> => new Promise(() => undefined)

test('a process whose checks all answer is ready', async (t) => {
  const health = healthWith({ mysql: async () => 1, redis: async () => 'PONG' })
  const { origin } = await serve(t, { routes: healthRoutes(health) })

  const live = await fetch(`${origin}/livez`)
  const ready = await fetch(`${origin}/readyz`)

  t.is(live.status, 200)
  t.is(ready.status, 200)
  t.like(await ready.json(), { status: 'ready', checks: { mysql: { isOk: true }, redis: { isOk: true } } })
})

test('a check that fails or does not answer in time makes the process not ready, but alive', async (t) => {
  const health = healthWith({ mysql: never, redis: () => Promise.reject(new Error('secret')), other: async () => 1 })
  const { origin } = await serve(t, { routes: healthRoutes(health) })

  const ready = await fetch(`${origin}/readyz`)
  const text = await ready.text()

  t.is(ready.status, 503)
  t.false(text.includes('secret'))
  t.like(JSON.parse(text), {
    status: 'not_ready',
    checks: { mysql: { isOk: false }, redis: { isOk: false }, other: { isOk: true } },
  })
  t.is((await fetch(`${origin}/livez`)).status, 200)
})

test('a process that drains is not ready, whatever its checks say', async (t) => {
  const health = healthWith({ mysql: async () => 1 })
  const { origin } = await serve(t, { routes: healthRoutes(health) })
  t.is((await fetch(`${origin}/readyz`)).status, 200)

  health.drain()

  const ready = await fetch(`${origin}/readyz`)
  t.is(ready.status, 503)
  t.like(await ready.json(), { status: 'draining' })
})

test('probes that come at once share one run of the checks', async (t) => {
  let runs = 0
  const started = Promise.withResolvers<void>()
  const health = healthWith({
    async slow() {
      runs += 1
      await started.promise
    },
  })

  const probes = [health.readiness(), health.readiness(), health.readiness()]
  started.resolve()
  await Promise.all(probes)
  await health.readiness()

  t.is(runs, 2)
})

test('a process without a server of its own answers probes on a small one', async (t) => {
  const routes = healthRoutes(healthWith({}))
  const served = await serveProbes({ routes, host: '127.0.0.1', port: 0, log })
  const { port } = served

  t.is((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200)
  t.is((await fetch(`http://127.0.0.1:${port}/v1/me`)).status, 404)

  await served.close()
  await t.throwsAsync(fetch(`http://127.0.0.1:${port}/livez`))
})
