import type { Metrics } from './metrics.ts'
import type { Redis } from './redis.ts'

/** Whether a connection to Redis stands, and how often it came back. `connection` says what it is for. */
export function watchRedis(metrics: Metrics, redis: Redis, connection: string): void {
  const standing = metrics.gauge({
    name: 'madang_redis_connected',
    help: '1 while the connection to Redis stands',
    labels: ['connection'],
  })
  const reconnects = metrics.counter({
    name: 'madang_redis_reconnects_total',
    help: 'Times that a connection to Redis stood again after it was lost',
    labels: ['connection'],
  })
  reconnects.inc({ connection }, 0)
  standing.set({ connection }, redis.status === 'ready' ? 1 : 0)
  let wasReady = redis.status === 'ready'
  redis.on('ready', () => {
    if (wasReady) reconnects.inc({ connection })
    wasReady = true
    standing.set({ connection }, 1)
  })
  redis.on('close', () => standing.set({ connection }, 0))
}
