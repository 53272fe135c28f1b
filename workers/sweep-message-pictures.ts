import { createPictureSweep } from '../src/chat/index.ts'
import { repeat } from './job.ts'
import type { Job } from './job.ts'

const everyMs = 60_000

/** Pictures of messages of which it is not certain that they were kept and stand. Several workers may do it at once. */
export function startSweepMessagePictures(parts: Parameters<typeof createPictureSweep>[0]): Job {
  const work = createPictureSweep(parts)
  return repeat({ everyMs, work, log: parts.log, failure: 'pictures of messages could not be swept' })
}
