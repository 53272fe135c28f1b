import type { RoomId } from '../src/platform/ids.ts'
import { startWorker } from '../src/platform/queue.ts'
import { closeQueue } from '../src/ledger/flush-queue.ts'
import { attemptClosing } from '../src/ledger/recovery.ts'
import type { RecoveryParts } from '../src/ledger/recovery.ts'
import type { Job, QueueHost } from './job.ts'

/** Leads a closing to its final state. A failure is written down in `end_room`; a sweeper comes back to it. */
export function startCloseRooms(host: QueueHost, ledger: RecoveryParts): Job {
  return startWorker({
    ...host,
    definition: closeQueue,
    concurrency: 4,
    work: ({ room }) => attemptClosing(ledger, room as RoomId),
  })
}
