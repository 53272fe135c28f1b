import type { Log } from '../src/platform/log.ts'
import type { Sql } from '../src/platform/mysql.ts'
import { rebuildPopular } from '../src/timeline/index.ts'
import { repeat } from './job.ts'
import type { Job } from './job.ts'

/** Ranks the popular posts; of several workers one does it each time. */
export function startRebuildPopular({ sql, log, everySeconds }: { sql: Sql; log: Log; everySeconds: number }): Job {
  return repeat({
    everyMs: everySeconds * 1000,
    async work() {
      const snapshot = await rebuildPopular(sql, everySeconds)
      log.debug({ snapshot }, 'popular posts')
    },
    ...{ log, failure: 'the popular posts could not be ranked; the last ranking stays' },
  })
}
