import { now } from '../history/history.ts'
import type { Sight } from '../history/line.ts'
import type { Device, RoomEars } from './device.ts'
import { formatPlace } from './frames.ts'
import type { FrameOf, Place, RoomFrame } from './frames.ts'
import { isWorthRepeating } from './outcome.ts'
import { pageThrough } from './paging.ts'
import { backoffMs, pause } from './patience.ts'

export interface ListenerOptions {
  room: string
  device: Device
  /** Unique in the run, but for what a rewind adds. */
  name: string
  from: Place
  saw: (sight: Sight) => void
  /** Something was said that can be amended. */
  onText: (place: Place) => void
  /** What was acknowledged above `keptUpTo` in earlier epochs than this one was lost. */
  onEpoch: (epoch: number, keptUpTo: Place) => void
  onStored: (seq: number) => void
  over: AbortSignal
}

const mostRemembered = 300
/** Who has listened for so long without a break has been told whatever the system finds by itself. */
const longListeningMs = 10_000

/** A range that is being paged through. */
interface OpenGap {
  line: Omit<Extract<Sight, { what: 'gap' }>, 'isFilled'>
  /** Where the client stood before. */
  from: Place
  held: Sight[]
}

/** One device listening to one room, over all its connections: it writes down what it hears as it comes, and goes on as the protocol says. */
export class RoomListener implements RoomEars {
  readonly device: Device
  readonly room: string
  readonly #options: ListenerOptions
  #session: string
  #rewinds = 0
  #rewindTo: Place | undefined
  #last: Place
  #remembered: Place[] = []
  /** Counts connections, so that what belongs to an earlier one is known. */
  #connection = 0
  #gap: OpenGap | undefined
  #isOver = false
  /** What is heard belongs to an earlier subscription on this connection, until its end is answered. */
  #isEarlierHeard = false
  /** The seat is gone, or the room was refused. */
  #isOut = false
  #subscribedAt = Infinity

  constructor(options: ListenerOptions) {
    this.#options = options
    this.device = options.device
    this.room = options.room
    this.#session = options.name
    this.#last = options.from
    options.device.enter(options.room, this)
  }

  get last(): Place {
    return this.#last
  }

  /** There is no more to hear: the room is closed, or the seat is gone. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Where an epoch was lost, a place of it that is further says nothing. */
  hasHeard({ epoch, seq }: Place): boolean {
    return this.#last.epoch >= epoch && this.#last.seq >= seq
  }

