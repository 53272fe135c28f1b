import type { Config } from '../config.ts'
import type { Log } from '../platform/log.ts'
import { connectRedis } from '../platform/redis.ts'
import type { Redis } from '../platform/redis.ts'

/**
 * Redis as a command asks it. That it is not there from the beginning is said in one line by `requireAnswer`; that it goes away in the middle of
 * the work is said here, as the error of that work does not name it: once, until it is there again.
 */
export function openRedis({ config, name, log }: { config: Config; name: string; log: Log }): Redis {
  let isThere = false
  const onError = (error: Error): void => {
    log[isThere ? 'warn' : 'debug']({ err: error }, 'redis connection')
    isThere = false
  }
  const redis = connectRedis({ url: config.REDIS_URL, purpose: 'commands', name, onError })
  redis.on('ready', () => void (isThere = true))
  return redis
}
