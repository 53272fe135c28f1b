import type { Broker } from '../platform/broker.ts'
import type { RoomId } from '../platform/ids.ts'
import { Ticker } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import * as buffer from './buffer.ts'
import { isClosedEntry } from './closed-entry.ts'
import { decodeEntry } from './entry.ts'
import type { Entry, Place } from './entry.ts'
import { withoutErased } from './erasing.ts'
import { entriesOf, headOfRoom } from './history.ts'
import type { HistoryParts } from './history.ts'
import type { Follow, RoomEvent } from './contract.ts'
import { epochEnd } from './record-store.ts'
import { asleepAmong } from './ledger-store.ts'

export interface FollowParts extends HistoryParts {
  sql: Sql
  redis: Redis
  broker: Pick<Broker, 'subscribe' | 'onResubscribed'>
  log: Log
  headCheckMs: number
}

const recentEntries = 500
const catchUpEntries = 500

/**
 * The rooms that this server listens to. Pub/sub is the fast path and at most once; what it misses is found by sequence
 * numbers, by a look at all heads every few seconds, and after every reconnect of the subscriber.
 */
export class Followers {
  readonly #parts: FollowParts
  readonly #rooms = new Map<RoomId, Set<RoomFollower>>()
  readonly #ticker: Ticker
  readonly #forgetBroker: () => void

  constructor(parts: FollowParts) {
    this.#parts = parts
    const onError = (error: unknown): void => parts.log.warn({ err: error }, 'heads could not be compared')
    this.#forgetBroker = parts.broker.onResubscribed(() => void this.compareHeads().catch(onError))
    this.#ticker = new Ticker({ everyMs: parts.headCheckMs, work: () => this.compareHeads(), onError }).start()
  }

  async follow(room: RoomId, listener: (event: RoomEvent) => void): Promise<Follow> {
    const follower = new RoomFollower(this.#parts, room, listener, () => this.#forget(room, follower))
    const followers = this.#rooms.get(room) ?? new Set()
    this.#rooms.set(room, followers.add(follower))
    try {
      await follower.start()
    } catch (error) {
      follower.stop()
      throw error
    }
    return follower
  }

  /** Makes every follower that is behind catch up. A room that sleeps is left alone. */
  async compareHeads(): Promise<void> {
    const rooms = [...this.#rooms.keys()]
    if (rooms.length === 0) return
    const heads = await buffer.heads(this.#parts.redis, rooms)
    const absent = rooms.filter((room) => heads.get(room) === undefined)
    const asleep = await asleepAmong(this.#parts.sql, absent)
    for (const room of rooms) {
      if (asleep.has(room)) continue
      for (const follower of this.#rooms.get(room) ?? []) follower.compare(heads.get(room))
    }
  }

  async stop(): Promise<void> {
    this.#forgetBroker()
    await this.#ticker.stop()
    for (const followers of this.#rooms.values()) for (const follower of followers) follower.stop()
  }

  #forget(room: RoomId, follower: RoomFollower): void {
    const followers = this.#rooms.get(room)
    followers?.delete(follower)
    if (followers?.size === 0) this.#rooms.delete(room)
  }
}

class RoomFollower implements Follow {
  readonly #parts: FollowParts
  readonly #room: RoomId
  readonly #listener: (event: RoomEvent) => void
  readonly #onStop: () => void
  #unsubscribe: (() => void) | undefined
  #last: Place = { epoch: 0, seq: 0 }
  #storedSeq = 0
  /** Of the closing entry, while it stands: a Redis that comes back older can take it away until it is stored. */
  #closedSeq: number | undefined
  #ended: Place | undefined
  #recent: Entry[] = []
  #isStarted = false
  #isStopped = false
  #catchingUp: Promise<void> | undefined
  #isBehind = false

  constructor(parts: FollowParts, room: RoomId, listener: (event: RoomEvent) => void, onStop: () => void) {
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

  get ended(): Place | undefined {
    return this.#ended
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
    const [oldest] = this.#recent
    if (oldest === undefined || oldest.seq > afterSeq + 1) return undefined
    const recent = this.#recent.filter((entry) => entry.seq > afterSeq)
    return withoutErased(recent, recent)
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
        return this.#heardEntries(linesOf(message.subarray(1)).map(decodeEntry))
      case 'S':
        return this.#heardStored(Number(message.toString('latin1').split(':')[1]))
      default:
        return this.#catchUp()
    }
  }

  #heardEntries(entries: Entry[]): void {
    if (this.#catchingUp !== undefined) {
      this.#isBehind = true
      return
    }
    const fresh = entries.filter((entry) => entry.seq > this.#last.seq || entry.epoch > this.#last.epoch)
    const [first] = fresh
    if (first === undefined) return
    if (first.epoch === this.#last.epoch && first.seq === this.#last.seq + 1) this.#deliver(fresh)
    else this.#catchUp()
  }

  #heardStored(seq: number): void {
    if (!(seq > this.#storedSeq)) return
    this.#storedSeq = seq
    this.#listener({ type: 'stored', place: { epoch: this.#last.epoch, seq } })
    this.#endWhenStored()
  }

  #endWhenStored(): void {
    if (this.#ended !== undefined || this.#closedSeq === undefined || this.#storedSeq < this.#closedSeq) return
    this.#ended = { epoch: this.#last.epoch, seq: this.#closedSeq }
    this.#listener({ type: 'ended', last: this.#ended })
  }

  #deliver(entries: Entry[]): void {
    const last = entries.at(-1)
    if (last === undefined) return
    this.#last = { epoch: this.#last.epoch, seq: last.seq }
    this.#recent.push(...entries)
    if (this.#recent.length > 2 * recentEntries) this.#recent = this.#recent.slice(-recentEntries)
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
    this.#recent = this.#recent.filter((entry) => entry.seq <= this.#last.seq)
    if (this.#closedSeq !== undefined && this.#closedSeq > keptUpTo.seq) this.#closedSeq = undefined
    if (!this.#isStopped) this.#listener({ type: 'epoch', epoch, keptUpTo })
  }
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  lines.push(bytes.subarray(start))
  return lines
}
