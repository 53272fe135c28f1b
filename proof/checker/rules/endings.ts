import { fateOf } from '../fate.ts'
import type { Findings } from '../findings.ts'
import type { Moments } from '../losses.ts'
import { formatPlace, isFinal } from '../room-case.ts'
import type { Message, RoomCase } from '../room-case.ts'
import { sayEnding, sayLine, sayRow } from '../words.ts'

/**
 * C10: a receipt says what is true. *Sealed* means that nothing is lost, suspect or stands apart; what is lost lies in the tail of an
 * epoch that is called suspect from there on, and only if a Redis came back with less while that epoch was there; what stands apart makes the room quarantined or suspect; and the receipt of a final
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

/**
 * To admit a loss is honest, and no excuse: without a Redis that came back with less, while the epoch was there, there is nothing to
 * lose. Nor is anything set apart, or found to be other than it was acknowledged, unless something was done to what is kept.
 */
function checkCause(room: RoomCase, findings: Findings): void {
  for (const { epoch, suspect } of room.ending?.epochs ?? []) {
    if (suspect === undefined || isLossWithin(room, lifeOf(room, epoch))) continue
    const says = `epoch ${epoch} is suspect, and nothing was done to Redis meanwhile that may lose anything`
    findings.add('C10', room.room, says, [sayEnding(room.ending)])
    return
  }
  if (room.losses.length > 0) return
  if (room.ending?.state === 'quarantined') {
    findings.add('C10', room.room, 'the room is quarantined, and nothing was done to what is kept', [
      sayEnding(room.ending),
    ])
  }
  if (room.parked.length > 0) {
    const says = `${room.parked.length} entries stand apart, and nothing was done to what is kept`
    findings.add('C10', room.room, says, [...room.parked.map(sayRow), sayEnding(room.ending)])
  }
}

function isLossWithin({ losses }: RoomCase, life: Moments): boolean {
  return losses.some(({ from, to }) => from <= life.to && to >= life.from)
}

/** The epoch was still there when the last entry that it took was sent, and was over when anybody was told of a later one. */
function lifeOf(room: RoomCase, epoch: number): Moments {
  const taken: number[] = []
  const over: number[] = []
  for (const { sends } of room.messages.values()) {
    for (const send of sends) {
      if (send.outcome !== 'ok' || send.epoch === undefined) continue
      if (send.epoch === epoch && send.isDuplicate === false) taken.push(send.began)
      if (send.epoch > epoch) over.push(send.ended ?? Infinity)
    }
  }
  for (const sights of room.sessions.values()) {
    for (const sight of sights) if ('epoch' in sight && sight.epoch > epoch) over.push(sight.at)
  }
  return {
    from: taken.reduce((last, began) => Math.max(last, began), 0),
    to: over.reduce((first, told) => Math.min(first, told), Infinity),
  }
}

function proofOf(message: Message): string[] {
  return [...message.sends.map(sayLine), ...message.rows.map(sayRow)]
}
