import type { Answer } from './answer.ts'
import type { Frame, FrameOf, Place } from './frames.ts'
import { Outbox } from './outbox.ts'
import type { Saying } from './outbox.ts'
import { backoffMs, pause, standardBackoff } from './patience.ts'
import { RoomView } from './room-view.ts'
import type { SeenEntry } from './room-view.ts'

/** What a room needs of its client. */
export interface RoomLine {
  request<Type extends Frame['type']>(frame: Readonly<Record<string, unknown>>, answeredBy: Type): Promise<Answer<Type>>
  /** Entries after a seq, oldest first, by pages; empty at the end. */
  page(room: string, after: Place): Promise<SeenEntry[]>
  onLimited(code: string, waitMs: number): void
}

type RoomFrame = Extract<Frame, { room: string }>

/** One client in one room: what it sees, what it says, and how both go on after the connection broke. */
export class RoomSession {
  readonly room: string
  readonly view: RoomView
  readonly outbox: Outbox
  /** How often it went on where it had stopped, and how often it had to page. */
  resumes = 0
  gaps = 0
  people = 0
  readonly #line: RoomLine
  readonly #watchers = new Set<() => void>()
  #held: SeenEntry[] = []
  #isCatchingUp = false
  #connection = 0
  #wasHere = false
  #failure: Error | undefined

  constructor(options: { room: string; line: RoomLine; share?: ((entry: SeenEntry) => SeenEntry) | undefined }) {
    this.room = options.room
    this.#line = options.line
    this.view = new RoomView(options.share)
    this.outbox = new Outbox({
      send: ({ id, body }) => this.#line.request({ type: 'send', room: this.room, id, body }, 'ack'),
      onLimited: (code, waitMs) => this.#line.onLimited(code, waitMs),
    })
  }

  say(body: string, id?: string): Promise<Saying> {
    return this.outbox.say(body, id)
  }

  /** Resolves when `isTrue` holds, looked at after everything that is heard. */
  async until(what: string, isTrue: () => boolean, withinMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = (): void => {
      if (this.#failure !== undefined) reject(this.#failure)
      else if (isTrue()) resolve()
    }
    const late = setTimeout(
      () => reject(new Error(`room ${this.room}: ${what}: not within ${withinMs} ms (at seq ${this.view.last.seq})`)),
      withinMs,
    )
    this.#watchers.add(look)
    look()
    try {
      await promise
    } finally {
      this.#watchers.delete(look)
      clearTimeout(late)
    }
  }

  /** A connection stands: subscribe, from where we are. */
  connected(): void {
    this.#connection += 1
    this.#held = []
    this.#isCatchingUp = false
    void this.#subscribe(this.#connection)
  }

  disconnected(): void {
    this.#connection += 1
    this.outbox.halt()
  }

  giveUp(failure: Error): void {
    this.#failure = failure
    this.outbox.giveUp(failure)
    this.#tell()
  }

  hear(frame: RoomFrame): void {
    switch (frame.type) {
      case 'entry':
        this.#hearEntry(frame)
        break
      case 'epoch':
        this.#beginEpoch(frame.epoch, frame.keptUpTo)
        break
      case 'stored':
        this.outbox.stored(frame.seq)
        break
      case 'gap':
        void this.#catchUp(this.#connection, frame.to.seq)
        break
      case 'presence':
        this.people = frame.count
        break
      case 'unsubscribed':
        return this.giveUp(new Error(`room ${this.room}: ${frame.reason}`))
      case 'subscribed':
      case 'ack':
      case 'closed':
      case 'typing':
      case 'read':
        break
      default:
        frame satisfies never
    }
    this.#tell()
  }

  #hearEntry(frame: FrameOf<'entry'>): void {
    if (this.#isCatchingUp) {
      this.#held.push(seen(frame))
      return
    }
    if (this.view.apply(seen(frame)) !== 'hole') return
    this.#held.push(seen(frame))
    void this.#catchUp(this.#connection, frame.seq)
  }

  #beginEpoch(epoch: number, keptUpTo: Place | undefined): void {
    this.view.beginEpoch(epoch, keptUpTo)
    if (keptUpTo !== undefined) this.outbox.offerAgain(keptUpTo)
  }

  async #subscribe(connection: number): Promise<void> {
    for (let failures = 0; connection === this.#connection; failures += 1) {
      const { epoch, seq } = this.view.last
      const answer = await this.#line.request({ type: 'subscribe', room: this.room, epoch, after: seq }, 'subscribed')
      if (connection !== this.#connection || answer.type === 'lost') return
      if (answer.type === 'answered') return this.#subscribed(connection, answer.frame)
      if (!isTemporary(answer.code)) {
        return this.giveUp(new Error(`room ${this.room} cannot be listened to: ${answer.code}`))
      }
      await pause(answer.retryAfterMs ?? backoffMs(standardBackoff, failures))
    }
  }

  async #subscribed(connection: number, frame: FrameOf<'subscribed'>): Promise<void> {
    if (this.#wasHere) this.resumes += 1
    this.#wasHere = true
    this.#beginEpoch(frame.epoch, frame.keptUpTo)
    this.outbox.stored(frame.stored)
    if (!frame.recovered) await this.#catchUp(connection, frame.to.seq)
    if (connection !== this.#connection) return
    this.outbox.go()
    this.#tell()
  }

  /** Fetches by pages what was missed up to `upTo`; what is heard meanwhile is held and applied afterwards. */
  async #catchUp(connection: number, upTo: number): Promise<void> {
    if (this.#isCatchingUp) return
    this.#isCatchingUp = true
    this.gaps += 1
    let folded: SeenEntry[] = []
    while (connection === this.#connection && this.view.last.seq < upTo) {
      const before = [...this.#held]
      const after = this.view.last
      const page = await this.#line.page(this.room, after).catch((error: unknown) => asError(error))
      if (connection !== this.#connection) return
      if (page instanceof Error) return this.giveUp(page)
      // An epoch has taken back what the page was to follow on.
      if (this.view.last.seq < after.seq) continue
      if (page.length === 0) {
        folded = before
        break
      }
      for (const entry of page) this.view.applyFolded(entry)
      this.#tell()
    }
    if (connection !== this.#connection) return
    this.#isCatchingUp = false
    const held = this.#held.splice(0).toSorted((a, b) => a.seq - b.seq)
    // Where pages show nothing more, what is missing before an entry that was heard already has been folded into messages.
    for (const entry of held) if (folded.includes(entry)) this.view.applyFolded(entry)
    const missed = held.find((entry) => this.view.apply(entry) === 'hole')
    this.#tell()
    if (missed !== undefined) {
      this.#held.push(...held.filter((entry) => entry.seq >= missed.seq))
      await this.#catchUp(connection, missed.seq)
    }
  }

  #tell(): void {
    for (const look of this.#watchers) look()
  }
}

function seen({ epoch, seq, id, kind, content }: FrameOf<'entry'>): SeenEntry {
  return { epoch, seq, id, kind, body: content?.body }
}

function isTemporary(code: string): boolean {
  return ['rate_limited', 'unavailable', 'timeout', 'internal'].includes(code)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
