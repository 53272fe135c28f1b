import type { AccountId } from '../platform/ids.ts'
import { Problem } from '../platform/errors.ts'
import { TokenBucket } from '../platform/ws/rate.ts'

const mostKept = 10_000

/** How much each account may say on this server, over all its connections and requests. */
export class SpeechRates {
  readonly #perSecond: number
  readonly #buckets = new Map<AccountId, TokenBucket>()

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Error: `rate_limited`. */
  take(account: AccountId): void {
    const now = performance.now()
    const bucket = this.#buckets.get(account) ?? this.#begin(account, now)
    if (bucket.take(now) !== 'ok') throw new Problem('rate_limited', { retryAfter: bucket.retryAfter })
  }

  #begin(account: AccountId, now: number): TokenBucket {
    if (this.#buckets.size >= mostKept) this.#forgetQuiet(now)
    const bucket = new TokenBucket({ perSecond: this.#perSecond, burst: this.#perSecond }, now)
    this.#buckets.set(account, bucket)
    return bucket
  }

  #forgetQuiet(now: number): void {
    for (const [account, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(account)
  }
}
