import type { Entry, Outgoing, Place } from '../../api/live.ts'
import type { Message } from '../../api/types.ts'
import { amended, baseOfEntry, baseOfMessage } from './message-state.ts'
import type { Base } from './message-state.ts'
import { isLater, isTakenBack } from './places.ts'
import { united, without } from './ranges.ts'
import type { SeqRange } from './ranges.ts'

/** A page of the REST side, and all that it speaks for: between its messages stands nothing that it does not name. */
export interface LogPage {
  items: readonly Message[]
  covers: SeqRange
  /** Where the room was when the page was read. */
  head: Place
}

/** A line of a room: a message, or what the room itself says. Unchanged lines stay the same object. */
export type Row = Base

const nowhere: Place = { epoch: 0, seq: 0 }

/**
 * All that is known of one room, from pages, from the socket and from the outbox: in whatever order it comes, the same is known in the end,
 * each message once. What later entries changed is in the rows.
 */
export class RoomLog {
  readonly #me: string
  readonly #bases = new Map<number, Base>()
  readonly #amendments = new Map<number, Map<number, Entry>>()
  readonly #shown = new Map<number, Row>()
  readonly #mine = new Map<string, number>()
  readonly #outgoing = new Map<string, Outgoing>()
  #order: number[] = []
  #rows: Row[] | undefined
  /** Up to where epochs that ended were kept: what comes late from above is not heard. */
  #cuts: Place[] = []
  #holes: SeqRange[] = []
  #stale: SeqRange[] = []
  #newest = nowhere
  #storedSeq = 0

  /** `me`: my username. */
  constructor(me: string) {
    this.#me = me
  }

  /** Where the room has been heard to be. */
  get newest(): Place {
    return this.#newest
  }

  /** Up to here everything is in the database. */
  get storedSeq(): number {
    return this.#storedSeq
  }

  /** What is between what is known, and can be paged in, oldest first. */
  get holes(): readonly SeqRange[] {
    return this.#holes
  }

  /** What was read before an epoch change took back some of it: to be read again. */
  get stale(): readonly SeqRange[] {
    return this.#stale
  }

  /** Oldest first. */
  get rows(): readonly Row[] {
    this.#rows ??= this.#order.map((seq) => this.#rowAt(seq))
    return this.#rows
  }

