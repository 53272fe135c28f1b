import type { ServerResponse } from 'node:http'
import { isIPv6 } from 'node:net'
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { Problem } from '../errors.ts'
import { Metrics } from '../metrics.ts'
import type { Redis } from '../redis.ts'
import { PointPacks } from './point-packs.ts'
import type { Taken } from './point-packs.ts'

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

/** A small part of what a limit allows: a client that goes from server to server must not miss it, and where few are allowed each counts. */
const packsInLimit = 50
const largestPack = 10

export function createRateLimits(redis: Redis, metrics = new Metrics()): RateLimits {
  const refusals = metrics.counter({
    name: 'madang_rate_limited_total',
    help: 'Requests that were over a limit, by the name of the limit',
    labels: ['limit'],
  })
  const packsByLimit = new Map<string, PointPacks>()
  const packsOf = (limit: Limit): PointPacks => {
    const packs =
      packsByLimit.get(limit.name) ??
      new PointPacks(createLimiter(redis, limit), { points: limit.requests, size: packOf(limit) })
    packsByLimit.set(limit.name, packs)
    return packs
  }
  return {
    async take(limit, key) {
      try {
        const taken = await packsOf(limit).take(key)
        if (taken.isOver) refusals.inc({ limit: limit.name })
        return standing(limit, taken)
      } catch (error) {
        throw new Problem('unavailable', { retryAfter: 5, cause: error })
      }
    },
  }
}

/** Where nobody shall pass without Redis, nobody passes on what was taken before. */
function packOf({ requests, withoutRedis }: Limit): number {
  if (withoutRedis === 'refuse') return 1
  return Math.min(largestPack, Math.max(1, Math.floor(requests / packsInLimit)))
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

function standing(limit: Limit, { isOver, remaining, msBeforeNext }: Taken): Standing {
  return { limit, remaining, resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)), isOver }
}

/** `RateLimit-Policy` and `RateLimit` for all limits that a request met. */
export function tellLimits(response: ServerResponse, standings: readonly Standing[]): void {
  if (standings.length === 0) return
  const policies = standings.map(({ limit }) => `"${limit.name}";q=${limit.requests};w=${limit.seconds}`)
  const places = standings.map(
    ({ limit, remaining, resetSeconds }) => `"${limit.name}";r=${remaining};t=${resetSeconds}`,
  )
  response.setHeader('ratelimit-policy', policies.join(', '))
  response.setHeader('ratelimit', places.join(', '))
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
