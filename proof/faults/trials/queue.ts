import assert from 'node:assert/strict'
import type { Redis } from 'ioredis'
import { eventually } from '../../../test/support/eventually.ts'
import { hitIn, isStopped } from './processes.ts'
import { made, undone } from './trial.ts'
import type { Trial } from './trial.ts'

const marker = '{madang-queue}:drill-marker'

const flushed: Trial = async (trying) => {
  const { redis } = trying.stack.inside
  await redis.set(marker, '1')
  await made(trying)
  assert.equal(await redis.exists(marker), 0)
}

const failed: Trial = async (trying) => {
  const { redis } = trying.stack.inside
  const count = async (): Promise<number> =>
    (await redis.zcard('{madang-queue}:flush-rooms:failed')) + (await redis.zcard('{madang-queue}:close-rooms:failed'))
  const before = await count()
  const injected = await made(trying)
  await eventually(async () => (await count()) > before, 60_000)
  await undone(injected)
  assert.ok((await count()) > before, 'failed jobs did not stay')
}

/** Ids of the events by which BullMQ tells that it has taken a job from a worker without its lock. */
async function stalledJobs(redis: Redis): Promise<string[]> {
  const events = await Promise.all(
    ['flush-rooms', 'close-rooms'].map((name) => redis.xrange(`{madang-queue}:${name}:events`, '-', '+')),
  )
  return events.flat().flatMap(([id, fields]) => (fields.includes('stalled') ? [id] : []))
}

const handedOutTwice: Trial = async (trying) => {
  const { redis } = trying.stack.inside
  const before = await stalledJobs(redis)
  const injected = await made(trying)
  const { pid } = hitIn(injected.detail)
  await eventually(() => isStopped(pid))
  await eventually(async () => (await stalledJobs(redis)).some((id) => !before.includes(id)))
  await undone(injected)
  await eventually(() => !isStopped(pid))
}

export const queueTrials: Record<string, Trial> = {
  'queue: flushed': flushed,
  'queue: jobs fail and are retained': failed,
  'queue: job handed out twice': handedOutTwice,
}
