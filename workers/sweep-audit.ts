import { sweepAudit } from '../src/audit/index.ts'
import type { Log } from '../src/platform/log.ts'
import type { Sql } from '../src/platform/mysql.ts'
import { repeat } from './job.ts'
import type { Job } from './job.ts'

const everyMs = 10 * 60_000

/** Forgets old acts of the audit log. Several workers may do it at once. */
export function startSweepAudit(parts: { sql: Sql; keepDays: number; log: Log }): Job {
  const { log } = parts
  return repeat({
    everyMs,
    async work() {
      const swept = await sweepAudit(parts)
      if (swept > 0) log.info({ swept }, 'old acts of the audit log are forgotten')
    },
    ...{ log, failure: 'the audit log could not be swept' },
  })
}
