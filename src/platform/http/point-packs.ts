import { RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'

/** Where a key stands after one point was taken. */
export interface Taken {
  isOver: boolean
  remaining: number
  msBeforeNext: number
}

interface Pack {
  left: number
  /** What others may still take. */
  remaining: number
  until: number
}

const mostPacks = 10_000

/**
 * Takes points out of a window several at a time, and gives them away one by one: every taking is a write that Redis syncs to its disk.
 * What a pack has left when its window ends is lost to the client: packs are a small part of what the limit allows, and no client
 * ever gets more than that.
 */
export class PointPacks {
  readonly #limiter: RateLimiterAbstract
  readonly #points: number
  readonly #size: number
  readonly #packs = new Map<string, Pack>()
  readonly #underWay = new Map<string, Promise<Taken | undefined>>()

  constructor(limiter: RateLimiterAbstract, options: { points: number; size: number }) {
    this.#limiter = limiter
    this.#points = options.points
    this.#size = options.size
  }

  /** Rejects as the limiter does when it cannot count. */
  async take(key: string): Promise<Taken> {
    for (;;) {
      const taken = this.#takeHere(key) ?? (await this.#refusal(key))
      if (taken !== undefined) return taken
    }
  }

  #takeHere(key: string): Taken | undefined {
    const pack = this.#packs.get(key)
    if (pack === undefined) return undefined
    const msBeforeNext = pack.until - performance.now()
    pack.left -= 1
    if (pack.left <= 0 || msBeforeNext <= 0) this.#packs.delete(key)
    if (msBeforeNext <= 0) return undefined
    return { isOver: false, remaining: pack.remaining + pack.left, msBeforeNext }
  }

  /** Fetches a pack, one at a time for a key; answers what to tell when there is none to be had. */
  #refusal(key: string): Promise<Taken | undefined> {
    const fetching = this.#underWay.get(key) ?? this.#fetch(key).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, fetching)
    return fetching
  }

  async #fetch(key: string): Promise<Taken | undefined> {
    const { consumedPoints, msBeforeNext } = await this.#consume(key)
    const remaining = Math.max(0, this.#points - consumedPoints)
    const left = this.#size - Math.max(0, consumedPoints - this.#points)
    if (left <= 0) return { isOver: true, remaining: 0, msBeforeNext }
    this.#packs.set(key, { left, remaining, until: performance.now() + msBeforeNext })
    this.#trim()
    return undefined
  }

  async #consume(key: string): Promise<RateLimiterRes> {
    try {
      return await this.#limiter.consume(key, this.#size)
    } catch (error) {
      if (error instanceof RateLimiterRes) return error
      throw error
    }
  }

  /** Nobody needs the packs of those who went away; the oldest is such a one. */
  #trim(): void {
    if (this.#packs.size <= mostPacks) return
    const [oldest] = this.#packs.keys()
    if (oldest !== undefined) this.#packs.delete(oldest)
  }
}