  /** Comes back in another session, which begins at an older place that this one has heard. */
  rewind(share: number): void {
    this.#rewindTo = this.#remembered[Math.floor(share * this.#remembered.length)]
    if (this.#rewindTo !== undefined) this.device.cut()
  }

  /** Claims to have heard everything, where it has, or has listened long enough since it is known where the room ends. */
  settle(end: Place, knownAt: number): void {
    const isLong = performance.now() - Math.max(this.#subscribedAt, knownAt) > longListeningMs
    if (!this.#isOut && (this.hasHeard(end) || isLong)) this.#note({ what: 'settled', ...this.#seen() })
  }

  /** The seat was given up: who is out claims nothing. */
  depart(): void {
    this.#isOut = true
    this.leave()
  }

  leave(): void {
    this.#endGap(false)
    this.#isOver = true
    this.device.forget(this.room, this)
  }

  connected(isFresh: boolean): void {
    this.#connection += 1
    if (this.#rewindTo !== undefined) {
      this.#rewinds += 1
      this.#session = `${this.#options.name}~${this.#rewinds}`
      this.#last = this.#rewindTo
      this.#rewindTo = undefined
      this.#remembered = []
    }
    void this.#subscribe(this.#connection, isFresh)
  }

  disconnected(): void {
    this.#connection += 1
    this.#subscribedAt = Infinity
    this.#endGap(false)
  }

  hear(frame: RoomFrame): void {
    if (this.#isOver || this.#isEarlierHeard) return
    switch (frame.type) {
      case 'entry':
        return this.#hearEntry(frame)
      case 'epoch':
        return this.#hearEpoch(frame)
      case 'stored':
        return this.#options.onStored(frame.seq)
      case 'gap':
        return void this.#hearGap(frame)
      case 'closed':
        return this.#hearEnd(frame)
      case 'unsubscribed':
        return this.depart()
      case 'subscribed':
      case 'ack':
        return
      default:
        return frame satisfies never
    }
  }

  async #subscribe(connection: number, isFresh: boolean): Promise<void> {
    const { over, onStored } = this.#options
    this.#isEarlierHeard = false
    for (let failures = 0; connection === this.#connection && !over.aborted && !this.#isOver; failures += 1) {
      if ((failures > 0 || !isFresh) && !(await this.#endEarlier(connection))) return
      if (this.#isOver) return
      const { epoch, seq } = this.#last
      this.#note({ what: 'listening', ...this.#seen(), after: formatPlace(this.#last) })
      const answer = await this.device.request({ type: 'subscribe', room: this.room, epoch, after: seq })
      if (answer === undefined || connection !== this.#connection) return
      if (answer.type === 'answered') {
        this.#subscribedAt = performance.now()
        return answer.frame.type === 'subscribed' ? onStored(answer.frame.stored) : undefined
      }
      if (!isWorthRepeating(answer.ending)) return this.depart()
      await pause(answer.ending.retryMs ?? backoffMs(failures), over)
    }
  }

  /** A server that stood still may tell the subscription of before for a while: it is over when its end is answered. False on another connection. */
  async #endEarlier(connection: number): Promise<boolean> {
    const { over } = this.#options
    for (let failures = 0; connection === this.#connection && !over.aborted; failures += 1) {
      this.#isEarlierHeard = true
      const answer = await this.device.request({ type: 'unsubscribe', room: this.room })
      if (answer === undefined || connection !== this.#connection) return false
      if (answer.type === 'answered') {
        this.#isEarlierHeard = false
        return true
      }
      await pause(answer.ending.retryMs ?? backoffMs(failures), over)
    }
    return false
  }

  #hearEntry({ epoch, seq, id, kind, from, content }: FrameOf<'entry'>): void {
    const body = content?.body
    this.#note({ what: 'heard', ...this.#seen(), epoch, seq, id, kind, from, ...(body === undefined ? {} : { body }) })
    // What is known is dropped, as is what a later epoch has taken the place of. A hole is left for the checker to see.
    if (epoch < this.#last.epoch || (epoch === this.#last.epoch && seq <= this.#last.seq)) return
    this.#reach({ epoch, seq })
    if (kind === 'text' && content !== null) this.#options.onText({ epoch, seq })
  }

  #hearEpoch({ epoch, keptUpTo }: FrameOf<'epoch'>): void {
    this.#note({ what: 'epoch', ...this.#seen(), epoch, keptUpTo })
    if (epoch > this.#last.epoch) this.#last = { epoch, seq: Math.min(this.#last.seq, keptUpTo.seq) }
    this.#options.onEpoch(epoch, keptUpTo)
  }

  /** What comes while the range is paged through is written down behind it. */
  async #hearGap({ from, to }: FrameOf<'gap'>): Promise<void> {
    const line = { what: 'gap' as const, ...this.#seen(), from: formatPlace(from), to: formatPlace(to) }
    const gap: OpenGap = { line, from: this.#last, held: [] }
    this.#gap = gap
    this.#reach(to)
    const isWanted = (): boolean => this.#gap === gap && !this.#options.over.aborted
    const isFilled = await pageThrough({ person: this.device.person, room: this.room, from, to, isWanted })
    if (this.#gap === gap) this.#endGap(isFilled)
  }

  #endGap(isFilled: boolean): void {
    const gap = this.#gap
    if (gap === undefined) return
    this.#gap = undefined
    this.#options.saw({ ...gap.line, isFilled })
    for (const sight of gap.held) this.#options.saw(sight)
    // Nothing of it is kept, so the client comes back from before it.
    if (!isFilled) this.#last = gap.from
  }

  #hearEnd({ epoch, lastSeq }: FrameOf<'closed'>): void {
    this.#note({ what: 'ended', ...this.#seen(), epoch, lastSeq })
    this.leave()
  }

  #reach(place: Place): void {
    this.#last = place
    this.#remembered.push(place)
    if (this.#remembered.length > 2 * mostRemembered) this.#remembered = this.#remembered.slice(-mostRemembered)
  }

  #seen(): { session: string; at: number; room: string } {
    return { session: this.#session, at: now(), room: this.room }
  }

  #note(sight: Sight): void {
    if (this.#gap === undefined) this.#options.saw(sight)
    else this.#gap.held.push(sight)
  }
}
