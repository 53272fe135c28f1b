import { isSeen } from './wake.ts'

export interface LeaderWatchOptions {
  /** Puts the question whether the leading tab is there. */
  ask: () => void
  /** It is not, as far as somebody who looks at this tab can tell. */
  onSilence: () => void
}

const askAgainMs = 1000
/** A tab that is only busy answers sooner. */
const mostUnanswered = 5
/** How long an answer is trusted. */
const trustMs = 15_000

/** Asks the leading tab until it answers, and from time to time whether it still does. A tab that nobody looks at only waits: it may be the one that sleeps. */
export class LeaderWatch {
  readonly #options: LeaderWatchOptions
  #timer: ReturnType<typeof setTimeout> | undefined
  #unanswered = 0

  constructor(options: LeaderWatchOptions) {
    this.#options = options
  }

  /** Asks now. */
  begin(): void {
    this.#unanswered = 0
    this.#ask()
  }

  /** It is there. */
  answered(): void {
    this.stop()
    this.#timer = setTimeout(() => (isSeen() ? this.begin() : this.answered()), trustMs)
  }

  /** It is there, and cannot say yet what it was asked for. */
  delayed(): void {
    this.#unanswered = 0
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #ask(): void {
    this.stop()
    this.#timer = setTimeout(() => this.#again(), askAgainMs)
    this.#options.ask()
  }

  #again(): void {
    this.#unanswered += 1
    if (this.#unanswered < mostUnanswered || !isSeen()) return this.#ask()
    this.begin()
    this.#options.onSilence()
  }
}
