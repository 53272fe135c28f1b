import { isIPv6 } from 'node:net'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { Problem } from '../errors.ts'
import type { Redis } from '../redis.ts'

/** So many requests with one key in a window that begins with the first of them. */
export interface Limit {
  name: string
  requests: number
  seconds: number
  /** Without Redis: each process counts by itself, or nobody passes. */
  withoutRedis: 'count_here' | 'refuse'
}

/** Where a client stands within a limit after a request. */
export interface Standing {
  limit: Limit
  remaining: number
  resetSeconds: number
  isOver: boolean
}

export interface RateLimits {
  /** Counts one request. Error: `unavailable`, when the limit refuses without Redis. */
  take(limit: Limit, key: string): Promise<Standing>
}

const keys = { prefix: (limit: Limit) => `rate:${limit.name}` }

export function createRateLimits(redis: Redis): RateLimits {
  const limiters = new Map<string, RateLimiterAbstract>()
  const limiterOf = (limit: Limit): RateLimiterAbstract => {
    const limiter = limiters.get(limit.name) ?? createLimiter(redis, limit)
    limiters.set(limit.name, limiter)
    return limiter
  }
  return {
    async take(limit, key) {
      try {
        return standing(limit, await limiterOf(limit).consume(key), false)
      } catch (error) {
        if (error instanceof RateLimiterRes) return standing(limit, error, true)
        throw new Problem('unavailable', { retryAfter: 5, cause: error })
      }
    },
  }
}

function createLimiter(redis: Redis, limit: Limit): RateLimiterAbstract {
  const window = { keyPrefix: keys.prefix(limit), points: limit.requests, duration: limit.seconds }
  if (limit.withoutRedis === 'refuse') return new RateLimiterRedis({ ...window, storeClient: redis })
  return new RateLimiterRedis({
    ...window,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(window),
  })
}

function standing(limit: Limit, answer: RateLimiterRes, isOver: boolean): Standing {
  const resetSeconds = Math.max(1, Math.ceil(answer.msBeforeNext / 1000))
  return { limit, remaining: answer.remainingPoints, resetSeconds, isOver }
}

/** `RateLimit-Policy` and `RateLimit` for all limits that a request met. */
export function rateLimitHeaders(standings: readonly Standing[]): Record<string, string> {
  if (standings.length === 0) return {}
  return {
    'ratelimit-policy': standings
      .map(({ limit }) => `"${limit.name}";q=${limit.requests};w=${limit.seconds}`)
      .join(', '),
    ratelimit: standings
      .map(({ limit, remaining, resetSeconds }) => `"${limit.name}";r=${remaining};t=${resetSeconds}`)
      .join(', '),
  }
}

/** What an address counts as: one household has a whole IPv6 /64 and could walk through it. */
export function addressKey(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped !== undefined) return mapped
  return isIPv6(ip) ? `${firstGroups(ip, 4).join(':')}::/64` : ip
}

function firstGroups(ip: string, count: number): string[] {
  const [head = '', tail = ''] = ip.split('::')
  const front = head.split(':').filter(Boolean)
  const back = tail.split(':').filter(Boolean)
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0')
  const groups = ip.includes('::') ? [...front, ...zeros, ...back] : front
  return groups.slice(0, count).map((group) => Number.parseInt(group, 16).toString(16))
}
