import { encodeEvent } from '../platform/sse/encoding.ts'
import { unpooled } from '../platform/unpooled.ts'
import type { Statement } from './contract.ts'
import type { PlacedEvent, RecentEvent } from './event.ts'
import { Standing } from './standing.ts'

/** What a reader who has heard everything up to a position lacks. */
export type Lack = { type: 'nothing' } | { type: 'events'; events: RecentEvent[] } | { type: 'gap' }

/**
 * The newest events without a hole, in memory: what streams resume from. It is never the truth: a server that starts reads it from
 * MySQL, and whoever lacks more than it holds is told to reload.
 */
export class RecentEvents {
  readonly #maxEvents: number
  readonly #maxBytes: number
  readonly #standing = new Standing()
  #events: RecentEvent[] = []
  /** Events at the front of the array that are no longer held. */
  #dropped = 0
  #bytes = 0
  #last = 0

  constructor(options: { maxEvents: number; maxBytes: number }) {
    this.#maxEvents = options.maxEvents
    this.#maxBytes = options.maxBytes
  }

  /** The last position that was added, or begun at. */
  get last(): number {
    return this.#last
  }

  /** Forgets everything: the next event is the one after `position`. */
  beginAt(position: number): void {
    this.#events = []
    this.#standing.clear()
    this.#dropped = 0
    this.#bytes = 0
    this.#last = position
  }

  /**
   * The next event, whose position must be the one after the last. What it says is over is not told any more to those who come
   * after it; what it shows anew looks like that wherever it was shown before.
   */
  add(event: PlacedEvent, { shows, ends = [] }: Statement = {}): RecentEvent {
    if (event.position !== this.#last + 1) throw new Error(`event ${event.position} does not follow ${this.#last}`)
    const { position, topic, type, audience, actor, data } = event
    const recent: RecentEvent = { position, topic, type, audience, actor, bytes: undefined }
    this.#say(recent, data)
    this.#events.push(recent)
    this.#last = position
    for (const subject of ends) for (const over of this.#standing.end(subject)) this.#say(over, undefined)
    if (shows !== undefined) {
      const { first, between } = this.#standing.show(shows, recent)
      if (first !== undefined) this.#say(first, data)
      if (between !== undefined) this.#say(between, undefined)
    }
    this.#trim()
    return recent
  }

  #say(event: RecentEvent, data: string | undefined): void {
    this.#bytes -= event.bytes?.length ?? 0
    event.bytes =
      data === undefined ? undefined : unpooled(encodeEvent({ event: event.type, id: String(event.position), data }))
    this.#bytes += event.bytes?.length ?? 0
  }

  /** Whether a reader can go on from this position. */
  reaches(position: number): boolean {
    return position <= this.#last && position >= this.#last - this.#size
  }

  /** The next ones in order: one, and more as long as all together have at most `maxBytes`. */
  after(position: number, maxBytes: number): Lack {
    if (position === this.#last) return { type: 'nothing' }
    if (!this.reaches(position)) return { type: 'gap' }
    const from = this.#events.length - (this.#last - position)
    let to = from
    for (let bytes = 0; to < this.#events.length; to += 1) {
      bytes += this.#events[to]?.bytes?.length ?? 0
      if (bytes > maxBytes && to > from) break
    }
    return { type: 'events', events: this.#events.slice(from, to) }
  }

  get #size(): number {
    return this.#events.length - this.#dropped
  }

  #trim(): void {
    while (this.#size > this.#maxEvents || (this.#bytes > this.#maxBytes && this.#size > 1)) {
      const dropped = this.#events[this.#dropped]
      this.#bytes -= dropped?.bytes?.length ?? 0
      if (dropped !== undefined) this.#standing.forget(dropped)
      this.#events[this.#dropped] = spent
      this.#dropped += 1
    }
    // Not with each event: an array that gives up its front is copied.
    if (this.#dropped > this.#size) {
      this.#events = this.#events.slice(this.#dropped)
      this.#dropped = 0
    }
  }
}

/** In the place of an event that is no longer held, until the front of the array is given up. */
const spent: RecentEvent = {
  position: 0,
  topic: 'timeline',
  type: '',
  audience: undefined,
  actor: undefined,
  bytes: undefined,
}
