import { sweepIdempotencyKeys } from '../src/platform/http/idempotency.ts'
import type { Log } from '../src/platform/log.ts'
import type { Sql } from '../src/platform/mysql.ts'
import { repeat } from './job.ts'
import type { Job } from './job.ts'

const everyMs = 10 * 60_000

/** Forgets keys after their day. Several workers may do it at once. */
export function startSweepIdempotencyKeys({ sql, log }: { sql: Sql; log: Log }): Job {
  return repeat({
    everyMs,
    async work() {
      const swept = await sweepIdempotencyKeys(sql)
      if (swept > 0) log.info({ swept }, 'old idempotency keys are forgotten')
    },
    ...{ log, failure: 'old idempotency keys could not be swept' },
  })
}
