import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Redis } from 'ioredis'
import { eventually } from '../../../test/support/eventually.ts'
import { plainCaller } from './caller.ts'
import { made, undone } from './trial.ts'
import type { Trial } from './trial.ts'

const marker = 'drill:marker'
const longMs = 60_000
const mebibyte = 'x'.repeat(1024 * 1024)

const rolledBack: Trial = async (trying) => {
  const { redis } = trying.stack.inside
  await redis.set(marker, 'before the copy')
  const making = made(trying)
  // The copy is made at once, and what comes now is to be gone.
  await redis.set(marker, 'after the copy')
  await making
  assert.equal(await redis.get(marker), 'before the copy')
}

const emptied: Trial = async (trying) => {
  const { redis } = trying.stack.inside
  const before = await runOf(redis)
  await redis.set(marker, '1')
  await made(trying)
  assert.equal(await redis.exists(marker), 0)
  assert.notEqual(await runOf(redis), before)
}

const flushed: Trial = async (trying) => {
  const { redis } = trying.stack.inside
  const before = await runOf(redis)
  await redis.set(marker, '1')
  await made(trying)
  assert.equal(await redis.exists(marker), 0)
  assert.equal(await runOf(redis), before)
}

/** Of one start of Redis. */
async function runOf(redis: Redis): Promise<string> {
  const run = /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1]
  assert.ok(run !== undefined)
  return run
}

const outOfMemory: Trial = async (trying) => {
  const { redis } = trying.stack.inside
  const injected = await made(trying)
  await assert.rejects(async () => {
    for (let key = 0; key < 5; key += 1) await redis.set(`${marker}:${key}`, mebibyte)
  }, /OOM/)
  await undone(injected)
  await redis.set(`${marker}:0`, mebibyte)
  await redis.del(...[0, 1, 2, 3, 4].map((key) => `${marker}:${key}`))
}

const pubSubKilled: Trial = async (trying) => {
  const listener = trying.stack.inside.redis.duplicate()
  listener.on('error', () => undefined)
  await listener.subscribe(marker)
  const closed = once(listener, 'close')
  await made(trying)
  await closed
  listener.disconnect()
}

const allKilled: Trial = async (trying) => {
  const somebody = trying.stack.inside.redis.duplicate()
  somebody.on('error', () => undefined)
  await somebody.ping()
  const closed = once(somebody, 'close')
  await made(trying)
  await closed
  somebody.disconnect()
}

const pausedMs = 1500
/** Redis reads its clock once for what it does in one turn. */
const clocksDifferMs = 50

const paused: Trial = async (trying) => {
  const { port, password } = new URL(trying.stack.redisUrl)
  // Whoever is not let in is answered in a pause, too.
  const caller = plainCaller(Number(port), `AUTH ${password}\r\n`)
  assert.equal(await caller.ask(longMs), 'answered')
  const began = performance.now()
  await made(trying, { forMs: pausedMs })
  assert.equal(await caller.ask(longMs), 'answered')
  caller.close()
  // However late anybody asks, on a busy machine: not before the pause is over.
  const waitedMs = performance.now() - began
  assert.ok(waitedMs >= pausedMs - clocksDifferMs, `it answered after ${waitedMs} ms`)
}

const diskFull: Trial = async (trying) => {
  const { redis } = trying.stack.inside
  // Says it once: who says it again to each Redis that is started anew ends each of them, and is never told.
  const teller = redis.duplicate({
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  teller.on('error', () => undefined)
  await teller.ping()
  const injected = await made(trying)
  // It says so, or ends because it cannot keep what it promised.
  await assert.rejects(async () => {
    for (let key = 0; key < 20; key += 1) await teller.set(marker, mebibyte)
  })
  teller.disconnect()
  await undone(injected)
  await eventually(
    () =>
      redis.set(marker, '1').then(
        () => true,
        () => false,
      ),
    longMs,
  )
}

export const redisTrials: Record<string, Trial> = {
  'redis: rolled back': rolledBack,
  'redis: empty volume': emptied,
  'redis: FLUSHALL': flushed,
  'redis: out of memory': outOfMemory,
  'redis: pub/sub killed': pubSubKilled,
  'redis: all clients killed': allKilled,
  'redis: paused': paused,
  'redis: disk full': diskFull,
}
