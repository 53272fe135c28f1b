import type { KeptRow } from '../contract.ts'
import type { Findings } from '../findings.ts'
import { isFinal } from '../room-case.ts'
import type { RoomCase } from '../room-case.ts'
import { sayEnding, sayRow } from '../words.ts'

/** C9: the places of a room are 1, 2, 3 … to its last seq, epochs never go back, and the ranges of the epochs are those of the rows. */
export function checkPlaces(room: RoomCase, findings: Findings): void {
  let before: KeptRow | undefined
  for (const row of room.rows) {
    checkNext(room, before, row, findings)
    before = row
  }
  const last = before?.seq ?? 0
  if (isFinal(room.ending) && room.ending?.lastSeq !== last) {
    findings.add('C9', room.room, `the rows end at ${last}, the closing says ${room.ending?.lastSeq ?? 'nothing'}`, [
      ...(before === undefined ? [] : [sayRow(before)]),
      sayEnding(room.ending),
    ])
  }
  checkRanges(room, findings)
}

function checkNext(room: RoomCase, before: KeptRow | undefined, row: KeptRow, findings: Findings): void {
  const expected = (before?.seq ?? 0) + 1
  const proof = [...(before === undefined ? [] : [sayRow(before)]), sayRow(row)]
  if (row.seq < expected) findings.add('C9', room.room, `seq ${row.seq} stands twice`, proof)
  if (row.seq > expected) findings.add('C9', room.room, `seq ${expected} to ${row.seq - 1} is missing`, proof)
  if (before !== undefined && row.epoch < before.epoch) {
    findings.add('C9', room.room, `seq ${row.seq} goes back to epoch ${row.epoch}`, proof)
  }
}

function checkRanges(room: RoomCase, findings: Findings): void {
  const ranges = room.ending?.epochs ?? []
  let next = 1
  let before = 0
  for (const { firstSeq, lastSeq, epoch } of ranges) {
    if (epoch <= before) {
      findings.add('C9', room.room, `epoch ${epoch} is named behind epoch ${before}`, [sayEnding(room.ending)])
    }
    before = epoch
    if (firstSeq !== next) {
      findings.add('C9', room.room, `epoch ${epoch} begins at ${firstSeq}, not at ${next}`, [sayEnding(room.ending)])
    }
    next = lastSeq + 1
  }
  const last = room.ending?.lastSeq
  if (isFinal(room.ending) && last !== undefined && next !== last + 1) {
    findings.add('C9', room.room, `the epochs end at ${next - 1}, the closing at ${last}`, [sayEnding(room.ending)])
  }
  let index = 0
  for (const row of room.rows) {
    while (index < ranges.length && row.seq > (ranges[index]?.lastSeq ?? 0)) index += 1
    const range = ranges[index]
    if (range === undefined) return
    if (row.epoch === range.epoch) continue
    findings.add('C9', room.room, `seq ${row.seq} is of another epoch than its range`, [
      sayRow(row),
      sayEnding(room.ending),
    ])
  }
}
