import type { MediaWork } from '../src/media/index.ts'
import type { Log } from '../src/platform/log.ts'
import { both, repeat } from './job.ts'
import type { Job } from './job.ts'

const straysEveryMs = 60_000

/** Pictures that wait for somebody, and files that nobody needs. Several workers may do it at once. */
export function startSweepMedia(media: MediaWork, { log, sweepMs }: { log: Log; sweepMs: number }): Job {
  const told = { log, failure: 'pictures could not be swept; the next sweep tries again' }
  return both(
    repeat({ everyMs: sweepMs, work: () => media.sweep(), ...told }),
    repeat({ everyMs: straysEveryMs, work: () => media.sweepStrays(), isImmediate: false, ...told }),
  )
}
