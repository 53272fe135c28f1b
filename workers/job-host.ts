import type { Log } from '../src/platform/log.ts'

/** What every job of this process runs on. */
export interface JobHost {
  /** Redis of the queues. */
  url: string
  log: Log
}
