/** `refused`: over the rate, say so. `excess`: went on all the same, and may be sent away. */
export type RateVerdict = 'ok' | 'refused' | 'excess'

const token = 1000

/**
 * A token bucket that goes into debt: what is refused costs too, down to a whole burst below zero. So a sender who waits as
 * told is served again, and one who keeps sending is never served and found out. It counts in thousandths of a token, of which each
 * millisecond gives a whole number: in parts of a token, sums that should reach one would stop short of it.
 */
export class TokenBucket {
  readonly #perSecond: number
  readonly #full: number
  #thousandths: number
  #filledAt: number

  constructor(rate: { perSecond: number; burst: number }, nowMs: number) {
    this.#perSecond = rate.perSecond
    this.#full = rate.burst * token
    this.#thousandths = this.#full
    this.#filledAt = nowMs
  }

  take(nowMs: number): RateVerdict {
    this.#fill(nowMs)
    const isServed = this.#thousandths >= token
    this.#thousandths = Math.max(this.#thousandths - token, -this.#full - token)
    if (isServed) return 'ok'
    return this.#thousandths < -this.#full ? 'excess' : 'refused'
  }

  isFull(nowMs: number): boolean {
    this.#fill(nowMs)
    return this.#thousandths >= this.#full
  }

  /** Whole seconds until a frame will be served again, at least one. */
  get retryAfter(): number {
    return Math.max(1, Math.ceil((token - this.#thousandths) / (this.#perSecond * 1000)))
  }

  #fill(nowMs: number): void {
    const gained = (nowMs - this.#filledAt) * this.#perSecond
    this.#thousandths = Math.min(this.#full, this.#thousandths + gained)
    this.#filledAt = nowMs
  }
}
