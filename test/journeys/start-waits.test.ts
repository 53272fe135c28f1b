import test from 'ava'
import type { ExecutionContext } from 'ava'
import { CannotStart, requireAnswer } from '../../src/platform/start.ts'
import { createLog } from '../../src/platform/log.ts'
import { freePort } from '../../tools/ports.ts'
import { CuttingProxy } from '../support/cutting-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { linesOf } from '../support/log-lines.ts'
import { Part } from '../support/part.ts'
import { patienceMs } from '../support/patience.ts'
import { worldOf } from '../support/world.ts'

/** What processes do that start while Redis or MySQL stands still, or is not there yet. */
const world = worldOf(test)

const scripts = { server: 'src/server.ts', worker: 'workers/main.ts' }

/** A server and a worker that have begun to start, and end with the test. */
async function starting(t: ExecutionContext, changes: Record<string, string> = {}): Promise<Part[]> {
  const parts = await Promise.all(
    Object.entries(scripts).map(async ([name, script]) => {
      const port = await freePort()
      const own = { HOST: '127.0.0.1', PORT: String(port), WORKER_PORT: String(port), SERVER_NAME: name, TZ: 'UTC' }
      return new Part(script, port, { ...world().env, LOG_LEVEL: 'info', ...own, ...changes }, {})
    }),
  )
  t.teardown(() => Promise.all(parts.map((part) => part.end('SIGKILL'))))
  for (const part of parts) await part.start()
  return parts
}

/** For what it says that it waits. */
function waitsOf(part: Part): unknown[] {
  const lines = linesOf(part.log).filter(({ msg }) => msg === 'start waits for a service that does not answer')
  return lines.map(({ level, waits }) => `${String(level)} ${String(waits)}`)
}

async function untilBothWait(parts: readonly Part[]): Promise<void> {
  await eventually(() => parts.every((part) => waitsOf(part).length > 0 || !part.isRunning), 2 * patienceMs)
}

test.serial('a server and a worker that start while Redis stands still wait for it', async (t) => {
  t.timeout(360_000)
  world().redis.freeze()
  t.teardown(() => world().redis.goOn())

  const parts = await starting(t)
  await untilBothWait(parts)
  const said = parts.map((part) => [part.isRunning, waitsOf(part)[0]])
  world().redis.goOn()
  await Promise.all(parts.map((part) => part.ready()))

  t.deepEqual(
    said,
    parts.map(() => [true, 'warn Redis']),
    parts.map((part) => part.log).join('\n'),
  )
  t.deepEqual(await Promise.all(parts.map((part) => part.end('SIGTERM'))), [0, 0])
})

test.serial('who is told to stop while it waits does so, and does not wait for Redis', async (t) => {
  t.timeout(360_000)
  world().redis.freeze()
  t.teardown(() => world().redis.goOn())
  const parts = await starting(t)
  await untilBothWait(parts)

  const codes = await Promise.all(parts.map((part) => part.end('SIGTERM')))

  t.deepEqual(codes, [0, 0], parts.map((part) => part.log).join('\n'))
  for (const part of parts) {
    const lines = linesOf(part.log).map(({ msg }) => msg)
    t.is(lines.at(-1), 'stopping', part.log)
  }
})

test.serial('they wait for a MySQL that comes later than they do, too', async (t) => {
  t.timeout(360_000)
  const behind = new URL(world().config.DATABASE_URL)
  let isThere = false
  const proxy = await CuttingProxy.open(() => (isThere ? `http://127.0.0.1:${behind.port}` : undefined))
  t.teardown(() => proxy.close())
  const before = behind.href.replace(`:${behind.port}/`, `:${new URL(proxy.address).port}/`)
  const parts = await starting(t, { DATABASE_URL: before })
  await untilBothWait(parts)
  const said = parts.map((part) => [part.isRunning, waitsOf(part)[0]])

  isThere = true
  await Promise.all(parts.map((part) => part.ready()))

  t.deepEqual(
    said,
    parts.map(() => [true, 'warn MySQL']),
    parts.map((part) => part.log).join('\n'),
  )
  t.deepEqual(await Promise.all(parts.map((part) => part.end('SIGTERM'))), [0, 0])
})

const log = createLog({ level: 'silent', service: 'test' })
const refused = (): Promise<never> => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))

test('what stays away is said when there is no patience left, and at once to who has none', async (t) => {
  const says = 'Redis does not answer where REDIS_URL says: start it, or correct REDIS_URL.'
  let asked = 0
  const ask = (): Promise<never> => {
    asked += 1
    return refused()
  }

  await t.throwsAsync(requireAnswer('Redis', 'REDIS_URL', ask), { instanceOf: CannotStart, message: says })
  const askedAtOnce = asked
  const patience = { forMs: 600, log }
  await t.throwsAsync(requireAnswer('Redis', 'REDIS_URL', ask, patience), { instanceOf: CannotStart, message: says })

  t.is(askedAtOnce, 1)
  t.true(asked > 2, `${asked} times`)
})

test('an answer that is no outage is not asked for again', async (t) => {
  let asked = 0
  const ask = (): Promise<never> => {
    asked += 1
    return Promise.reject(new CannotStart('There are no tables.'))
  }

  await t.throwsAsync(requireAnswer('MySQL', 'DATABASE_URL', ask, { forMs: 30_000, log }), {
    message: 'There are no tables.',
  })

  t.is(asked, 1)
})
