import type { Counts, Record, Verdict } from './contract.ts'
import { fateOf } from './fate.ts'
import type { Fate } from './fate.ts'
import type { Findings } from './findings.ts'
import { isAcked, isFailed, isFinal } from './room-case.ts'
import type { RoomCase } from './room-case.ts'
import { acceptedAfterClose } from './rules/closing.ts'

export function countRooms(cases: readonly RoomCase[], findings: Findings): Counts {
  const messages = cases.flatMap((room) => [...room.messages.values()].filter(({ sends }) => sends.length > 0))
  const fates = cases.flatMap((room) => [...room.messages.values()].flatMap((message) => fateOf(room, message) ?? []))
  const fated = (...types: Fate['type'][]): number => fates.filter(({ type }) => types.includes(type)).length
  const ended = (state: string): number => cases.filter(({ ending }) => ending?.state === state).length
  const acked = messages.filter(isAcked).length
  const failed = messages.filter(isFailed).length
  return {
    acked,
    unknown: messages.length - acked - failed,
    failed,
    lost: fated('lost'),
    doubled: findings.countOf('C2', 'C5'),
    reordered: findings.countOf('C7') + fated('misplaced'),
    acceptedAfterClose: cases.reduce((sum, room) => sum + acceptedAfterClose(room).length, 0),
    rooms: cases.length,
    sealed: ended('sealed'),
    suspect: ended('suspect'),
    quarantined: ended('quarantined'),
    unfinished: cases.filter(({ ending }) => ending !== undefined && ending.state !== 'open' && !isFinal(ending))
      .length,
    declaredLost: fated('declared'),
    healed: fated('healed'),
  }
}

/** Which causes made rooms suspect, and what was lost with them. */
export function countCauses(cases: readonly RoomCase[]): Verdict['suspectBecause'] {
  const rooms = new Map<string, Set<string>>()
  const entries = new Map<string, number>()
  for (const room of cases) {
    for (const { cause, suspect } of room.ending?.epochs ?? []) {
      if (suspect === undefined) continue
      rooms.set(cause, (rooms.get(cause) ?? new Set()).add(room.room))
    }
    for (const message of room.messages.values()) {
      const fate = fateOf(room, message)
      if (fate?.type === 'declared') entries.set(fate.cause, (entries.get(fate.cause) ?? 0) + 1)
    }
  }
  return [...rooms].map(([cause, of]) => ({ cause, rooms: of.size, entries: entries.get(cause) ?? 0 }))
}

/** What the record could not show, as it says itself, and what follows from what it does not have. */
export function unseenIn(record: Record): Verdict['unseen'] {
  const unseen = [...(record.unseen ?? [])]
  const rooms = record.unseenRooms ?? []
  if (rooms.length > 0) unseen.unshift({ rule: 'C1', why: `the rows of ${rooms.length} rooms could not be read` })
  if (record.redis === undefined) unseen.push({ rule: 'C12', why: 'Redis cannot be looked into from here' })
  if (record.timeline === undefined) unseen.push({ rule: 'C14', why: 'the timeline was not part of the run' })
  return unseen.filter((one, index) => unseen.findIndex(({ rule }) => rule === one.rule) === index)
}
