import test from 'ava'
import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import { z } from 'zod'
import { addressKey, createRateLimits } from '../../../src/platform/http/rate-limit.ts'
import type { Limit } from '../../../src/platform/http/rate-limit.ts'
import { route } from '../../../src/platform/http/route.ts'
import { Metrics } from '../../../src/platform/metrics.ts'
import { closeRedis } from '../../../src/platform/redis.ts'
import type { Redis } from '../../../src/platform/redis.ts'
import { connectFor } from '../../support/connections.ts'
import { startRedis } from '../../support/redis-server.ts'
import type { PrivateRedis } from '../../support/redis-server.ts'
import { believing, serve } from './serve.ts'
import { seeded } from '../../support/seeded.ts'

let server: PrivateRedis
let redis: Redis

test.before('Redis starts', async () => {
  server = await startRedis()
  redis = connectFor('commands', server.url)
  await redis.ping()
})

test.after.always('Redis stops', async () => {
  await closeRedis(redis)
  await server.stop()
})

const limitOf = (name: string, requests: number): Limit => ({ name, requests, seconds: 60, withoutRedis: 'count_here' })
const hello = (limit?: Limit) =>
  route({
    method: 'GET',
    path: '/v1/hello',
    summary: 'Says hello',
    access: 'public',
    answers: { 200: z.strictObject({}) },
    ...(limit === undefined ? {} : { limit }),
    handle: async () => ({ status: 200, body: {} }),
  })

test.serial('the last request within a limit passes and the next one is told when to come back', async (t) => {
  const generalLimit = limitOf('three', 3)
  const metrics = new Metrics()
  const { origin } = await serve(t, { routes: [hello()], limits: createRateLimits(redis, metrics), generalLimit })

  const answers = []
  for (let nth = 1; nth <= 4; nth += 1) answers.push(await fetch(`${origin}/v1/hello`))

  t.deepEqual(
    answers.map((answer) => answer.status),
    [200, 200, 200, 429],
  )
  t.is(answers[2]?.headers.get('ratelimit-policy'), '"three";q=3;w=60')
  t.regex(answers[2]?.headers.get('ratelimit') ?? '', /^"three";r=0;t=(60|59)$/)
  t.regex(answers[3]?.headers.get('retry-after') ?? '', /^(60|59)$/)
  t.like(await answers[3]?.json(), { code: 'rate_limited', status: 429 })
  t.true((await metrics.text()).includes('madang_rate_limited_total{limit="three"} 1\n'))
})

test.serial(
  'every answer says where one stands: what is known already, refusals, and paths that nobody serves',
  async (t) => {
    const named = route({
      method: 'GET',
      path: '/v1/named',
      summary: 'Has a name for its content',
      access: 'public',
      hasEtag: true,
      answers: { 200: z.strictObject({}) },
      handle: async () => ({ status: 200, body: {} }),
    })
    const made = route({
      method: 'POST',
      path: '/v1/made',
      summary: 'Makes something',
      access: 'member',
      answers: { 201: z.strictObject({}) },
      handle: async () => ({ status: 201, body: {}, headers: { location: '/v1/made/1' } }),
    })
    const limits = createRateLimits(redis)
    const generalLimit = limitOf('six', 6)
    const { origin } = await serve(t, { routes: [named, made], limits, generalLimit, origins: new Set() })
    const ask = async (path: string, options: RequestInit = {}) => {
      const { status, headers } = await fetch(`${origin}${path}`, options)
      return [status, /r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1], headers.get('ratelimit-policy')]
    }
    const policy = '"six";q=6;w=60'

    t.deepEqual(await ask('/v1/named'), [200, '5', policy])
    t.deepEqual(await ask('/v1/named', { headers: { 'if-none-match': '*' } }), [304, '4', policy])
    t.deepEqual(await ask('/v1/nowhere'), [404, '3', policy])
    t.deepEqual(await ask('/v1/named', { method: 'DELETE' }), [405, '2', policy])
    t.deepEqual(await ask('/v1/made', { method: 'POST' }), [401, '1', policy])
    t.deepEqual(await ask('/v1/made', { method: 'POST', headers: { origin: 'https://evil.example' } }), [
      403,
      '0',
      policy,
    ])
    t.deepEqual(await ask('/v1/nowhere'), [429, '0', policy])
  },
)

test.serial('an account is counted by itself, from whatever address, and an address by itself', async (t) => {
  const generalLimit = limitOf('one', 1)
  const limits = createRateLimits(redis)
  const { origin } = await serve(t, { routes: [hello()], limits, generalLimit, authenticate: believing })
  const ask = async (headers: Record<string, string>) => (await fetch(`${origin}/v1/hello`, { headers })).status
  const alice = { authorization: 'Bearer member' }

  t.is(await ask({ ...alice, 'x-forwarded-for': '10.0.0.1' }), 200)
  t.is(await ask({ ...alice, 'x-forwarded-for': '10.0.0.2' }), 429)
  t.is(await ask({ 'x-forwarded-for': '10.0.0.1' }), 200)
  t.is(await ask({ 'x-forwarded-for': '10.0.0.1' }), 429)
})

test.serial('what a client puts before the address that Nginx saw does not move the limit', async (t) => {
  const generalLimit = limitOf('spoof', 1)
  const { origin } = await serve(t, { routes: [hello()], limits: createRateLimits(redis), generalLimit })
  const ask = async (from: string) =>
    (await fetch(`${origin}/v1/hello`, { headers: { 'x-forwarded-for': from } })).status

  t.is(await ask('6.6.6.6, 10.0.0.9'), 200)
  t.is(await ask('7.7.7.7, 10.0.0.9'), 429)
})

