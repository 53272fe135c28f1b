import assert from 'node:assert/strict'
import type { Hub } from '../../src/live/hub.ts'
import { Stream } from '../../src/live/stream.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import type { Chunk } from '../../src/platform/sse/chunk.ts'
import type { SseSession } from '../../src/platform/sse/session.ts'
import { EventText } from './event-reader.ts'
import type { HeardEvent } from './event-reader.ts'
import { heartbeatMs, maxEvents, never, quiet } from './scheduled-settings.ts'
import type { ScheduledHouse, ScheduledServer } from './scheduled-house.ts'
import { isTold } from './station.ts'

/** Somebody who listens, over any number of connections, each from where the one before ended. */
export class ScheduledReader {
  readonly account: AccountId
  server: ScheduledServer | undefined
  stream: Stream | undefined
  readonly heard = new Set<number>()
  readonly gaps: { from: number; to: number }[] = []
  /** Everything after this is to be told. */
  begin: number | undefined
  readonly #house: ScheduledHouse
  #unread: Chunk[] = []
  #drained: () => void = () => undefined
  #closing: () => void = () => undefined
  #place: number | undefined
  #last: number | undefined

  constructor(house: ScheduledHouse, account: AccountId) {
    this.#house = house
    this.account = account
  }

  /** From where it was, or the first time from any position that is. */
  comeBack(server: ScheduledServer, from?: number): void {
    if (!server.isUp || this.stream !== undefined) return
    const { hub } = server
    const { moments, truth } = this.#house
    this.server = server
    let isOpen = true
    const session: Pick<SseSession, 'isOpen' | 'write' | 'caughtUp' | 'requireProgress' | 'end'> = {
      get isOpen() {
        return isOpen
      },
      write: (chunk) => {
        if (!isOpen) return
        this.#check(hub, chunk)
        this.#unread.push(chunk)
      },
      caughtUp: () => {
        if (!isOpen || this.#unread.length === 0) return Promise.resolve()
        return new Promise((resolve) => (this.#drained = resolve))
      },
      requireProgress: () => undefined,
      end: () => undefined,
    }
    const hiddenFrom = async (account: AccountId): Promise<Set<AccountId>> => {
      await moments.turn()
      const hidden = truth.hiddenBy(account)
      await moments.turn()
      return hidden
    }
    const parts = { hub, hiddenFrom, log: quiet, heartbeatMs, lifeMs: never, retryMs: 1 }
    const after = this.#last ?? (from === undefined ? undefined : from % (truth.head + 1))
    this.stream = new Stream(parts, session as SseSession, { account: this.account, topics: ['timeline'], after })
    const { stream } = this
    this.#closing = () => {
      isOpen = false
      stream.close()
    }
  }

  /** What was not read yet is lost on the way. */
  leave(): void {
    this.#closing()
    this.#unread = []
    this.#drained()
    this.stream = undefined
    this.server = undefined
  }

  /** How much there was to read. */
  read(): number {
    const chunks = this.#unread.splice(0)
    for (const chunk of chunks) this.#hear(chunk)
    this.#drained()
    return chunks.length
  }

  /** What a server may tell at this moment. */
  #check({ recent }: Hub, chunk: Chunk): void {
    const { truth } = this.#house
    const { last } = recent
    const told = new EventText()
    told.read(chunk.body.toString())
    for (const event of told.events) {
      const place = Number(event.id)
      const { n, from, to } = JSON.parse(event.data) as { n?: number; from?: string; to?: string }
      if (isTold(event)) {
        const what = `${place} of ${last} to ${this.account} with the data of ${n}`
        this.#house.holds(truth.isFor(this.account, place), `${what}: not for this reader`)
        this.#house.holds(!truth.wasHidden(this.account, place), `${what}: its actor was hidden`)
        // Of more than is held at once, the oldest is told as it was then, and its end behind it.
        const isHeld = recent.reaches(place - 1)
        this.#house.holds(!isHeld || truth.dataOf(place, last) === n, `${what}: not as it stands`)
      } else if (event.event === 'gap') {
        const isTooFar = last - Number(from) > maxEvents || Number(from) < truth.swept
        const isOfOthers = from === to && truth.partings(this.account).some((parting) => parting <= Number(from))
        this.#house.holds(isTooFar || isOfOthers, `a gap from ${from} to ${last} without a cause`)
      }
    }
  }

  #hear(chunk: Chunk): void {
    const text = new EventText()
    text.lastEventId = String(this.#last ?? '')
    text.read(chunk.body.toString())
    for (const event of text.events) this.#keep(event)
    if (text.lastEventId === '') return
    this.#last = Number(text.lastEventId)
    this.#house.holds(this.#last >= (this.#place ?? 0), `led back from ${this.#place} to ${this.#last}`)
    this.#place = this.#last
  }

  #keep(event: HeardEvent): void {
    const place = Number(event.id)
    const { from, to } = JSON.parse(event.data) as { from?: string; to?: string }
    if (event.event === 'gap') this.gaps.push({ from: Number(from), to: Number(to) })
    if (event.event === 'ready') this.begin ??= Number(from)
    if (!isTold(event)) return
    this.#house.holds(place > (this.#place ?? 0), `${place} after ${this.#place}`)
    this.heard.add(place)
    this.#place = place
  }

  /** That nothing is missing but what need not be told. */
  holdToTruth(): void {
    const { truth } = this.#house
    assert.ok(this.begin !== undefined, 'nothing was ever said to it')
    for (let place = this.begin + 1; place <= truth.head; place += 1) {
      const isInGap = this.gaps.some(({ from, to }) => place > from && place <= to)
      if (this.heard.has(place) || isInGap || !truth.isFor(this.account, place)) continue
      const isExcused = truth.mayBeSilent(place, maxEvents) || truth.isHidden(this.account, place)
      assert.ok(isExcused, `${this.account} was never told of ${place}`)
    }
    for (const parting of truth.partings(this.account)) {
      const wasSaid = parting <= this.begin || this.gaps.some(({ to }) => to >= parting)
      assert.ok(wasSaid, `${this.account} was never told to read anew what showed others before ${parting}`)
    }
  }
}
