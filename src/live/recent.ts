import { encodeEvent } from '../platform/sse/encoding.ts'
import type { PlacedEvent } from './event.ts'

/** An event with its bytes, made once for all who hear it. */
export interface RecentEvent extends Omit<PlacedEvent, 'data'> {
  bytes: Buffer
}

/** What a reader who has heard everything up to a position lacks. */
export type Lack = { type: 'nothing' } | { type: 'events'; events: RecentEvent[] } | { type: 'gap' }

/**
 * The newest events without a hole, in memory: what streams resume from. It is never the truth: a server that starts reads it from
 * MySQL, and whoever lacks more than it holds is told to reload.
 */
export class RecentEvents {
  readonly #maxEvents: number
  readonly #maxBytes: number
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
    this.#dropped = 0
    this.#bytes = 0
    this.#last = position
  }

  /** The next event, whose position must be the one after the last. */
  add(event: PlacedEvent): RecentEvent {
    if (event.position !== this.#last + 1) throw new Error(`event ${event.position} does not follow ${this.#last}`)
    const { position, topic, type, audience, actor, data } = event
    const bytes = encodeEvent({ event: type, id: String(position), data })
    const recent = { position, topic, type, audience, actor, bytes }
    this.#events.push(recent)
    this.#bytes += bytes.length
    this.#last = position
    this.#trim()
    return recent
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
      bytes += this.#events[to]?.bytes.length ?? 0
      if (bytes > maxBytes && to > from) break
    }
    return { type: 'events', events: this.#events.slice(from, to) }
  }

  get #size(): number {
    return this.#events.length - this.#dropped
  }

  #trim(): void {
    while (this.#size > this.#maxEvents || (this.#bytes > this.#maxBytes && this.#size > 1)) {
      this.#bytes -= this.#events[this.#dropped]?.bytes.length ?? 0
      this.#dropped += 1
    }
    // Not with each event: an array that gives up its front is copied.
    if (this.#dropped > this.#size) {
      this.#events = this.#events.slice(this.#dropped)
      this.#dropped = 0
    }
  }
}
