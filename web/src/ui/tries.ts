import { backoffMs } from '../api/patience.ts'

/** Somewhere in the upper half: after five to ten seconds, and with each try that did not help later, up to half a minute. */
const pauses = { firstMs: 10_000, mostMs: 30_000 }
const shortestMs = pauses.firstMs / 2
/** What fails so long after the last try is another outage. */
const forgottenMs = 120_000

type Tab = Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'>

/** When a page tries again by itself: all that failed on it together, so that each is asked once at a time, and later and later while it is in vain. */
export class Tries {
  readonly #due = new Set<() => void>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #count = 0
  #triedAt = -Infinity
  readonly #tab: Tab

  constructor(tab: Tab) {
    this.#tab = tab
  }

  /** Calls once, with the others; who is asked for more patience than the shortest pause has waits that much longer. Answers how not to. */
  later(again: () => void, retryAfter = 0): () => void {
    // Each is one of its own, whoever else calls the same.
    const call = (): void => again()
    this.#due.add(call)
    this.#timer ??= setTimeout(this.#over, this.#pauseMs() + Math.max(0, retryAfter * 1000 - shortestMs))
    return () => {
      this.#due.delete(call)
      if (this.#due.size > 0) return
      clearTimeout(this.#timer)
      this.#tab.removeEventListener('visibilitychange', this.#over)
      this.#timer = undefined
    }
  }

  /** What was in vain does not count any more. */
  forgive(): void {
    this.#count = 0
  }

  #pauseMs(): number {
    if (Date.now() - this.#triedAt > forgottenMs) this.forgive()
    return backoffMs(pauses, this.#count)
  }

  /** The pause is over. Where nobody looks, nothing is asked until somebody does. */
  readonly #over = (): void => {
    if (this.#tab.hidden) this.#tab.addEventListener('visibilitychange', this.#over, { once: true })
    else this.#try()
  }

  #try(): void {
    this.#timer = undefined
    this.#triedAt = Date.now()
    this.#count += 1
    const due = [...this.#due]
    this.#due.clear()
    for (const again of due) again()
  }
}
