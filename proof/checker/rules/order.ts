import type { Send } from '../../history/line.ts'
import type { Findings } from '../findings.ts'
import { acksOf, formatPlace, isSame } from '../room-case.ts'
import type { Message, Place, RoomCase } from '../room-case.ts'
import { sayLine } from '../words.ts'

/** A place with the moments between which its entry came to stand there. */
interface Standing extends Place {
  /** The first attempt that may have put it there. */
  earliest: Send
  /** The first answer that named the place: by then it stood there. Undefined where nobody was answered. */
  answered: Send | undefined
}

/**
 * C7: whoever speaks after somebody else was answered stands below them: if one acknowledgement came before another attempt was
 * made, the places are in that order. For a log with unique entries this is what linearizable means.
 *
 * Places are walked from the last to the first with the earliest answer of all later ones in hand.
 */
export function checkOrder(room: RoomCase, findings: Findings): void {
  let soonest: Standing | undefined
  for (const standing of standings(room).toReversed()) {
    const answer = soonest?.answered
    if (soonest !== undefined && answer?.ended !== undefined && answer.ended < standing.earliest.began) {
      const [before, after] = [formatPlace(soonest), formatPlace(standing)]
      const says = `${before} was answered before ${after} was sent, and yet stands behind it`
      findings.add('C7', room.room, says, [sayLine(answer), sayLine(standing.earliest)])
    }
    if (endedAt(standing) < (soonest === undefined ? Infinity : endedAt(soonest))) soonest = standing
  }
}

function endedAt({ answered }: Standing): number {
  return answered?.ended ?? Infinity
}

/** Of all rows, and of acknowledged places that were lost since: in the order of (epoch, seq). */
function standings(room: RoomCase): Standing[] {
  const found = [...room.messages.values()].flatMap((message) =>
    placesOf(message).flatMap((place) => standingAt(message, place) ?? []),
  )
  return found.toSorted((a, b) => a.epoch - b.epoch || a.seq - b.seq)
}

function placesOf(message: Message): Place[] {
  const places = new Map<string, Place>()
  for (const { epoch, seq } of [...acksOf(message), ...message.rows])
    places.set(formatPlace({ epoch, seq }), { epoch, seq })
  return [...places.values()]
}

/** An attempt that was refused, or answered with another place, has not put it here; one of unknown outcome may have. */
function standingAt(message: Message, place: Place): Standing | undefined {
  const named = acksOf(message).filter((ack) => isSame(ack, place))
  const candidates = [...named, ...message.sends.filter(({ outcome }) => outcome === 'unknown')]
  const earliest = least(candidates, ({ began }) => began)
  if (earliest === undefined) return undefined
  return { ...place, earliest, answered: least(named, ({ ended }) => ended ?? Infinity) }
}

function least(sends: readonly Send[], by: (send: Send) => number): Send | undefined {
  return sends.reduce<Send | undefined>(
    (first, send) => (first === undefined || by(send) < by(first) ? send : first),
    undefined,
  )
}
