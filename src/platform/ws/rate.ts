/** `refused`: over the rate, say so. `excess`: went on all the same, and may be sent away. */
export type RateVerdict = 'ok' | 'refused' | 'excess'

/**
 * A token bucket that goes into debt: what is refused costs too, down to a whole burst below zero. So a sender who waits as
 * told is served again, and one who keeps sending is never served and found out.
 */
export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #filledAt: number

  constructor(rate: { perSecond: number; burst: number }, nowMs: number) {
    this.#perSecond = rate.perSecond
    this.#burst = rate.burst
    this.#tokens = rate.burst
    this.#filledAt = nowMs
  }

  take(nowMs: number): RateVerdict {
    this.#fill(nowMs)
    const isServed = this.#tokens >= 1
    this.#tokens = Math.max(this.#tokens - 1, -this.#burst - 1)
    if (isServed) return 'ok'
    return this.#tokens < -this.#burst ? 'excess' : 'refused'
  }

  isFull(nowMs: number): boolean {
    this.#fill(nowMs)
    return this.#tokens >= this.#burst
  }

  /** Whole seconds until a frame will be served again, at least one. */
  get retryAfter(): number {
    return Math.max(1, Math.ceil((1 - this.#tokens) / this.#perSecond))
  }

  #fill(nowMs: number): void {
    const gained = ((nowMs - this.#filledAt) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + gained)
    this.#filledAt = nowMs
  }
}
