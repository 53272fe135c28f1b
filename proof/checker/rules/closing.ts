import type { Close, Send } from '../../history/line.ts'
import { declaringEpoch, voidingEpoch } from '../fate.ts'
import type { Findings } from '../findings.ts'
import { acksOf, formatPlace, isFinal, isSame } from '../room-case.ts'
import type { Message, Place, RoomCase } from '../room-case.ts'
import { sayEnding, sayLine, sayRow } from '../words.ts'

/**
 * C8: closed is closed. Nothing that was sent after the closing was answered is kept, nobody hears *closed* before anybody asked
 * for it, nothing stands behind the last seq, all who close hear one last seq, and the closing comes to its end
 * once anybody has heard of it.
 */
export function checkClosing(room: RoomCase, findings: Findings): void {
  const answers = room.closes.filter(isAnswered)
  checkNothingAfter(room, answers, findings)
  checkNotBefore(room, findings)
  checkOneEnd(room, answers, findings)
  checkBehindTheEnd(room, findings)
  checkEnd(room, findings)
  checkFinished(room, findings)
}

type AnsweredClose = Close & { epoch: number; lastSeq: number; ended: number }

function isAnswered(close: Close): close is AnsweredClose {
  const { outcome, epoch, lastSeq, ended } = close
  return outcome === 'ok' && epoch !== undefined && lastSeq !== undefined && ended !== undefined
}

/** Fresh acknowledgements of what was sent after the first answer to a closing; and rows that only such an attempt can have made. */
export function acceptedAfterClose(room: RoomCase): { message: Message; close: Close }[] {
  const [close] = room.closes.filter(isAnswered).toSorted((a, b) => a.ended - b.ended)
  if (close === undefined) return []
  return [...room.messages.values()]
    .filter((message) => {
      const placers = message.sends.filter((send) => send.outcome !== 'fail')
      if (placers.length === 0) return false
      const isFresh = placers.some(
        (send) => send.outcome === 'ok' && send.isDuplicate !== true && send.began > close.ended,
      )
      const isLate = placers.every((send) => send.began > close.ended)
      return isFresh || (isLate && (message.rows.length > 0 || acksOf(message).length > 0))
    })
    .map((message) => ({ message, close }))
}

function checkNothingAfter(room: RoomCase, answers: readonly Close[], findings: Findings): void {
  if (answers.length === 0) return
  for (const { message, close } of acceptedAfterClose(room)) {
    const proof = [sayLine(close), ...message.sends.map(sayLine), ...message.rows.map(sayRow)]
    findings.add('C8', room.room, 'it was sent after the closing was answered, and accepted', proof)
  }
}

function checkNotBefore(room: RoomCase, findings: Findings): void {
  const asked = room.closes.reduce((first, close) => Math.min(first, close.began), Infinity)
  for (const message of room.messages.values()) {
    for (const send of message.sends) {
      const isEarly = saysClosed(send) && (send.ended ?? Infinity) < asked
      if (isEarly)
        findings.add('C8', room.room, 'it was refused as closed before anybody had closed the room', [sayLine(send)])
    }
  }
}

/** An answer that named another end is honest only if that end went with the tail of an epoch, and the record says so. */
function checkOneEnd(room: RoomCase, answers: readonly AnsweredClose[], findings: Findings): void {
  const standing = answers.filter(
    ({ epoch, lastSeq }) => voidingEpoch(room.ending, { epoch, seq: lastSeq }) === undefined,
  )
  const ends = new Set(standing.map(({ epoch, lastSeq }) => formatPlace({ epoch, seq: lastSeq })))
  if (ends.size > 1) {
    findings.add('C8', room.room, `closings were answered with ${ends.size} different ends`, standing.map(sayLine))
  }
  for (const close of answers) {
    const end: Place = { epoch: close.epoch, seq: close.lastSeq }
    const isDeclared = declaringEpoch(room.ending, end) !== undefined
    const isTrue = room.rows.some((row) => row.kind === 'closed' && isSame(row, end))
    if (!isTrue && !isDeclared) {
      findings.add(
        'C8',
        room.room,
        `the closing was answered with ${formatPlace(end)}, where *closed* does not stand`,
        [sayLine(close), ...room.rows.slice(-3).map(sayRow), sayEnding(room.ending)],
      )
    }
  }
}

function checkBehindTheEnd(room: RoomCase, findings: Findings): void {
  const end = room.rows.find(({ kind }) => kind === 'closed')
  const behind = end === undefined ? [] : room.rows.filter(({ seq }) => seq > end.seq)
  if (end !== undefined && behind.length > 0) {
    const says = `${behind.length} entries stand behind *closed*`
    findings.add('C8', room.room, says, [sayRow(end), ...behind.map(sayRow)])
  }
  if (end !== undefined && room.closes.every(({ outcome }) => outcome === 'fail')) {
    findings.add('C8', room.room, 'the room is closed, and nobody closed it', [
      sayRow(end),
      ...room.closes.map(sayLine),
    ])
  }
}

/** A room that is final ends with *closed*, and whoever closed it heard where. */
function checkEnd(room: RoomCase, findings: Findings): void {
  const last = room.rows.at(-1)
  if (isFinal(room.ending) && last?.kind !== 'closed') {
    const proof = [...(last === undefined ? [] : [sayRow(last)]), sayEnding(room.ending)]
    findings.add('C8', room.room, 'the room is final, and does not end with *closed*', proof)
  }
  const nowhere = room.closes.filter((close) => close.outcome === 'ok' && !isAnswered(close))
  if (nowhere.length > 0)
    findings.add('C8', room.room, 'the closing was answered, and not said where', nowhere.map(sayLine))
}

/** Also of a room of which nothing but its state is known. */
export function checkFinished(room: RoomCase, findings: Findings): void {
  const answers = room.closes.filter(isAnswered)
  const refused = [...room.messages.values()].flatMap(({ sends }) => sends.filter(saysClosed))
  const isBegun =
    room.closes.some(({ outcome }) => outcome === 'ok') ||
    refused.length > 0 ||
    (room.ending !== undefined && room.ending.state !== 'open')
  if (!isBegun || isFinal(room.ending)) return
  findings.add('C8', room.room, 'the closing began and has not come to its end', [
    ...[...answers, ...refused].map(sayLine),
    sayEnding(room.ending),
  ])
}

function saysClosed(send: Send): boolean {
  return send.outcome === 'fail' && send.code === 'room_closed'
}
