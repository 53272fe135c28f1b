import type { AppendOutcome, Ledger, NewEntry } from '../ledger/index.ts'
import { Problem } from '../platform/errors.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { RoomId } from '../platform/ids.ts'
import { requireVisible } from './access.ts'
import type { AccessParts } from './access.ts'

/** From what is ready to be said to what its sender is told. */

export type Kept = Extract<AppendOutcome, { type: 'kept' }>
/** Settles what was claimed for an entry, when its outcome is known. */
export type OnOutcome = (outcome: AppendOutcome) => Promise<void>
/** Ready to be appended; or it was kept before, which the look at its target showed. */
export type Prepared = { type: 'entry'; entry: NewEntry; onOutcome?: OnOutcome } | { type: 'kept'; outcome: Kept }

/** To the ledger at once, in the turn of the event loop in which this is called. */
export function handOver(ledger: Pick<Ledger, 'append'>, room: RoomId, prepared: Prepared): Promise<AppendOutcome> {
  if (prepared.type === 'kept') return Promise.resolve(prepared.outcome)
  const { entry, onOutcome } = prepared
  const appended = ledger.append(room, entry)
  return onOutcome === undefined ? appended : settled(appended, onOutcome)
}

async function settled(appended: Promise<AppendOutcome>, onOutcome: OnOutcome): Promise<AppendOutcome> {
  const outcome = await appended
  await onOutcome(outcome)
  return outcome
}

const fullRetrySeconds = 2
const unknownRetrySeconds = 1

/** What anybody may hear of a room by sending to it, members or not. */
const heardOutside: ReadonlySet<AppendOutcome['type']> = new Set(['forbidden', 'closed', 'bad_id'])

/** Errors: those of `refuse`. */
export async function keptIn(parts: AccessParts, room: RoomId, speaker: Viewer, outcome: AppendOutcome): Promise<Kept> {
  return outcome.type === 'kept' ? outcome : refuse(parts, room, speaker, outcome)
}

/** The ledger's answer as those outside hear it. Errors: all that a send may end with; `not_found` where no room is to be seen. */
export async function refuse(
  parts: AccessParts,
  room: RoomId,
  speaker: Viewer,
  outcome: Exclude<AppendOutcome, Kept>,
): Promise<never> {
  if (heardOutside.has(outcome.type)) await requireVisible(parts, speaker, room)
  switch (outcome.type) {
    case 'closed':
      throw new Problem('room_closed', { members: { epoch: outcome.last.epoch, lastSeq: outcome.last.seq } })
    case 'forbidden':
      throw new Problem('not_member')
    case 'muted':
      throw new Problem('muted')
    case 'early':
      throw new Problem('rate_limited', {
        detail: 'The room is in slow mode',
        retryAfter: Math.ceil(outcome.retryMs / 1000),
      })
    case 'full':
      throw new Problem('buffer_full', { retryAfter: fullRetrySeconds })
    case 'bad_id':
      throw new Problem('bad_id', { detail: 'Not a UUIDv7 in lower case, or from the future' })
    case 'unknown':
      throw new Problem(outcome.reason, { retryAfter: unknownRetrySeconds })
    default:
      return outcome satisfies never
  }
}
