import { createPictureSweep } from '../src/chat/index.ts'
import { Ticker } from '../src/platform/lifecycle.ts'
import type { Log } from '../src/platform/log.ts'

const everyMs = 60_000

/** Pictures of messages of which it is not certain that they were kept and stand. Several workers may do it at once. */
export function startSweepMessagePictures(parts: Parameters<typeof createPictureSweep>[0] & { log: Log }): {
  close: () => Promise<void>
} {
  const sweep = createPictureSweep(parts)
  const sweeper = new Ticker({
    everyMs,
    work: async () => void (await sweep()),
    onError: (error) => parts.log.warn({ err: error }, 'pictures of messages could not be swept'),
  }).start({ isImmediate: true })
  return { close: () => sweeper.stop() }
}
