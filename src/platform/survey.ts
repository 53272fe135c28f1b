import { within } from './lifecycle.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export interface SurveyOptions<T> {
  /** A word for what is asked, as a label. */
  name: string
  ask: () => Promise<T>
  metrics: Metrics
  log: Log
  /** An answer is good for so long, and so is its absence. */
  freshMs?: number
  /** Nobody waits longer than this. */
  timeoutMs?: number
}

const usual = { freshMs: 5000, timeoutMs: 2000 }

/**
 * What MySQL or Redis is asked for the sake of being shown: by all who look at once together, not again while the last answer is fresh,
 * and never a second time while the first question is still under way. However many look and however slow the service is, it is one question.
 */
export class Survey<T> {
  readonly #options: Required<SurveyOptions<T>>
  readonly #failed: () => void
  #answer: T | undefined
  #freshUntil = -Infinity
  /** The question itself, which may outlast those who wait for it. */
  #asking: Promise<T> | undefined
  #reading: Promise<T | undefined> | undefined

  constructor(options: SurveyOptions<T>) {
    this.#options = { ...usual, ...options }
    const failures = options.metrics.counter({
      name: 'madang_survey_failures_total',
      help: 'Times that MySQL or Redis did not say in time what was to be shown',
      labels: ['survey'],
    })
    failures.inc({ survey: options.name }, 0)
    this.#failed = () => failures.inc({ survey: options.name })
  }

  /** Undefined when there is no answer. */
  read(): Promise<T | undefined> {
    if (performance.now() < this.#freshUntil) return Promise.resolve(this.#answer)
    this.#reading ??= this.#readAnew().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readAnew(): Promise<T | undefined> {
    const { name, ask, timeoutMs, freshMs, log } = this.#options
    this.#asking ??= ask().finally(() => {
      this.#asking = undefined
    })
    try {
      this.#answer = await within(timeoutMs, name, this.#asking)
    } catch (error) {
      this.#answer = undefined
      this.#failed()
      log.warn({ err: error, survey: name }, 'a number could not be read')
    }
    this.#freshUntil = performance.now() + freshMs
    return this.#answer
  }
}
