import type { Check } from './contract.ts'
import { countCauses, countRooms, unseenIn } from './counts.ts'
import { Findings } from './findings.ts'
import { roomCases } from './room-case.ts'
import { checkAmendments } from './rules/amendments.ts'
import { checkClosing, checkFinished } from './rules/closing.ts'
import { checkEnding } from './rules/endings.ts'
import { checkHeard } from './rules/heard.ts'
import { checkKept } from './rules/kept.ts'
import { checkAlarms, checkLeftovers } from './rules/leftovers.ts'
import { checkOrder } from './rules/order.ts'
import { checkPlaces } from './rules/places.ts'
import { checkSeats } from './rules/seats.ts'
import { checkStream } from './rules/stream.ts'
import { checkTimeline } from './rules/timeline.ts'

/** Rules that look at one room at a time. */
const roomRules = [
  checkKept,
  checkAmendments,
  checkOrder,
  checkClosing,
  checkSeats,
  checkPlaces,
  checkEnding,
  checkHeard,
]

/**
 * Holds what clients did and saw against what the system holds after the run. Pure: no clock, no connection, and nothing of the code
 * that is being judged. O(n log n) in the lines and rows of a room.
 */
export const check: Check = (lines, record) => {
  const findings = new Findings()
  const { hidden = [], seen: cases = [] } = Object.groupBy(roomCases(lines, record), ({ room }) =>
    record.unseenRooms?.includes(room) === true ? 'hidden' : 'seen',
  )
  for (const room of hidden) checkFinished(room, findings)
  for (const room of cases) for (const rule of roomRules) rule(room, findings)
  checkLeftovers(record, findings)
  checkAlarms(lines, record, findings)
  if (record.timeline !== undefined) {
    checkTimeline(lines, record.timeline, findings)
    checkStream(lines, record.timeline, findings)
  }
  return {
    violations: findings.list(),
    counts: countRooms(cases, findings),
    suspectBecause: countCauses(cases),
    unseen: unseenIn(record),
  }
}
