import { createCountTeller } from '../src/chat/index.ts'
import { Ticker } from '../src/platform/lifecycle.ts'
import type { Log } from '../src/platform/log.ts'

/** Tells the stream of people who come to rooms and go. Every worker looks; each change is told once. */
export function startTellCounts(parts: Parameters<typeof createCountTeller>[0] & { log: Log }): {
  close: () => Promise<void>
} {
  const tell = createCountTeller(parts)
  const ticker = new Ticker({
    everyMs: parts.config.ROOM_COUNTS_MS,
    work: async () => void (await tell()),
    onError: (error) => parts.log.warn({ err: error }, 'people could not be counted; the next round does it'),
  }).start({ isImmediate: true })
  return { close: () => ticker.stop() }
}
