import type { Ended, Gap, Heard, Listening, Reset } from '../../history/line.ts'
import type { KeptRow } from '../contract.ts'
import { voidingEpoch } from '../fate.ts'
import { deletionsIn, deletionsOf } from './amendments.ts'
import type { Deletions } from './amendments.ts'
import type { Findings } from '../findings.ts'
import { formatPlace } from '../room-case.ts'
import type { RoomCase, RoomSight } from '../room-case.ts'
import { sayEnding, sayLine, sayRow } from '../words.ts'

/**
 * C11: each listener hears the room as it is: one entry after the other without a hole, none twice, nothing of an earlier epoch
 * behind a later one, unless it was told of an epoch that begins anew or of a range to be paged through; what it heard in the end
 * is what the rows say; who has waited long enough has heard everything; and who was told that the room has ended for good holds what is kept.
 */
export function checkHeard(room: RoomCase, findings: Findings): void {
  const rows = new Map(room.rows.map((row) => [row.seq, row]))
  const deletions = deletionsIn(room)
  for (const [session, sights] of room.sessions) {
    const view = new View(room, session, findings)
    for (const sight of sights) view.take(sight)
    view.compare(rows, deletions)
  }
}

/** What one listener holds to be true. */
class View {
  readonly #room: RoomCase
  readonly #session: string
  readonly #findings: Findings
  readonly #heard = new Map<number, Heard>()
  /** The place behind which the next one must come; undefined while it was not said where it begins. */
  #lastSeq: number | undefined
  #entryEpoch = 0
  /** The latest that it was told of, by an entry or by the beginning itself. */
  #toldEpoch = 0
  #lastSight: RoomSight | undefined
  #hasEnded = false

  constructor(room: RoomCase, session: string, findings: Findings) {
    this.#room = room
    this.#session = session
    this.#findings = findings
  }

  take(sight: RoomSight): void {
    switch (sight.what) {
      case 'listening':
        this.#begin(sight)
        break
      case 'epoch':
        this.#reset(sight)
        break
      case 'gap':
        this.#skip(sight)
        break
      case 'heard':
        this.#hear(sight)
        break
      case 'ended':
        this.#end(sight)
        break
      case 'settled':
        this.#settle(sight)
        break
      default:
        sight satisfies never
    }
    this.#lastSight = sight
  }