  /** My own that are not in the room yet, as far as this client knows: in the order in which they were written. */
  get pending(): Outgoing[] {
    return [...this.#outgoing.values()]
      .filter((message) => !this.#mine.has(message.id) && !this.#isBehindUs(message))
      .toSorted((a, b) => a.turn - b.turn || (a.id < b.id ? -1 : 1))
  }

  rowAt(place: Place): Row | undefined {
    const row = this.#bases.has(place.seq) ? this.#rowAt(place.seq) : undefined
    return row?.epoch === place.epoch ? row : undefined
  }

  /** How the outbox stands to a message of mine. */
  outgoing(id: string): Outgoing | undefined {
    return this.#outgoing.get(id)
  }

  tellPage({ items, covers, head }: LogPage): void {
    const cut = this.#cuts.find((kept) => isTakenBack(head, kept))
    const limit = cut === undefined ? covers.to : Math.min(covers.to, cut.seq)
    if (limit < covers.from) return
    const read = { from: covers.from, to: limit }
    this.#holes = without(this.#holes, read)
    if (cut === undefined) this.#stale = without(this.#stale, read)
    else this.#stale = united([...this.#stale, read])
    for (const item of items) this.#learn(baseOfMessage(item, head))
    this.tellHead(head)
  }

  /** The room is at least this far. */
  tellHead(head: Place): void {
    if (!this.#isCut(head) && isLater(head, this.#newest)) this.#newest = { epoch: head.epoch, seq: head.seq }
  }

  tellEntry(entry: Entry): void {
    if (this.#isCut(entry)) return
    this.tellHead(entry)
    const target = targetOf(entry)
    if (target === undefined) return this.#learn(baseOfEntry(entry))
    const known = this.#amendments.get(target) ?? new Map<number, Entry>()
    const before = known.get(entry.seq)
    if (before !== undefined && before.epoch >= entry.epoch) return
    this.#amendments.set(target, known.set(entry.seq, entry))
    this.#change(target)
  }

  /** An epoch ended, and this is what was kept of it. */
  tellDropped(kept: Place): void {
    this.#cuts.push(kept)
    const isGone = (place: Place): boolean => isTakenBack(place, kept)
    for (const [seq, base] of this.#bases) if (isGone(base)) this.#forget(seq, base)
    for (const [target, known] of this.#amendments) {
      for (const [seq, entry] of known) if (isGone(entry) && known.delete(seq)) this.#change(target)
    }
    const doubtful = [...this.#bases.values()].filter((base) => isGone(base.asOf)).map(({ seq }) => seq)
    this.#stale = united([...this.#stale, ...doubtful.map((seq) => ({ from: seq, to: seq }))])
    this.#holes = without(this.#holes, { from: kept.seq + 1, to: Number.MAX_SAFE_INTEGER })
    if (isGone(this.#newest)) this.#newest = kept
    this.#storedSeq = Math.min(this.#storedSeq, kept.seq)
  }

  /** Something between what was told last and `to`, which is told next or part of it, was missed. */
  tellHole({ from, to }: { from: Place; to: Place }): void {
    if (this.#isCut(to)) return
    this.#holes = united([...this.#holes, { from: from.seq + 1, to: to.seq }])
    this.tellHead(to)
  }

  /** Nobody has looked between there and what is known: it is paged in when somebody comes there. */
  tellUnread(range: SeqRange): void {
    this.#holes = united([...this.#holes, range])
  }

  tellStored(place: Place): void {
    if (!this.#isCut(place)) this.#storedSeq = Math.max(this.#storedSeq, place.seq)
  }

  tellOutgoing(message: Outgoing): void {
    this.#outgoing.set(message.id, message)
  }

  /** The outbox gave it up. */
  tellDiscarded(id: string): void {
    this.#outgoing.delete(id)
  }

  #learn(base: Base): void {
    if (this.#isCut(base)) return
    const known = this.#bases.get(base.seq)
    if (known !== undefined && !isBetter(base, known)) return
    if (known === undefined) this.#insert(base.seq)
    if (known !== undefined && known.id !== base.id) this.#forgetMine(known)
    this.#bases.set(base.seq, base)
    if (base.from === this.#me) this.#mine.set(base.id, base.seq)
    this.#change(base.seq)
  }

  /** Nearly always at one of the ends. */
  #insert(seq: number): void {
    const order = this.#order
    if (order.length === 0 || seq > order.at(-1)!) order.push(seq)
    else order.splice(firstAbove(order, seq), 0, seq)
  }

  #forget(seq: number, base: Base): void {
    this.#bases.delete(seq)
    this.#order.splice(firstAbove(this.#order, seq) - 1, 1)
    this.#forgetMine(base)
    this.#change(seq)
  }

  #forgetMine(base: Base): void {
    if (base.from === this.#me && this.#mine.get(base.id) === base.seq) this.#mine.delete(base.id)
  }

  #change(seq: number): void {
    this.#shown.delete(seq)
    this.#rows = undefined
  }

  #rowAt(seq: number): Row {
    const shown = this.#shown.get(seq)
    if (shown !== undefined) return shown
    const known = this.#amendments.get(seq)
    const base = this.#bases.get(seq)!
    const row = known === undefined ? base : amended(base, inOrder(known), this.#me)
    this.#shown.set(seq, row)
    return row
  }

  #isCut(place: Place): boolean {
    return this.#cuts.some((kept) => isTakenBack(place, kept))
  }

  /** Acknowledged at a place that we have passed: in history that is not loaded, or on its way back after an epoch change. */
  #isBehindUs({ state, place }: Outgoing): boolean {
    if (state === 'sending' || state === 'failed' || place === undefined) return false
    return !isLater(place, this.#newest)
  }
}

/** A later epoch wins, then whoever knows more of what changed it, then whose pictures are ready. */
function isBetter(base: Base, known: Base): boolean {
  if (base.epoch !== known.epoch) return base.epoch > known.epoch
  return isLater(base.asOf, known.asOf) || (!isLater(known.asOf, base.asOf) && comingIn(base) < comingIn(known))
}

/** Pictures that are not ready yet: that one is tells nobody, it is in what is read later. */
function comingIn({ pictures }: Base): number {
  return pictures.filter(({ state }) => state === 'processing').length
}

function targetOf({ target }: Entry): number | undefined {
  return target === undefined ? undefined : Number(target.split(':')[1])
}

function inOrder(entries: ReadonlyMap<number, Entry>): Entry[] {
  return [...entries.values()].toSorted((a, b) => a.seq - b.seq)
}

/** Where in an ascending list the first number above this one stands. */
function firstAbove(list: readonly number[], number: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]! > number) high = middle
    else low = middle + 1
  }
  return low
}
