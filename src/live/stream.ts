import { setTimeout as wait } from 'node:timers/promises'
import type { z } from 'zod'
import type { AccountId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { chunkOf } from '../platform/sse/chunk.ts'
import { comment, encodeEvent, encodeId, encodeRetry } from '../platform/sse/encoding.ts'
import type { SseSession } from '../platform/sse/session.ts'
import { Batch, changesRelationsOf } from './batch.ts'
import type { Reader } from './batch.ts'
import type { OwnEvents } from './channel.ts'
import { topics } from './contract.ts'
import type { Topic } from './contract.ts'
import type { RecentEvent } from './event.ts'
import type { Hub, Listener } from './hub.ts'

/** Whom this person hides. */
export type HiddenFrom = (account: AccountId) => Promise<ReadonlySet<AccountId>>

export interface StreamParts {
  hub: Hub
  hiddenFrom: HiddenFrom
  log: Log
  heartbeatMs: number
  lifeMs: number
  retryMs: number
  /** The reader could not be told all that it lacks. */
  onGap?: () => void
}

export interface StreamRequest {
  account: AccountId
  topics: readonly Topic[]
  /** The last position that this client has heard; undefined when it begins. */
  after: number | undefined
}

/** What these told of people goes with them; what notifications told of them is taken back by events of their own. */
const showingOthers: readonly Topic[] = ['timeline', 'rooms']
const bytesAtOnce = 131_072
const patienceMs = 10_000
const pauseMs = 1000

/**
 * ④ What one client hears. It either *follows*, reading from the hub's recent events at the pace of its client, or it is *live* and is
 * handed each batch as it comes. It turns live in the very step in which it finds nothing left to read, so there is neither hole nor
 * double; and it follows again whenever the people it hides have changed, since what comes after must wait until they are read, and
 * what was told before has to be read anew.
 */
export class Stream implements Listener {
  readonly #parts: StreamParts
  readonly #session: SseSession
  readonly #reader: Reader
  readonly #timers: NodeJS.Timeout[]
  readonly #leave: () => void
  #position = 0
  /** Where the client was last told by an id that it stands; events may have led it further. */
  #toldId = 0
  #hasBegun = false
  #isLive = false
  #isHiddenStale = true

  constructor(parts: StreamParts, session: SseSession, request: StreamRequest) {
    const { account } = request
    const wanted = new Set<string>(request.topics)
    this.#parts = parts
    this.#session = session
    this.#reader = { account, topics: wanted, topicsKey: [...wanted].toSorted().join(), hidden: new Set() }
    this.#leave = parts.hub.listen(this)
    this.#timers = [
      setInterval(() => this.#beat(), parts.heartbeatMs),
      setTimeout(() => session.end(), parts.lifeMs * (0.8 + Math.random() * 0.4)),
    ]
    session.write(chunkOf([encodeRetry(parts.retryMs * (0.5 + Math.random()))]))
    void this.#begin(request.after)
  }

  /** Events that this client has still to be told, or passed by. */
  get behind(): number {
    return this.#hasBegun ? this.#parts.hub.position - this.#position : 0
  }

  tell(batch: Batch): void {
    if (batch.changesRelationsOf(this.#reader.account)) {
      this.#isHiddenStale = true
      if (this.#isLive) void this.#follow()
    } else if (this.#isLive) {
      this.#write(batch)
      this.#position = batch.last
    }
  }

  /** Among what nobody can tell any more there may be a change of the people whom one hides. */
  jump(): void {
    this.#isHiddenStale = true
    if (this.#isLive) void this.#follow()
  }

  end(): void {
    this.#session.end()
  }

  /** To be called when the client has gone. */
  close(): void {
    this.#leave()
    this.#timers.forEach((timer) => clearTimeout(timer))
  }

  async #begin(after: number | undefined): Promise<void> {
    const { hub } = this.#parts
    // What another server has told may be news to this one.
    if (after !== undefined && after > hub.position) await this.#insist(() => hub.catchUp())
    if (!this.#session.isOpen) return
    const to = String(hub.position)
    if (after === undefined) {
      this.#position = hub.position
      this.#sayReady(this.#position, { recovered: false, from: to, to })
    } else if (hub.recent.reaches(after)) {
      this.#position = after
      this.#sayReady(after, { recovered: true, from: String(after), to })
    } else {
      this.#tellGap(after)
      this.#sayReady(this.#position, { recovered: false, from: to, to })
    }
    this.#hasBegun = true
    await this.#follow()
  }

  async #follow(): Promise<void> {
    this.#isLive = false
    while (this.#session.isOpen) {
      while (this.#isHiddenStale && this.#session.isOpen) await this.#readHidden()
      const lack = this.#parts.hub.recent.after(this.#position, bytesAtOnce)
      switch (lack.type) {
        case 'nothing':
          this.#isLive = true
          return
        case 'gap':
          this.#tellGap(this.#position)
          break
        case 'events':
          this.#tellOn(lack.events)
          await this.#session.caughtUp(patienceMs)
          break
        default:
          lack satisfies never
      }
    }
  }

  /** As far as the same people are hidden: what comes behind a change is told behind the word of it, or who lost that word would never ask for it again. */
  #tellOn(events: readonly RecentEvent[]): void {
    const { account } = this.#reader
    const change = events.findIndex((event) => changesRelationsOf(event, account))
    const batch = new Batch(change === -1 ? events : events.slice(0, change + 1))
    this.#write(batch)
    this.#position = batch.last
    if (change !== -1) this.#tellOfOthers()
  }

  async #readHidden(): Promise<void> {
    await this.#insist(async () => {
      this.#isHiddenStale = false
      this.#reader.hidden = await this.#parts.hiddenFrom(this.#reader.account)
    })
  }

  /** The stream stays open while MySQL is away, and goes on from where it was. */
  async #insist(attempt: () => Promise<void>): Promise<void> {
    while (this.#session.isOpen) {
      try {
        return await attempt()
      } catch (error) {
        this.#parts.log.warn({ err: error }, 'a stream has to wait')
        await wait(pauseMs * (0.5 + Math.random()))
      }
    }
  }

  #write(batch: Batch): void {
    const chunk = batch.for(this.#reader)
    if (chunk !== undefined) this.#session.write(chunk)
  }

  /** The client cannot be told what it lacks: it reads anew what these topics show, and goes on from here. */
  #tellGap(after: number): void {
    this.#parts.onGap?.()
    this.#position = this.#parts.hub.position
    const range = { from: String(after), to: String(this.#position) }
    this.#say('gap', this.#position, { ...range, reload: topics.filter((topic) => this.#reader.topics.has(topic)) })
  }

  /**
   * Nothing is missing, but what was told before may be of people who are not there for the reader any more, or are again. Both sides of a block are told alike, and nobody is
   * named.
   */
  #tellOfOthers(): void {
    const reload = showingOthers.filter((topic) => this.#reader.topics.has(topic))
    const place = String(this.#position)
    if (reload.length > 0) this.#say('gap', this.#position, { from: place, to: place, reload })
  }

  /** Whose stream it is, too: the cookie that opens it may have become another account's. */
  #sayReady(id: number, facts: { recovered: boolean; from: string; to: string }): void {
    this.#say('ready', id, { ...facts, account: String(this.#reader.account) })
  }

  #say<Event extends keyof OwnEvents>(event: Event, id: number, data: z.input<OwnEvents[Event]>): void {
    this.#session.write(chunkOf([encodeEvent({ event, id: String(id), data: JSON.stringify(data) })]))
    this.#toldId = id
  }

  /** A sign of life, and the place to resume from: much of what happens is for others, and who hears little must not fall behind. */
  #beat(): void {
    this.#session.requireProgress()
    const hasMoved = this.#isLive && this.#position > this.#toldId
    this.#session.write(chunkOf(hasMoved ? [comment, encodeId(String(this.#position))] : [comment]))
    if (hasMoved) this.#toldId = this.#position
  }
}
