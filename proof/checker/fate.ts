import type { Send } from '../history/line.ts'
import type { Ending } from './contract.ts'
import { acksOf, isSame } from './room-case.ts'
import type { Message, Place, RoomCase } from './room-case.ts'

/**
 * What became of an acknowledged message.
 *
 * - `kept`: it stands where it was acknowledged. `parked`: it stands apart, with its bytes.
 * - `healed`: the place went with the tail of its epoch, who had said it offered it again, and it stands in a later epoch.
 * - `declared`: gone with the tail of an epoch that the record calls suspect from that place or an earlier one on.
 * - `misplaced`: it is there, but not where it was acknowledged, and the place was not voided.
 * - `lost`: gone, and nobody says so.
 */
export type Fate =
  | { type: 'kept' | 'parked' | 'healed' }
  | { type: 'declared'; epoch: number; cause: string }
  | { type: 'misplaced' | 'lost'; ack: Send & Place }

/** Undefined for what was never acknowledged. The worst that holds for one of its acknowledgements. */
export function fateOf(room: RoomCase, message: Message): Fate | undefined {
  let fate: Fate | undefined
  for (const ack of acksOf(message)) {
    const one = fateOfAck(room.ending, message, ack)
    if (fate === undefined || severity[one.type] > severity[fate.type]) fate = one
  }
  return fate
}

const severity: { readonly [type in Fate['type']]: number } = {
  kept: 0,
  parked: 1,
  healed: 2,
  declared: 3,
  misplaced: 4,
  lost: 5,
}

function fateOfAck(ending: Ending | undefined, message: Message, ack: Send & Place): Fate {
  if (message.rows.some((row) => isSame(row, ack))) return { type: 'kept' }
  if (message.parked.some((row) => isSame(row, ack))) return { type: 'parked' }
  const isElsewhere = message.rows.length > 0 || message.parked.length > 0
  const isVoid = voidingEpoch(ending, ack) !== undefined
  const isLater = [...message.rows, ...message.parked].every((row) => row.epoch > ack.epoch)
  if (isElsewhere) return isVoid && isLater ? { type: 'healed' } : { type: 'misplaced', ack }
  const declaring = declaringEpoch(ending, ack)
  return declaring === undefined
    ? { type: 'lost', ack }
    : { type: 'declared', epoch: ack.epoch, cause: declaring.cause }
}

type EpochEnd = Ending['epochs'][number]

/** The ended epoch in which this place lies above what was kept: whoever was told it has been told that it is void. */
export function voidingEpoch(ending: Ending | undefined, place: Place): EpochEnd | undefined {
  return ending?.epochs.find(({ epoch, lastSeq }) => epoch === place.epoch && lastSeq < place.seq)
}

/**
 * The epoch whose receipt admits that this place may be lost. The range tells from where on; its end is the last that a witness
 * saw, and the receipt says "or later" for the second that no witness covers.
 */
export function declaringEpoch(ending: Ending | undefined, place: Place): EpochEnd | undefined {
  const end = voidingEpoch(ending, place)
  const isTail = end?.suspect !== undefined && end.suspect.from === end.lastSeq + 1
  return isTail ? end : undefined
}
