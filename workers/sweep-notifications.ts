import type { TellingTransaction } from '../src/live/index.ts'
import { sweepNotifications } from '../src/notifications/index.ts'
import { Ticker } from '../src/platform/lifecycle.ts'
import type { Log } from '../src/platform/log.ts'
import type { Sql } from '../src/platform/mysql.ts'

const everyMs = 10 * 60_000

/** Takes old notifications away. Several workers may do it at once. */
export function startSweepNotifications(parts: {
  sql: Sql
  transaction: TellingTransaction
  keepDays: number
  log: Log
}): { close: () => Promise<void> } {
  const { log } = parts
  const sweeper = new Ticker({
    everyMs,
    async work() {
      const swept = await sweepNotifications(parts)
      if (swept > 0) log.info({ swept }, 'old notifications are swept')
    },
    onError: (error) => log.warn({ err: error }, 'old notifications could not be swept'),
  }).start({ isImmediate: true })
  return { close: () => sweeper.stop() }
}
