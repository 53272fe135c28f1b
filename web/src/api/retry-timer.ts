import { backoffMs } from './patience.ts'

/** So long a connection has to stand for another one to be tried at once. */
const stoodMs = 5000
const backoff = { firstMs: 500, mostMs: 15_000 }
const atOnce = { leastMs: 50, mostMs: 500 }

/** When a connection that ended is tried again: at once, with some jitter, after one that stood; later and later after those that did not. */
export class RetryTimer {
  readonly #retry: () => void
  readonly #onWait: (retryAt: number) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  /** Until its end was told. */
  #openedAt = Infinity
  #isStopped = false

  constructor(told: { retry: () => void; onWait: (retryAt: number) => void }) {
    this.#retry = told.retry
    this.#onWait = told.onWait
  }

  opened(): void {
    this.#openedAt = performance.now()
  }

  /** A connection has ended that may be tried anew at once. */
  soon(): void {
    if (!this.#hasStood()) return this.later()
    this.forgive()
    this.#in(atOnce.leastMs + Math.random() * (atOnce.mostMs - atOnce.leastMs))
  }

  /** Seconds that were asked for are waited at least. */
  later(retryAfter = 0): void {
    if (this.#hasStood()) this.forgive()
    const waitMs = backoffMs(backoff, this.#failures)
    this.#failures += 1
    this.#in(Math.max(retryAfter * 1000, waitMs))
  }

  /** A try is made now: the one that waits is not. */
  cancel(): void {
    clearTimeout(this.#timer)
  }

  /** What failed before does not count any more. */
  forgive(): void {
    this.#failures = 0
  }

  stop(): void {
    this.#isStopped = true
    this.cancel()
  }

  #hasStood(): boolean {
    const hasStood = performance.now() - this.#openedAt > stoodMs
    this.#openedAt = Infinity
    return hasStood
  }

  #in(waitMs: number): void {
    if (this.#isStopped) return
    this.cancel()
    this.#onWait(Date.now() + waitMs)
    this.#timer = setTimeout(this.#retry, waitMs)
  }
}
