import { pause } from './patience.ts'

/** Lets a burst through at once and then so many in a second, in the order in which they came. */
export class Pace {
  readonly #spacingMs: number
  readonly #burstMs: number
  #freeAt = 0

  constructor(rate: { burst: number; perSecond: number }) {
    this.#spacingMs = 1000 / rate.perSecond
    this.#burstMs = this.#spacingMs * rate.burst
  }

  async turn(): Promise<void> {
    const now = performance.now()
    this.#freeAt = Math.max(this.#freeAt, now - this.#burstMs) + this.#spacingMs
    if (this.#freeAt > now) await pause(this.#freeAt - now)
  }
}
