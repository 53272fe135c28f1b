import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { Survey } from '../platform/survey.ts'
import type { RoomId } from '../platform/ids.ts'
import { heads, keys } from './buffer.ts'
import { waitingClosings } from './closing-store.ts'

/** What waits in Redis and MySQL to be stored or closed, as a worker shows it: asked for when somebody looks, within bounds. */

export interface BacklogParts {
  sql: Sql
  redis: Redis
  metrics: Metrics
  log: Log
}

export interface Buffered {
  /** Rooms with entries that MySQL does not have. */
  rooms: number
  /** Of the oldest rooms of each bucket, so that no crowd of rooms makes it long: all where there are fewer. */
  entries: number
  oldestSeconds: number
}

/** Eight rooms of each of 256 buckets. */
const lastOfBucket = '7'

/** Two round trips, whose length does not depend on how many rooms there are. */
export async function readBuffered(redis: Redis): Promise<Buffered> {
  const [seconds, micros] = await redis.time()
  const pipeline = redis.pipeline()
  for (const key of keys.allDirty()) pipeline.zcard(key).zrange(key, 0, lastOfBucket, 'WITHSCORES')
  const answers = ((await pipeline.exec()) ?? []).map(([error, answer]) => {
    if (error !== null) throw error
    return answer
  })
  const dirty = answers.filter((answer) => Array.isArray(answer)).map((answer) => answer as string[])
  const since = dirty.flatMap(([, score]) => (score === undefined ? [] : [Number(score)]))
  const now = Number(seconds) * 1000 + Number(micros) / 1000
  return {
    rooms: answers.reduce<number>((sum, answer) => sum + (typeof answer === 'number' ? answer : 0), 0),
    entries: await entriesOf(redis, dirty.flatMap(roomsIn)),
    oldestSeconds: since.length === 0 ? 0 : Math.max(0, (now - Math.min(...since)) / 1000),
  }
}

/** Names and scores take turns. */
function roomsIn(dirty: readonly string[]): RoomId[] {
  return dirty.filter((_, index) => index % 2 === 0).map((room) => Number(room) as RoomId)
}

async function entriesOf(redis: Redis, rooms: readonly RoomId[]): Promise<number> {
  if (rooms.length === 0) return 0
  const found = await heads(redis, rooms)
  return [...found.values()].reduce((sum, room) => sum + (room === undefined ? 0 : room.head - room.base), 0)
}

/** Whether the append-only file of Redis is on and whole, by what Redis says of its last writes. */
async function isAppendOnlyWell(redis: Redis): Promise<boolean> {
  const info = await redis.info('persistence')
  const isOn = /^aof_enabled:1\r?$/m.test(info)
  return isOn && !/^aof_last_(?:bgrewrite|write)_status:(?!ok)/m.test(info)
}

export function showBacklog({ sql, redis, metrics, log }: BacklogParts): void {
  const buffered = new Survey({ name: 'buffers', ask: () => readBuffered(redis), metrics, log })
  metrics.show(
    'gauge',
    { name: 'madang_buffered_rooms', help: 'Rooms with entries that are in Redis alone' },
    async () => (await buffered.read())?.rooms,
  )
  metrics.show(
    'gauge',
    { name: 'madang_buffered_entries', help: 'Entries that are in Redis alone; of 2,048 rooms at most' },
    async () => (await buffered.read())?.entries,
  )
  metrics.show(
    'gauge',
    { name: 'madang_buffered_oldest_seconds', help: 'Age of the oldest entry that is in Redis alone' },
    async () => (await buffered.read())?.oldestSeconds,
  )
  const appendOnly = new Survey({ name: 'append_only', ask: () => isAppendOnlyWell(redis), metrics, log })
  metrics.show(
    'gauge',
    { name: 'madang_redis_append_only_ok', help: '1 while the append-only file of Redis is written without fault' },
    async () => {
      const isWell = await appendOnly.read()
      return isWell === undefined ? undefined : Number(isWell)
    },
  )
  const closings = new Survey({ name: 'closings', ask: () => waitingClosings(sql), metrics, log })
  metrics.show(
    'gauge',
    { name: 'madang_closings', help: 'Closings by state; of each state 10,000 at most', labels: ['state'] },
    async () => (await closings.read())?.map(({ state, count }) => [{ state }, count] as const),
  )
  metrics.show(
    'gauge',
    { name: 'madang_closings_oldest_seconds', help: 'Time since the oldest closing was asked for', labels: ['state'] },
    async () => (await closings.read())?.map(({ state, oldestSeconds }) => [{ state }, oldestSeconds] as const),
  )
}
