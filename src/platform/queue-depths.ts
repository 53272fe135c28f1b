import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { queuePrefix } from './queue.ts'
import { watchRedis } from './redis-metrics.ts'
import { Survey } from './survey.ts'

const states = ['waiting', 'active', 'delayed', 'failed'] as const

/** Shows how many jobs are in each state of these queues. One connection for all of them; to be closed. */
export function showQueues(options: { url: string; names: readonly string[]; metrics: Metrics; log: Log }): {
  close(): Promise<void>
} {
  const { metrics, log } = options
  const redis = new Redis(options.url, {
    protocol: 2,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    socketTimeout: 5000,
    connectionName: 'madang-queue-depths',
  })
  redis.on('error', (error: Error) => log.warn({ err: error }, 'queue connection'))
  watchRedis(metrics, redis, 'queue')
  const queues = options.names.map(
    (name) => new Queue(name, { connection: redis, prefix: queuePrefix, skipVersionCheck: true }),
  )
  for (const queue of queues) queue.on('error', () => undefined)
  const depths = new Survey({ name: 'queues', ask: () => Promise.all(queues.map(depthsOf)), metrics, log })
  metrics.show(
    'gauge',
    {
      name: 'madang_queue_jobs',
      help: 'Jobs by queue and state; failed ones are kept for a day',
      labels: ['queue', 'state'],
    },
    async () => (await depths.read())?.flat(),
  )
  return {
    async close() {
      await Promise.all(queues.map((queue) => queue.close().catch(() => undefined)))
      redis.disconnect()
    },
  }
}

async function depthsOf(queue: Queue) {
  const counts = await queue.getJobCounts(...states)
  return states.map((state) => [{ queue: queue.name, state }, counts[state] ?? 0] as const)
}
