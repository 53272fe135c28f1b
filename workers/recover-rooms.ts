import { Ticker } from '../src/platform/lifecycle.ts'
import { Sweepers } from '../src/ledger/recovery.ts'
import type { RecoveryParts } from '../src/ledger/recovery.ts'

/** Finds work that no job announced: with the queue lost, everything still ends well, only later. */
export function startRecoverRooms(
  ledger: RecoveryParts,
  announcePending: () => Promise<unknown>,
): { close: () => Promise<void> } {
  const sweepers = new Sweepers(ledger)
  const announcer = new Ticker({
    everyMs: ledger.sweepMs,
    work: async () => void (await announcePending()),
    onError: (error) => ledger.log.warn({ err: error }, 'joins and leaves could not be announced yet'),
  }).start({ isImmediate: true })
  return {
    async close() {
      await announcer.stop()
      await sweepers.stop()
    },
  }
}
