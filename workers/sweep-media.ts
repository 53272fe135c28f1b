import type { MediaWork } from '../src/media/index.ts'
import { Ticker } from '../src/platform/lifecycle.ts'
import type { Log } from '../src/platform/log.ts'

const straysEveryMs = 60_000

/** Pictures that wait for somebody, and files that nobody needs. Several workers may do it at once. */
export function startSweepMedia(
  media: MediaWork,
  { log, sweepMs }: { log: Log; sweepMs: number },
): { close: () => Promise<void> } {
  const onError = (error: unknown): void =>
    log.warn({ err: error }, 'pictures could not be swept; the next sweep tries again')
  const pictures = new Ticker({ everyMs: sweepMs, work: () => media.sweep(), onError }).start({ isImmediate: true })
  const strays = new Ticker({ everyMs: straysEveryMs, work: () => media.sweepStrays(), onError }).start()
  return {
    async close() {
      await Promise.all([pictures.stop(), strays.stop()])
    },
  }
}
