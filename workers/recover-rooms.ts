import { Sweepers } from '../src/ledger/recovery.ts'
import type { RecoveryParts } from '../src/ledger/recovery.ts'
import { both, repeat } from './job.ts'
import type { Job } from './job.ts'

/** Finds work that no job announced: with the queue lost, everything still ends well, only later. */
export function startRecoverRooms(ledger: RecoveryParts, announcePending: () => Promise<unknown>): Job {
  const sweepers = new Sweepers(ledger)
  const announcer = repeat({
    everyMs: ledger.sweepMs,
    work: announcePending,
    ...{ log: ledger.log, failure: 'joins and leaves could not be announced yet' },
  })
  return both(announcer, { close: () => sweepers.stop() })
}
