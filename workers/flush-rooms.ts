import type { RoomId } from '../src/platform/ids.ts'
import { startWorker } from '../src/platform/queue.ts'
import { flushQueue } from '../src/ledger/flush-queue.ts'
import { flushAndCheckpoint } from '../src/ledger/recovery.ts'
import type { RecoveryParts } from '../src/ledger/recovery.ts'
import type { Job, QueueHost } from './job.ts'

/** ⑤ Stores what a room has buffered. Running it twice, late, or for a room that is gone changes nothing. */
export function startFlushRooms(host: QueueHost, ledger: RecoveryParts): Job {
  return startWorker({
    ...host,
    definition: flushQueue,
    concurrency: 4,
    work: ({ room }) => flushAndCheckpoint(ledger, room as RoomId),
  })
}
