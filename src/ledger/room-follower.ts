import type { Broker } from '../platform/broker.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import * as buffer from './buffer.ts'
import { isClosedEntry } from './closed-entry.ts'
import { decodeEntries, parsePlace } from './entry.ts'
import type { Entry, Place } from './entry.ts'
import { withoutErased } from './erasing.ts'
import { entriesOf, headOfRoom } from './history.ts'
import type { HistoryParts } from './history.ts'
import type { Follow, RoomEvent } from './contract.ts'
import { RecentEntries } from './recent-entries.ts'
import { epochEnd } from './record-store.ts'

export interface RoomFollowerParts extends HistoryParts {
  broker: Pick<Broker, 'subscribe'>
  log: Log
}

const catchUpEntries = 500

/** One room as one channel of this server follows it. */
export class RoomFollower implements Follow {
  readonly #parts: RoomFollowerParts
  readonly #room: RoomId
  readonly #listener: (event: RoomEvent) => void
  readonly #onStop: () => void
  #unsubscribe: (() => void) | undefined
  #last: Place = { epoch: 0, seq: 0 }
  #storedSeq = 0
  /** Of the closing entry, while it stands: a Redis that comes back older can take it away until it is stored. */
  #closedSeq: number | undefined
  #hasEnded = false
  readonly #recent = new RecentEntries()
  #isStarted = false
  #isStopped = false
  #catchingUp: Promise<void> | undefined
  #isBehind = false

  constructor(parts: RoomFollowerParts, room: RoomId, listener: (event: RoomEvent) => void, onStop: () => void) {
    this.#parts = parts
    this.#room = room
    this.#listener = listener
    this.#onStop = onStop
  }

  get last(): Place {
    return this.#last
  }

  get storedSeq(): number {
    return this.#storedSeq
  }

  async start(): Promise<void> {
    const early: Buffer[] = []
    let hear = (message: Buffer): void => void early.push(message)
    this.#unsubscribe = await this.#parts.broker.subscribe(buffer.keys.live(this.#room), (message) => hear(message))
    const head = await headOfRoom(this.#parts, this.#room)
    this.#last = { epoch: head.epoch, seq: head.seq }
    this.#storedSeq = head.storedSeq
    if (head.state === 'closed') this.#closedSeq = head.seq
    this.#isStarted = true
    this.#endWhenStored()
    hear = (message) => this.#hear(message)
    for (const message of early) this.#hear(message)
  }

  recent(afterSeq: number): Entry[] | undefined {
    if (afterSeq >= this.#last.seq) return []
    const recent = this.#recent.after(afterSeq)
    return recent === undefined ? undefined : withoutErased(recent, recent)
  }

  compare(head: { isReadable: boolean; epoch: number; head: number; base: number } | undefined): void {
    if (!this.#isStarted) return
    const isSame = head?.isReadable === true && head.epoch === this.#last.epoch && head.head === this.#last.seq
    if (!isSame) this.#catchUp()
    else this.#heardStored(head.base)
  }

  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#unsubscribe?.()
    this.#onStop()
  }

  #hear(message: Buffer): void {
    if (this.#isStopped) return
    switch (String.fromCharCode(message[0] ?? 0)) {
      case 'E':
        return this.#heardEntries(message.subarray(1))
      case 'S':
        return this.#heardTrim(parsePlace(message.toString('latin1', 1)))
      default:
        return this.#catchUp()
    }
  }

  #heardEntries(published: Buffer): void {
    if (this.#catchingUp !== undefined) {
      this.#isBehind = true
      return
    }
    const entries = decodeEntries(published)
    if (this.#goesOn(entries[0])) return this.#deliver(entries, published)
    const fresh = entries.filter((entry) => entry.seq > this.#last.seq || entry.epoch > this.#last.epoch)
    if (fresh.length === 0) return
    if (this.#goesOn(fresh[0])) this.#deliver(fresh)
    else this.#catchUp()
  }

  /** Whether it is the very next one. */
  #goesOn(entry: Entry | undefined): boolean {
    return entry?.epoch === this.#last.epoch && entry.seq === this.#last.seq + 1
  }

  /** What an epoch stores says nothing of the entries that an earlier one had under the same numbers. */
  #heardTrim(stored: Place | undefined): void {
    if (stored === undefined || stored.epoch > this.#last.epoch) return this.#catchUp()
    if (stored.epoch === this.#last.epoch) this.#heardStored(stored.seq)
  }

  #heardStored(seq: number): void {
    if (!(seq > this.#storedSeq)) return
    this.#storedSeq = seq
    this.#listener({ type: 'stored', place: { epoch: this.#last.epoch, seq } })
    this.#endWhenStored()
  }

  #endWhenStored(): void {
    if (this.#hasEnded || this.#closedSeq === undefined || this.#storedSeq < this.#closedSeq) return
    this.#hasEnded = true
    this.#listener({ type: 'ended', last: { epoch: this.#last.epoch, seq: this.#closedSeq } })
  }

  #deliver(entries: Entry[], published?: Buffer): void {
    const last = entries.at(-1)
    if (last === undefined) return
    this.#last = { epoch: this.#last.epoch, seq: last.seq }
    this.#recent.add(entries, published)
    this.#listener({ type: 'entries', epoch: this.#last.epoch, entries })
    if (!isClosedEntry(last)) return
    this.#closedSeq = last.seq
    this.#endWhenStored()
  }

  /** One catch-up at a time; what is heard meanwhile makes it look once more. */
  #catchUp(): void {
    if (this.#catchingUp !== undefined) {
      this.#isBehind = true
      return
    }
    this.#catchingUp = this.#readWhatIsMissing()
      .catch((error: unknown) => {
        this.#parts.log.warn(
          { err: error, room: this.#room },
          'catching up failed; the next look at the heads tries again',
        )
      })
      .finally(() => {
        this.#catchingUp = undefined
      })
  }

  async #readWhatIsMissing(): Promise<void> {
    do {
      this.#isBehind = false
      const head = await headOfRoom(this.#parts, this.#room)
      if (head.epoch !== this.#last.epoch) await this.#enterEpoch(head.epoch)
      while (!this.#isStopped && this.#last.seq < head.seq) {
        const range = { after: this.#last.seq, upTo: head.seq, limit: catchUpEntries }
        const found = await entriesOf(this.#parts, this.#room, range)
        // The buffer may have begun anew since: what it holds now is told after its epoch.
        const entries = found.filter((entry) => entry.epoch <= head.epoch)
        if (entries.length < found.length) this.#isBehind = true
        if (entries.length === 0) break
        this.#deliver(entries)
      }
      this.#heardStored(head.storedSeq)
    } while (this.#isBehind && !this.#isStopped)
  }

  async #enterEpoch(epoch: number): Promise<void> {
    const end = await epochEnd(this.#parts.sql, this.#room, this.#last.epoch)
    const keptUpTo = { epoch: this.#last.epoch, seq: end?.lastSeq ?? 0 }
    this.#last = { epoch, seq: Math.min(this.#last.seq, keptUpTo.seq) }
    // A MySQL that comes back older has stored less than it said.
    this.#storedSeq = Math.min(this.#storedSeq, keptUpTo.seq)
    this.#recent.dropAfter(this.#last.seq)
    if (this.#closedSeq !== undefined && this.#closedSeq > keptUpTo.seq) this.#closedSeq = undefined
    if (!this.#isStopped) this.#listener({ type: 'epoch', epoch, keptUpTo })
  }
}
