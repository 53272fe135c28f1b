import type { Send } from '../../history/line.ts'
import { fateOf } from '../fate.ts'
import type { Findings } from '../findings.ts'
import { acksOf, formatPlace, isAcked, isFailed, isSame } from '../room-case.ts'
import type { Message, RoomCase } from '../room-case.ts'
import { sayEnding, sayLine, sayRow } from '../words.ts'

/**
 * C1: what was acknowledged is in MySQL exactly once. C2: nothing is there twice under one sender and id. C3: it stands at the
 * place, by the person and in the words that were acknowledged, and no place was given twice. C4: nothing is there that nobody
 * sent. C5: what may or may not have been kept is there at most once. C6: what was refused is not there, and what is there was
 * not refused when it was repeated.
 */
export function checkKept(room: RoomCase, findings: Findings): void {
  const owners = new Map<string, Message>()
  for (const message of room.messages.values()) {
    checkFate(room, message, findings)
    checkOnce(room, message, findings)
    checkContent(room, message, findings)
    checkRefusals(room, message, findings)
    checkOwner(room, message, owners, findings)
    checkAnswers(room, message, findings)
  }
  checkRoomsOwn(room, findings)
}

function checkFate(room: RoomCase, message: Message, findings: Findings): void {
  const fate = fateOf(room, message)
  if (fate?.type === 'lost') {
    findings.add('C1', room.room, `acknowledged at ${formatPlace(fate.ack)} and gone, and nobody says so`, [
      ...message.sends.map(sayLine),
      ...room.rows.filter(({ seq }) => seq === fate.ack.seq).map(sayRow),
      ...othersUnder(room, message).map(sayRow),
      sayEnding(room.ending),
    ])
  }
  if (fate?.type === 'misplaced') {
    findings.add('C3', room.room, `acknowledged at ${formatPlace(fate.ack)}, and it stands elsewhere`, [
      ...message.sends.map(sayLine),
      ...[...message.rows, ...message.parked].map(sayRow),
      sayEnding(room.ending),
    ])
  }
}

/** Rows of the same id that are said to be by somebody else. */
function othersUnder(room: RoomCase, message: Message) {
  return room.rows.filter((row) => row.id === message.id && row.from !== message.by)
}

function checkOnce(room: RoomCase, message: Message, findings: Findings): void {
  const rows = [...message.rows, ...message.parked]
  if (rows.length > 1) {
    const rule = isAcked(message) || message.sends.length === 0 ? 'C2' : 'C5'
    const says = `${message.by} said it once, and it is there ${rows.length} times`
    findings.add(rule, room.room, says, [...rows.map(sayRow), ...message.sends.map(sayLine)])
  }
  if (rows.length > 0 && message.sends.length === 0) {
    findings.add('C4', room.room, 'nobody sent this', rows.map(sayRow))
  }
}

function checkContent(room: RoomCase, message: Message, findings: Findings): void {
  const [said] = message.sends
  if (said === undefined) return
  for (const row of message.rows) {
    const isOther = row.kind !== said.kind || (said.body !== '' && row.body !== undefined && row.body !== said.body)
    if (isOther) findings.add('C3', room.room, 'what is kept is not what was said', [sayRow(row), sayLine(said)])
  }
}

function checkRefusals(room: RoomCase, message: Message, findings: Findings): void {
  const rows = [...message.rows, ...message.parked]
  if (rows.length === 0) return
  if (isFailed(message)) {
    findings.add('C6', room.room, 'it was refused, and it is there', [
      ...message.sends.map(sayLine),
      ...rows.map(sayRow),
    ])
    return
  }
  const refused = message.sends.find((send) => send.outcome === 'fail' && deniesKept(message, send))
  if (refused === undefined) return
  findings.add('C6', room.room, 'it was kept, and its repeat heard that it was not', [
    ...message.sends.map(sayLine),
    ...rows.map(sayRow),
  ])
}

/** Refusals for the rate are of the attempt alone: see docs/protocol.md. */
const ofTheAttempt: ReadonlySet<string> = new Set(['rate_limited'])

/**
 * A refusal denies what was kept when the row was certainly there before it was asked for. `room_closed` always does: nothing
 * follows a closing, so the row was there first.
 */
function deniesKept(message: Message, refused: Send): boolean {
  if (refused.code === 'room_closed') return true
  if (refused.code !== undefined && ofTheAttempt.has(refused.code)) return false
  return acksOf(message).some(
    (ack) => message.rows.some((row) => isSame(row, ack)) && ack.ended !== undefined && ack.ended < refused.began,
  )
}

function checkOwner(room: RoomCase, message: Message, owners: Map<string, Message>, findings: Findings): void {
  for (const ack of acksOf(message)) {
    const place = formatPlace(ack)
    const owner = owners.get(place)
    if (owner !== undefined && owner !== message) {
      const proof = [...owner.sends, ...message.sends].map(sayLine)
      findings.add('C3', room.room, `two messages were acknowledged at ${place}`, proof)
    }
    owners.set(place, message)
  }
}

/** Each acknowledgement names a place, and only one attempt can have been the first. */
function checkAnswers(room: RoomCase, message: Message, findings: Findings): void {
  const nowhere = message.sends.filter(
    ({ outcome, epoch, seq }) => outcome === 'ok' && (epoch === undefined || seq === undefined),
  )
  if (nowhere.length > 0) {
    findings.add('C3', room.room, 'it was acknowledged, and not said where', nowhere.map(sayLine))
  }
  const firsts = Map.groupBy(
    acksOf(message).filter(({ isDuplicate }) => isDuplicate === false),
    formatPlace,
  )
  for (const [place, same] of firsts) {
    const says = `${place} was acknowledged ${same.length} times as new`
    if (same.length > 1) findings.add('C3', room.room, says, same.map(sayLine))
  }
}

const saidByPeople: ReadonlySet<string> = new Set(['text', 'edit', 'delete', 'react', 'picture'])

/** What the room says itself, it says once, and it is nothing that only people say. */
function checkRoomsOwn(room: RoomCase, findings: Findings): void {
  const own = room.rows.filter(({ from }) => from === null)
  for (const [id, same] of Map.groupBy(own, (row) => row.id)) {
    const says = `the room said ${id} once, and it is there ${same.length} times`
    if (same.length > 1) findings.add('C2', room.room, says, same.map(sayRow))
  }
  const ghosts = own.filter(({ kind }) => saidByPeople.has(kind))
  if (ghosts.length > 0) findings.add('C4', room.room, 'the room says what only people say', ghosts.map(sayRow))
}
