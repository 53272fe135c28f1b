import { createCountTeller } from '../src/chat/index.ts'
import type { Log } from '../src/platform/log.ts'
import { repeat } from './job.ts'
import type { Job } from './job.ts'

/** Tells the stream of people who come to rooms and go. Every worker looks; each change is told once. */
export function startTellCounts(parts: Parameters<typeof createCountTeller>[0] & { log: Log }): Job {
  const { config, log } = parts
  const work = createCountTeller(parts)
  return repeat({
    everyMs: config.ROOM_COUNTS_MS,
    work,
    ...{ log, failure: 'people could not be counted; the next round does it' },
  })
}
