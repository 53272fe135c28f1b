import type { Seat, Send } from '../../history/line.ts'
import type { Findings } from '../findings.ts'
import type { RoomCase } from '../room-case.ts'
import { sayLine } from '../words.ts'

/**
 * C8, for one person: who was put out, or has left, says nothing more until they come in again. And who has a seat that nobody took
 * away is not told that it is forbidden to speak.
 */
export function checkSeats(room: RoomCase, findings: Findings): void {
  const seats = Map.groupBy(room.seats, ({ member }) => member)
  for (const message of room.messages.values()) {
    const own = seats.get(message.by) ?? []
    for (const send of message.sends) {
      const out = isFresh(send) ? outBefore(send, own) : undefined
      if (out !== undefined) {
        const says = `${message.by} was ${out.what === 'kick' ? 'put out' : 'gone'}, and was heard again`
        findings.add('C8', room.room, says, [sayLine(out), ...message.sends.map(sayLine)])
      }
      const seat = isForbidden(send) && !isClosing(room, send) ? seatDuring(send, own) : undefined
      if (seat !== undefined) {
        findings.add('C8', room.room, `${message.by} has a seat, and was told that they may not speak`, [
          sayLine(seat),
          sayLine(send),
        ])
      }
    }
  }
}

/** What took the seat away, where no coming in can have come between. */
function outBefore(send: Send, seats: readonly Seat[]): Seat | undefined {
  return seats.find(
    (seat) =>
      seat.what !== 'join' &&
      seat.outcome === 'ok' &&
      (seat.ended ?? Infinity) < send.began &&
      !seats.some((other) => other.what === 'join' && mayBe(other, { after: seat, before: send })),
  )
}

function seatDuring(send: Send, seats: readonly Seat[]): Seat | undefined {
  return seats.find(
    (seat) =>
      seat.what === 'join' &&
      seat.outcome === 'ok' &&
      (seat.ended ?? Infinity) < send.began &&
      !seats.some((other) => other.what !== 'join' && mayBe(other, { after: seat, before: send })),
  )
}

/** Whether a change of seats can have come to be behind one call and before the end of another. What is unknown may come late. */
function mayBe(change: Seat, { after, before }: { after: Seat; before: Send }): boolean {
  if (change.outcome === 'fail') return false
  const end = change.outcome === 'unknown' ? Infinity : (change.ended ?? Infinity)
  return end > after.began && change.began < (before.ended ?? Infinity)
}

function isFresh({ outcome, isDuplicate }: Send): boolean {
  return outcome === 'ok' && isDuplicate !== true
}

const denials: ReadonlySet<string> = new Set(['forbidden', 'not_member'])

/** Of amendments other things may be forbidden. */
function isForbidden({ outcome, code, kind }: Send): boolean {
  return outcome === 'fail' && denials.has(code ?? '') && kind === 'text'
}

/** In a room that is closing all seats are given up. */
function isClosing({ closes }: RoomCase, send: Send): boolean {
  return closes.some(({ began }) => began < (send.ended ?? Infinity))
}
