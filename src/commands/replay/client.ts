import { adviceFor } from './advice.ts'
import type { Advice } from './advice.ts'
import { answerIn, answerOf } from './answer.ts'
import type { Answer } from './answer.ts'
import type { Frame, Place } from './frames.ts'
import { backoffMs, pause, standardBackoff } from './patience.ts'
import { RoomSession } from './room-session.ts'
import type { SeenEntry } from './room-view.ts'
import { Wire } from './wire.ts'
import type { WireEnd } from './wire.ts'

export interface ChatClientOptions {
  /** Of the socket: `ws://host/v1/socket`. */
  url: URL
  /** This client's own address on this machine. */
  from?: string | undefined
  /** An access token; another one when the last has expired. */
  token(isExpired: boolean): Promise<string>
  /** A page of a room's entries after a seq, over HTTP. */
  page(room: string, after: Place): Promise<SeenEntry[]>
  /** Told the name of the server whenever a connection stands. */
  onServer?: (name: string) => void
  onLimited?: (code: string, waitMs: number) => void
}

interface Pending {
  settle: (answer: Answer) => void
  timer: NodeJS.Timeout
}

const answerMs = 10_000

/**
 * A chat client that keeps the rules of docs/protocol.md: one socket for all its rooms; it comes back by itself with a wait
 * that doubles and resumes every room where it stopped; it stays away when the close code says so.
 */
export class ChatClient {
  readonly #options: ChatClientOptions
  readonly #rooms = new Map<string, RoomSession>()
  readonly #pending = new Map<number, Pending>()
  #wire: Wire | undefined
  #isReady = false
  #isWanted = false
  #isOpening = false
  #failures = 0
  #expiries = 0
  #lastRef = 0
  #ended: PromiseWithResolvers<void> | undefined
  /** Connections that stood. */
  connections = 0
  failure: Error | undefined

  constructor(options: ChatClientOptions) {
    this.#options = options
  }

  /** Comes, and comes back, until `leave`. */
  connect(): void {
    this.#isWanted = true
    void this.#open(0, false)
  }

  /** Goes away in good order and stays away until `connect`; rooms and what waits to be said are kept. */
  async leave(): Promise<void> {
    this.#isWanted = false
    await this.#hangUp((wire) => wire.close())
  }

  /** The connection breaks without a word; the client comes back by itself. */
  cut(): void {
    this.#wire?.cut()
  }

  /** What is heard and said in a room from its first entry on. The seat must have been taken. */
  enter(room: string, share?: (entry: SeenEntry) => SeenEntry): RoomSession {
    const session = new RoomSession({
      room,
      share,
      line: {
        request: (frame, answeredBy) => this.request(frame, answeredBy),
        page: (name, after) => this.#options.page(name, after),
        onLimited: (code, waitMs) => this.#options.onLimited?.(code, waitMs),
      },
    })
    this.#rooms.set(room, session)
    if (this.#isReady) session.connected()
    return session
  }

  /** Sends a frame that is answered once, by a frame of the given type or an error. */
  request<Type extends Frame['type']>(
    frame: Readonly<Record<string, unknown>>,
    answeredBy: Type,
  ): Promise<Answer<Type>> {
    const wire = this.#wire
    if (wire === undefined || !this.#isReady) return Promise.resolve({ type: 'lost' })
    this.#lastRef += 1
    const ref = this.#lastRef
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(ref, { type: 'lost' }), answerMs)
      const settle = (answer: Answer): void => {
        const expected = answerOf(answer, answeredBy)
        if (expected === undefined) wire.misunderstood(`something else than ${answeredBy} as an answer`)
        resolve(expected ?? { type: 'lost' })
      }
      this.#pending.set(ref, { settle, timer })
      wire.send({ ...frame, ref })
    })
  }

  async #open(waitMs: number, isExpired: boolean): Promise<void> {
    if (this.#wire !== undefined || this.#isOpening) return
    this.#isOpening = true
    try {
      await pause(waitMs)
      const token = await this.#options.token(isExpired)
      if (this.#isWanted) this.#connectWith(token)
    } catch (error) {
      this.#giveUp(error instanceof Error ? error : new Error(String(error)))
    } finally {
      this.#isOpening = false
    }
  }

  #connectWith(token: string): void {
    this.#ended = Promise.withResolvers<void>()
    this.#wire = new Wire({
      ...{ url: this.#options.url, token, from: this.#options.from },
      onFrame: (frame) => this.#hear(frame),
      onEnd: (end) => this.#onEnd(end),
    })
  }

  async #hangUp(how: (wire: Wire) => void): Promise<void> {
    if (this.#wire === undefined) return
    how(this.#wire)
    await this.#ended?.promise
  }

  #hear(frame: Frame): void {
    if (frame.type === 'hello') this.#welcome(frame.server)
    if ('ref' in frame && frame.ref !== undefined) this.#settle(frame.ref, answerIn(frame))
    if ('room' in frame) this.#rooms.get(frame.room)?.hear(frame)
  }

  #welcome(server: string | undefined): void {
    this.#isReady = true
    this.#failures = 0
    this.#expiries = 0
    this.connections += 1
    if (server !== undefined) this.#options.onServer?.(server)
    for (const session of this.#rooms.values()) session.connected()
  }

  #settle(ref: number, answer: Answer): void {
    const pending = this.#pending.get(ref)
    if (pending === undefined) return
    this.#pending.delete(ref)
    clearTimeout(pending.timer)
    pending.settle(answer)
  }

  #onEnd(end: WireEnd): void {
    this.#wire = undefined
    this.#isReady = false
    for (const ref of this.#pending.keys()) this.#settle(ref, { type: 'lost' })
    for (const session of this.#rooms.values()) session.disconnected()
    this.#ended?.resolve()
    if (this.#isWanted) this.#comeBack(adviceFor(end))
  }

  #comeBack(advice: Advice): void {
    this.#failures += 1
    switch (advice.type) {
      case 'stay_away':
        return this.#giveUp(new Error(advice.reason))
      case 'refresh_and_resume':
        this.#expiries += 1
        if (this.#expiries > 2) return this.#giveUp(new Error('the session has ended'))
        return void this.#open(0, true)
      case 'resume':
        return void this.#open(advice.waitMs ?? backoffMs(standardBackoff, this.#failures - 1), false)
      default:
        return advice satisfies never
    }
  }

  #giveUp(failure: Error): void {
    this.#isWanted = false
    this.failure = failure
    for (const session of this.#rooms.values()) session.giveUp(failure)
  }
}