  /** What is held at the end must be what is kept. What went with an epoch may still be held by who left before hearing of a later one. */
  compare(rows: ReadonlyMap<number, KeptRow>, deletions: Deletions): void {
    for (const heard of this.#heard.values()) {
      const row = rows.get(heard.seq)
      const isUntold = this.#toldEpoch <= heard.epoch && this.#lastSight?.what !== 'settled' && !this.#hasEnded
      if (row?.epoch === heard.epoch) this.#compareContent(heard, row, deletions)
      else if (!isUntold || voidingEpoch(this.#room.ending, heard) === undefined) {
        this.#blame(`heard ${formatPlace(heard)}, which is not kept`, [
          sayLine(heard),
          ...(row === undefined ? [] : [sayRow(row)]),
        ])
      }
    }
  }

  #begin(sight: Listening): void {
    this.#lastSeq = sight.after === 'new' ? undefined : seqIn(sight.after)
    this.#drop(this.#lastSeq ?? 0)
  }

  /** The range begins right behind what was heard, or before that: else nobody tells what is between. */
  #skip(sight: Gap): void {
    if (this.#lastSeq !== undefined && seqIn(sight.from) > this.#lastSeq + 1)
      this.#blame(`was told to page from ${sight.from}, and stood at ${this.#lastSeq}`, [sayLine(sight)])
    this.#lastSeq = seqIn(sight.to)
  }

  /** Only what earlier epochs had above the place is void; nothing above it was kept of that epoch. */
  #reset(sight: Reset): void {
    const { epoch, keptUpTo } = sight
    this.#toldEpoch = Math.max(this.#toldEpoch, epoch)
    if (voidingEpoch(this.#room.ending, keptUpTo) !== undefined)
      this.#blame(`was told that ${formatPlace(keptUpTo)} was kept`, [sayLine(sight), sayEnding(this.#room.ending)])
    const isAhead = this.#lastSeq === undefined || this.#lastSeq > keptUpTo.seq
    if (!isAhead || this.#entryEpoch > keptUpTo.epoch) return
    this.#lastSeq = this.#lastSeq === undefined ? undefined : keptUpTo.seq
    this.#entryEpoch = Math.min(this.#entryEpoch, keptUpTo.epoch)
    this.#drop(keptUpTo.seq)
  }

  #hear(heard: Heard): void {
    if (this.#lastSight?.what === 'ended') this.#blame(`heard ${formatPlace(heard)} behind the end`, [sayLine(heard)])
    const before = this.#lastSight === undefined ? [] : [sayLine(this.#lastSight)]
    const expected = this.#lastSeq === undefined ? heard.seq : this.#lastSeq + 1
    if (heard.seq < expected)
      this.#blame(`heard ${formatPlace(heard)} behind ${expected - 1}`, [...before, sayLine(heard)])
    if (heard.seq > expected) {
      this.#blame(`heard ${formatPlace(heard)}, and never ${expected} to ${heard.seq - 1}`, [...before, sayLine(heard)])
    }
    if (heard.epoch < this.#entryEpoch) {
      this.#blame(`heard ${formatPlace(heard)} behind epoch ${this.#entryEpoch}`, [...before, sayLine(heard)])
    }
    this.#lastSeq = heard.seq
    this.#entryEpoch = heard.epoch
    this.#toldEpoch = Math.max(this.#toldEpoch, heard.epoch)
    this.#heard.set(heard.seq, heard)
  }

  /** What it holds by now is all that there is, and stays. */
  #end(sight: Ended): void {
    this.#hasEnded = true
    const last = this.#room.rows.at(-1)
    const isTrue = last !== undefined && last.kind === 'closed' && last.seq === sight.lastSeq
    const hasAll = this.#lastSeq === undefined || this.#lastSeq === sight.lastSeq
    if (isTrue && hasAll) return
    const before = this.#lastSight === undefined ? [] : [sayLine(this.#lastSight)]
    this.#blame(`was told that the room has ended at ${formatPlace({ epoch: sight.epoch, seq: sight.lastSeq })}`, [
      ...before,
      sayLine(sight),
      ...(last === undefined ? [] : [sayRow(last)]),
    ])
  }

  #settle(sight: RoomSight): void {
    const last = this.#room.rows.at(-1)
    if (last === undefined || this.#lastSeq === undefined || this.#lastSeq >= last.seq) return
    const proof = [...(this.#lastSight === undefined ? [] : [sayLine(this.#lastSight)]), sayLine(sight), sayRow(last)]
    this.#blame(`waited for everything and never heard ${this.#lastSeq + 1} to ${last.seq}`, proof)
  }

  /** Who comes after a deletion hears of what was deleted without its words. */
  #compareContent(heard: Heard, row: KeptRow, deletions: Deletions): void {
    const isErased = row.body === undefined || deletionsOf(deletions, row, undefined).length > 0
    const isOtherBody = isErased
      ? heard.body !== undefined && row.body !== undefined && heard.body !== row.body
      : heard.body !== row.body
    // A row that keeps the place of a parked entry is the room's own; who listened heard the entry itself.
    const isParked = row.kind === 'unreadable'
    if (isParked || (heard.id === row.id && heard.kind === row.kind && heard.from === row.from && !isOtherBody)) return
    this.#blame(`heard something else at ${formatPlace(heard)} than is kept there`, [sayLine(heard), sayRow(row)])
  }

  #drop(above: number): void {
    for (const seq of this.#heard.keys()) if (seq > above) this.#heard.delete(seq)
  }

  #blame(says: string, proof: readonly string[]): void {
    this.#findings.add('C11', this.#room.room, `${this.#session} ${says}`, proof)
  }
}

/** Of `epoch:seq`. */
function seqIn(place: string): number {
  return Number(place.slice(place.indexOf(':') + 1))
}
