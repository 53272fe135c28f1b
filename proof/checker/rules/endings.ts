import { fateOf } from '../fate.ts'
import type { Findings } from '../findings.ts'
import { formatPlace, isFinal } from '../room-case.ts'
import type { Message, RoomCase } from '../room-case.ts'
import { sayEnding, sayLine, sayRow } from '../words.ts'

/**
 * C10: a receipt says what is true. *Sealed* means that nothing is lost, suspect or stands apart; what is lost lies in the tail of an
 * epoch that is called suspect from there on, and only if a Redis came back with less; what stands apart makes the room quarantined or suspect; and the receipt of a final
 * room can be verified.
 */
export function checkEnding(room: RoomCase, findings: Findings): void {
  const { ending } = room
  if (ending === undefined) return
  if (ending.state === 'sealed') checkSealed(room, findings)
  checkSuspectRanges(room, findings)
  checkCause(room, findings)
  if (isFinal(ending) && ending.isReceiptValid === false) {
    findings.add('C10', room.room, 'the receipt does not verify', [sayEnding(ending)])
  }
  if (
    ending.state === 'suspect' &&
    ending.epochs.every(({ suspect }) => suspect === undefined) &&
    room.parked.length === 0
  ) {
    findings.add('C10', room.room, 'the room is called suspect, and nothing says why', [sayEnding(ending)])
  }
}

function checkSealed(room: RoomCase, findings: Findings): void {
  const { ending } = room
  for (const message of room.messages.values()) {
    const fate = fateOf(room, message)
    if (fate?.type === 'lost' || fate?.type === 'misplaced') {
      const says = `the room is sealed, and what was acknowledged at ${formatPlace(fate.ack)} is not there`
      findings.add('C10', room.room, says, [...proofOf(message), sayEnding(ending)])
    }
  }
  if (ending?.epochs.some(({ suspect }) => suspect !== undefined) === true) {
    findings.add('C10', room.room, 'the room is sealed although one of its epochs is suspect', [sayEnding(ending)])
  }
  if (room.parked.length > 0) {
    const says = `the room is sealed although ${room.parked.length} entries stand apart`
    findings.add('C10', room.room, says, [...room.parked.map(sayRow), sayEnding(ending)])
  }
}

function checkSuspectRanges(room: RoomCase, findings: Findings): void {
  for (const { epoch, lastSeq, suspect } of room.ending?.epochs ?? []) {
    if (suspect === undefined || (suspect.from === lastSeq + 1 && suspect.to >= suspect.from)) continue
    const says = `the suspect range of epoch ${epoch} is not its tail: it begins at ${suspect.from}, kept is ${lastSeq}`
    findings.add('C10', room.room, says, [sayEnding(room.ending)])
  }
}

/** To admit a loss is honest, and no excuse: without a Redis that came back with less there is nothing to lose. */
function checkCause(room: RoomCase, findings: Findings): void {
  const suspect = room.ending?.epochs.find((epoch) => epoch.suspect !== undefined)
  if (suspect === undefined || room.mayHaveLost) return
  const says = `epoch ${suspect.epoch} is suspect, and nothing was done to Redis that may lose anything`
  findings.add('C10', room.room, says, [sayEnding(room.ending)])
}

function proofOf(message: Message): string[] {
  return [...message.sends.map(sayLine), ...message.rows.map(sayRow)]
}
