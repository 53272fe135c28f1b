import { Broker } from '../../src/platform/broker.ts'
import type { Log } from '../../src/platform/log.ts'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import type { Redis, RedisPurpose } from '../../src/platform/redis.ts'

/** What one process of Madang has to do with Redis. */
export interface Connections {
  redis: Redis
  appendRedis: Redis
  broker: Broker
  close(): Promise<void>
}

export function connectTo({ url, log }: { url: string; log: Log }): Connections {
  const [redis, appendRedis] = [connectFor('commands', url), connectFor('append', url)]
  const broker = new Broker({ url, publisher: redis, log })
  return {
    ...{ redis, appendRedis, broker },
    async close() {
      await broker.close()
      await closeRedis(redis)
      await closeRedis(appendRedis)
    },
  }
}

/** One connection. What goes wrong with it is seen by what the test asks for. */
export function connectFor(purpose: RedisPurpose, url: string): Redis {
  return connectRedis({ url, purpose, name: 'test', onError: () => undefined })
}
