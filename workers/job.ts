import { Ticker } from '../src/platform/lifecycle.ts'
import type { Log } from '../src/platform/log.ts'
import type { Metrics } from '../src/platform/metrics.ts'

/** Something that a worker does, from its start until it is closed. `close` waits for what is under way. */
export interface Job {
  close(): Promise<void>
}

/** What jobs that come from a queue run on. */
export interface QueueHost {
  /** Redis of the queues. */
  url: string
  log: Log
  metrics: Metrics
}

export interface Repetition {
  everyMs: number
  work(): Promise<unknown>
  log: Log
  /** What is logged when `work` rejects; the next time it is tried again. */
  failure: string
  /** Whether it is done at the start, too. */
  isImmediate?: boolean
}

/** Does something now, unless told otherwise, and then every so often. */
export function repeat({ everyMs, work, log, failure, isImmediate = true }: Repetition): Job {
  const ticker = new Ticker({
    everyMs,
    work: async () => void (await work()),
    onError: (error) => log.warn({ err: error }, failure),
  })
  ticker.start({ isImmediate })
  return { close: () => ticker.stop() }
}

export function both(one: Job, other: Job): Job {
  return { close: async () => void (await Promise.all([one.close(), other.close()])) }
}
