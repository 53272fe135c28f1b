import { Problem } from './errors.ts'

/** So many at once, so many waiting, and each only so long. What finds no place is told to come back: `unavailable`. */
export class Turns {
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #waitMs: number
  readonly #busy: string
  readonly #waiting: (() => void)[] = []
  #running = 0

  /** `busy` is what those are told who find no place. */
  constructor(options: { atOnce: number; mostWaiting: number; waitMs: number; busy: string }) {
    this.#atOnce = options.atOnce
    this.#mostWaiting = options.mostWaiting
    this.#waitMs = options.waitMs
    this.#busy = options.busy
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    await this.#come()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #come(): Promise<void> {
    if (this.#running < this.#atOnce) {
      this.#running += 1
      return
    }
    if (this.#waiting.length >= this.#mostWaiting) throw this.#refusal()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(called), 1)
      reject(this.#refusal())
    }, this.#waitMs)
    const called = (): void => {
      clearTimeout(timer)
      resolve()
    }
    this.#waiting.push(called)
    await promise
  }

  /** Whoever waits longest takes over the turn, so that nobody who comes in between can. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running -= 1
    else next()
  }

  #refusal(): Problem {
    return new Problem('unavailable', { detail: this.#busy, retryAfter: 5 })
  }
}
