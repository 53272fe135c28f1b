import type { Edit, Mutant } from '../mutant.ts'
import { failedJob, failedJobAlone, unwritten } from '../scenarios/closing.ts'

const retainedJob: readonly Edit[] = [
  {
    file: 'src/ledger/flush-queue.ts',
    text: '      deduplication: { id: `room-${room}`, keepLastIfActive: true },\n      attempts: 3,\n',
    instead: '      jobId: `room-${room}`,\n      attempts: 1,\n',
  },
]
const noSweeper: readonly Edit[] = [
  {
    file: 'workers/worker.ts',
    text: "    'recover rooms': startRecoverRooms(ledgerWork, announcePending),\n",
    instead: '',
  },
]

export const closingMutants: readonly Mutant[] = [
  {
    name: 'Redis is closed first',
    says: 'The room is closed in Redis before its closing is written down.',
    edits: [
      {
        file: 'src/ledger/closing.ts',
        text: '  await writeDown(parts, room, request)\n',
        instead:
          '  await buffer.close(parts.redis, room, closedPayload(request.by))\n  await writeDown(parts, room, request)\n',
      },
    ],
    scenario: unwritten,
    expects: ['C8'],
    words: /has not come to its end\n[^]*"it is open".*room_closed/,
  },
  {
    name: 'a failed job is in the way, and nobody sweeps',
    says: 'A job has a fixed id and stays when it has failed, so that the next one is taken for it; and no sweeper looks.',
    edits: [...retainedJob, ...noSweeper],
    scenario: failedJobAlone,
    expects: ['C8'],
    words: /the closing began and has not come to its end/,
  },
  {
    name: 'a failed job is in the way',
    says: 'The same with its sweepers: they need no job.',
    edits: retainedJob,
    scenario: failedJob,
    expects: [],
    words: undefined,
  },
  {
    name: 'nobody sweeps',
    says: 'No sweeper looks, but a failed job does not keep the next one away.',
    edits: noSweeper,
    scenario: failedJob,
    expects: [],
    words: undefined,
  },
  {
    name: 'quarantined to be safe',
    says: 'No room is ever sealed: each is called other than it was acknowledged.',
    edits: [
      {
        file: 'src/ledger/sealing.ts',
        text: 'if (verification.faults.length > 0)',
        instead: 'if (verification.entries > 0)',
      },
    ],
    scenario: failedJob,
    expects: ['C10'],
    words: /the room is quarantined, and nothing was done to what is kept/,
  },
]
