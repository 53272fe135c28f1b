import { sweepIdempotencyKeys } from '../src/platform/http/idempotency.ts'
import { Ticker } from '../src/platform/lifecycle.ts'
import type { Log } from '../src/platform/log.ts'
import type { Sql } from '../src/platform/mysql.ts'

const everyMs = 10 * 60_000

/** Forgets keys after their day. Several workers may do it at once. */
export function startSweepIdempotencyKeys({ sql, log }: { sql: Sql; log: Log }): { close: () => Promise<void> } {
  const sweeper = new Ticker({
    everyMs,
    async work() {
      const swept = await sweepIdempotencyKeys(sql)
      if (swept > 0) log.info({ swept }, 'old idempotency keys are forgotten')
    },
    onError: (error) => log.warn({ err: error }, 'old idempotency keys could not be swept'),
  }).start({ isImmediate: true })
  return { close: () => sweeper.stop() }
}
