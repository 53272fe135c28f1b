import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'

export type { Redis }

/**
 * What a connection is for decides how it fails.
 *
 * - `commands`: short reads and repeatable scripts. Waits for a reconnect within its time-out.
 * - `append`: a command is never repeated by the client library and never waits in an offline queue: a lost reply
 *   must stay *unknown*, and nothing may cross from one Redis incarnation into the next.
 * - `subscriber`: holds subscriptions and reconnects for ever; the broker subscribes again by itself.
 *
 * A command that hears nothing for its `socketTimeout` ends the connection: the machine behind it may be gone without a word.
 */
export type RedisPurpose = 'commands' | 'append' | 'subscriber'

const reconnect = (times: number): number => Math.min(50 * 2 ** Math.min(times, 4), 500) * (0.5 + Math.random() / 2)

const byPurpose: Record<RedisPurpose, RedisOptions> = {
  commands: {
    maxRetriesPerRequest: 2,
    autoResendUnfulfilledCommands: false,
    commandTimeout: 3000,
    socketTimeout: 5000,
  },
  append: {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    commandTimeout: 1500,
    socketTimeout: 5000,
  },
  subscriber: { maxRetriesPerRequest: null, autoResubscribe: false, socketTimeout: 5000 },
}

export function connectRedis(options: {
  url: string
  purpose: RedisPurpose
  name: string
  onError: (error: Error) => void
}): Redis {
  const settings: RedisOptions = {
    ...byPurpose[options.purpose],
    protocol: 2,
    connectionName: `madang-${options.name}`,
    retryStrategy: reconnect,
  }
  const redis = new Redis(options.url, { ...settings, replyMapping: 'legacy' })
  redis.on('error', options.onError)
  return redis
}

/** Ends a connection politely when it answers, at once when it does not. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => undefined)
  redis.disconnect()
}
