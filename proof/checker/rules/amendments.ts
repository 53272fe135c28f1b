import type { KeptRow } from '../contract.ts'
import type { Findings } from '../findings.ts'
import { formatPlace } from '../room-case.ts'
import type { Message, RoomCase } from '../room-case.ts'
import { sayLine, sayRow } from '../words.ts'

/**
 * C3, of what is amended: an edit, a deletion and a reaction stand with the target that they named; the words of what was deleted,
 * and of its edits, are gone from the rows; and no other words are.
 */
export function checkAmendments(room: RoomCase, findings: Findings): void {
  const deletions = deletionsIn(room)
  for (const message of room.messages.values()) {
    for (const row of message.rows) checkTarget(room, message, row, findings)
    for (const row of [...message.rows, ...message.parked]) checkWords(room, message, row, deletions, findings)
  }
}

/** Deletions by the place of what they delete: those that may have been kept. */
export type Deletions = ReadonlyMap<string, readonly Message[]>

export function deletionsIn(room: RoomCase): Deletions {
  const deletions = new Map<string, Message[]>()
  for (const message of room.messages.values()) {
    const target = targetOf(message)
    if (target === undefined || !message.sends.some(({ kind, outcome }) => kind === 'delete' && outcome !== 'fail')) {
      continue
    }
    deletions.set(target, [...(deletions.get(target) ?? []), message])
  }
  return deletions
}

/** What may have deleted this row: named is its place, or the place of what it edits. */
export function deletionsOf(deletions: Deletions, row: KeptRow, message: Message | undefined): readonly Message[] {
  const target = row.target ?? (message === undefined ? undefined : targetOf(message))
  return [formatPlace(row), target ?? ''].flatMap((place) => deletions.get(place) ?? [])
}

function targetOf({ sends }: Message): string | undefined {
  return sends[0]?.target
}

function checkTarget(room: RoomCase, message: Message, row: KeptRow, findings: Findings): void {
  const [said] = message.sends
  if (said === undefined || row.target === undefined || row.target === (said.target ?? null)) return
  const says = `it was said of ${said.target ?? 'nothing'}, and is kept as of ${row.target ?? 'nothing'}`
  findings.add('C3', room.room, says, [sayRow(row), ...message.sends.map(sayLine)])
}

function checkWords(room: RoomCase, message: Message, row: KeptRow, deletions: Deletions, findings: Findings): void {
  const [said] = message.sends
  if (said === undefined || said.body === '') return
  const deleting = deletionsOf(deletions, row, message)
  const proof = [sayRow(row), ...message.sends.map(sayLine), ...deleting.flatMap(({ sends }) => sends.map(sayLine))]
  if (row.body === undefined && deleting.length === 0) {
    findings.add('C3', room.room, 'the words are gone from their row, and nobody deleted them', proof)
  }
  const stored = deleting.flatMap(({ rows }) => rows).find(({ isBuffered }) => isBuffered !== true)
  if (row.body !== undefined && row.isBuffered !== true && stored !== undefined) {
    findings.add('C3', room.room, 'it was deleted, and its words are still there', [...proof, sayRow(stored)])
  }
}
