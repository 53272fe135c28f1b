import type { TellingTransaction } from '../src/live/index.ts'
import { sweepNotifications } from '../src/notifications/index.ts'
import type { Log } from '../src/platform/log.ts'
import type { Sql } from '../src/platform/mysql.ts'
import { repeat } from './job.ts'
import type { Job } from './job.ts'

const everyMs = 10 * 60_000

export interface SweepNotificationsParts {
  sql: Sql
  transaction: TellingTransaction
  keepDays: number
  log: Log
}

/** Takes old notifications away. Several workers may do it at once. */
export function startSweepNotifications(parts: SweepNotificationsParts): Job {
  const { log } = parts
  return repeat({
    everyMs,
    async work() {
      const swept = await sweepNotifications(parts)
      if (swept > 0) log.info({ swept }, 'old notifications are swept')
    },
    ...{ log, failure: 'old notifications could not be swept' },
  })
}
