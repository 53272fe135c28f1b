import { Ticker } from '../src/platform/lifecycle.ts'
import type { Log } from '../src/platform/log.ts'
import type { Sql } from '../src/platform/mysql.ts'
import { rebuildPopular } from '../src/timeline/index.ts'

/** Ranks the popular posts at its start and then every so often; of several workers one does it each time. */
export function startRebuildPopular(parts: { sql: Sql; log: Log; everySeconds: number }): {
  close: () => Promise<void>
} {
  const { sql, log, everySeconds } = parts
  const ticker = new Ticker({
    everyMs: everySeconds * 1000,
    async work() {
      const snapshot = await rebuildPopular(sql, everySeconds)
      log.debug({ snapshot }, 'popular posts')
    },
    onError: (error) => log.warn({ err: error }, 'the popular posts could not be ranked; the last ranking stays'),
  }).start({ isImmediate: true })
  return { close: () => ticker.stop() }
}