test.serial('a route has a limit of its own beside the general one', async (t) => {
  const { origin } = await serve(t, {
    routes: [hello(limitOf('own', 1))],
    limits: createRateLimits(redis),
    generalLimit: limitOf('general', 5),
  })

  const first = await fetch(`${origin}/v1/hello`)
  const second = await fetch(`${origin}/v1/hello`)

  t.deepEqual([first.status, second.status], [200, 429])
  t.is(first.headers.get('ratelimit-policy'), '"general";q=5;w=60, "own";q=1;w=60')
})

test.serial('without Redis a process counts by itself, or nobody passes', async (t) => {
  const limits = createRateLimits(redis)
  const counting = limitOf('counting', 1)
  const refusing: Limit = { name: 'refusing', requests: 1, seconds: 60, withoutRedis: 'refuse' }
  await server.kill()

  const first = await limits.take(counting, 'alice')
  const second = await limits.take(counting, 'alice')

  t.deepEqual([first.isOver, second.isOver], [false, true])
  await t.throwsAsync(limits.take(refusing, 'alice'), { message: /not available/ })
  await server.start()
  t.false((await limits.take(refusing, 'alice')).isOver)
})

test('an address of IPv6 counts as its network, one of IPv4 as itself', (t) => {
  t.is(addressKey('10.1.2.3'), '10.1.2.3')
  t.is(addressKey('::ffff:10.1.2.3'), '10.1.2.3')
  t.is(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
  t.is(addressKey('2001:0DB8:1:2::9'), '2001:db8:1:2::/64')
  t.is(addressKey('2001:db8::1'), '2001:db8:0:0::/64')
  t.is(addressKey('::1'), '0:0:0:0::/64')
  t.is(addressKey('1::'), '1:0:0:0::/64')
})

const windowSeconds = 3600
const happening = fc.oneof(
  fc.record({ key: fc.constantFrom('alice', 'bob'), times: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ passSeconds: fc.constantFrom(100, 500, 1700, 3500) }),
)

/** Time passes for Redis: what would expire in a while expires so much sooner. */
async function pass(name: string, seconds: number): Promise<void> {
  for (const key of await redis.keys(`rate:${name}:*`)) {
    const leftMs = await redis.pttl(key)
    await redis.pexpire(key, Math.max(0, leftMs - seconds * 1000))
  }
}

let names = 0

test.serial(
  'for any schedule so many pass in each window and not one more, and each is told when it ends',
  async (t) => {
    const happenings = fc.array(happening, { minLength: 3, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(happenings, fc.integer({ min: 1, max: 5 }), async (list, requests) => {
        names += 1
        const limit: Limit = { name: `any${names}`, requests, seconds: windowSeconds, withoutRedis: 'refuse' }
        const limits = createRateLimits(redis)
        const windows = new Map<string, { taken: number; leftSeconds: number }>()
        const began = performance.now()
        for (const each of list) {
          if ('passSeconds' in each) {
            await pass(limit.name, each.passSeconds)
            for (const [key, window] of windows) {
              window.leftSeconds -= each.passSeconds
              if (window.leftSeconds <= 0) windows.delete(key)
            }
            continue
          }
          const window = windows.get(each.key) ?? { taken: 0, leftSeconds: windowSeconds }
          windows.set(each.key, window)
          const standings = await Promise.all(Array.from({ length: each.times }, () => limits.take(limit, each.key)))
          const realSeconds = (performance.now() - began) / 1000
          for (const { isOver, remaining, resetSeconds } of standings) {
            window.taken += 1
            assert.equal(isOver, window.taken > requests)
            assert.equal(remaining, Math.max(0, requests - window.taken))
            assert.ok(resetSeconds <= window.leftSeconds, 'nobody waits longer than the window lasts')
            assert.ok(resetSeconds >= window.leftSeconds - realSeconds, 'who waits as told finds a new window')
          }
        }
      }),
      seeded(60),
    )
    t.pass()
  },
)

/** One after the other: so many requests at once at this server. */
const visits = fc.array(fc.record({ server: fc.constantFrom(0, 1), times: fc.integer({ min: 1, max: 80 }) }), {
  minLength: 1,
  maxLength: 20,
})

test.serial(
  'where servers take points several at a time two of them give no more than the limit, and lose few',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(visits, fc.integer({ min: 100, max: 600 }), async (list, requests) => {
        names += 1
        const limit: Limit = { name: `large${names}`, requests, seconds: windowSeconds, withoutRedis: 'refuse' }
        const servers = [createRateLimits(redis), createRateLimits(redis)] as const
        let asked = 0
        let passed = 0
        for (const { server: nth, times } of list) {
          const standings = await Promise.all(Array.from({ length: times }, () => servers[nth]!.take(limit, 'alice')))
          asked += times
          passed += standings.filter(({ isOver }) => !isOver).length
        }
        assert.ok(passed <= requests, `${passed} passed of ${requests}`)
        // What is left of a pack at the other server, where nobody asks for it.
        assert.ok(passed >= Math.min(asked, requests - 9), `${passed} passed of ${asked} at ${requests}`)
      }),
      seeded(60),
    )
    t.pass()
  },
)
