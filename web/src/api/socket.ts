import { admit } from './admission.ts'
import { adviceFor } from './advice.ts'
import { Calls } from './calls.ts'
import type { ClientFrame, FrameOf, Hello } from './frames.ts'
import type { Http } from './http.ts'
import type { Connection, Place, Refusal, RoomChange, RoomEars, RoomSocket } from './live.ts'
import { Pace } from './pace.ts'
import { backoffMs } from './patience.ts'
import { ApiProblem } from './problem.ts'
import { ReadMarks } from './read-marks.ts'
import { RoomSubscription } from './room-subscription.ts'
import type { NewMessage } from './rooms.ts'
import type { SessionKeeper } from './session-keeper.ts'
import type { Ack, ServerFrame } from './types.ts'
import { onWake } from './wake.ts'
import { Wire } from './wire.ts'

export interface SocketOptions {
  http: Http
  session: SessionKeeper
  /** Whose socket it shall be: another tab may have signed in as somebody else, and the cookie says who one is. */
  username: string
  /** Called when the session turned out to be over. */
  onSignedOut?: () => void
}

/** So long a connection has to stand for another one to be tried at once. */
const stoodMs = 5000
const backoff = { firstMs: 500, mostMs: 15_000 }
const atOnce = { leastMs: 50, mostMs: 500 }
const typingMs = 2000

/** One WebSocket for all rooms, which comes back by itself. See `RoomSocket`. */
export class ReconnectingSocket implements RoomSocket {
  readonly #options: SocketOptions
  readonly #rooms = new Map<string, RoomSubscription>()
  readonly #calls = new Calls((frame) => this.#wire?.send(frame) ?? false)
  readonly #marks = new ReadMarks((frame) => this.#calls.once(frame))
  readonly #subscribing = new Pace({ burst: 10, perSecond: 5 })
  readonly #listeners = new Set<(connection: Connection) => void>()
  readonly #typedAt = new Map<string, number>()
  readonly #forgetWake: () => void
  #connection: Connection = { state: 'connecting' }
  #wire: Wire | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  /** Grows with every try: what an earlier one still says does not count. */
  #attempt = 0
  #failures = 0
  #openedAt = 0
  #clockAheadMs = 0
  #wasRefused = false
  #isClosed = false

  constructor(options: SocketOptions) {
    this.#options = options
    this.#forgetWake = onWake(() => this.wake())
    void this.#open()
  }

  get connection(): Connection {
    return this.#connection
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  listen(room: string, ears: RoomEars, after: Place | undefined): () => void {
    const subscription = this.#rooms.get(room) ?? this.#addRoom(room)
    const remove = subscription.add(ears, after, this.#connection.state === 'open')
    return () => {
      remove()
      if (!subscription.hasListeners && this.#rooms.get(room) === subscription) this.#leave(room, subscription)
    }
  }

  change(frame: RoomChange): Promise<Place> {
    return this.#calls.untilKnown({ ...frame }, this.now())
  }

  send(room: string, message: NewMessage): Promise<Ack> {
    return this.#calls.once({ type: 'send', room, ...message }).then((answer) => answer as FrameOf<'ack'>)
  }

  typing(room: string): void {
    const now = performance.now()
    if (now - (this.#typedAt.get(room) ?? -Infinity) < typingMs) return
    if (this.#wire?.send({ type: 'typing', room }) === true) this.#typedAt.set(room, now)
  }

  read(room: string, place: Place): void {
    this.#marks.read(room, place)
  }

  now(): number {
    return Date.now() - this.#clockAheadMs
  }

  wake(): void {
    const { state, why } = this.#connection
    if (this.#wire !== undefined) return this.#wire.test()
    if (state !== 'waiting' && why !== 'too_many') return
    this.#failures = 0
    void this.#open()
  }

  close(): void {
    this.#isClosed = true
    this.#attempt += 1
    clearTimeout(this.#retry)
    this.#forgetWake()
    this.#marks.close()
    this.#wire?.close()
    this.#wire = undefined
    this.#cutOff()
  }

  async #open(): Promise<void> {
    clearTimeout(this.#retry)
    this.#attempt += 1
    const attempt = this.#attempt
    this.#say({ state: 'connecting' })
    try {
      const tickets = await admit(this.#options.http, this.#options.session, this.#wasRefused)
      if (attempt === this.#attempt) this.#connect(tickets)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (attempt !== this.#attempt) return
      if (error.status === 401) this.#refused('signed_out')
      else this.#later(error.retryAfter)
    }
  }

  #connect(tickets: string[]): void {
    const url = new URL(this.#options.http.url('/v1/socket'), globalThis.location?.href)
    url.protocol = url.protocol.replace('http', 'ws')
    const wire: Wire = new Wire({
      url: url.href,
      protocols: ['madang.v1', ...tickets],
      onHello: (hello) => this.#welcome(hello),
      onFrame: (frame) => this.#hear(frame),
      onEnd: (code) => this.#ended(code),
    })
    this.#wire = wire
  }

  #welcome({ username, now, maxFrame }: Hello): void {
    if (username !== this.#options.username) return this.#isSomebodyElse()
    this.#openedAt = performance.now()
    this.#clockAheadMs = Date.now() - Date.parse(now)
    this.#wasRefused = false
    this.#calls.open(maxFrame)
    this.#say({ state: 'open' })
    for (const subscription of this.#rooms.values()) void subscription.begin()
  }

  #hear(frame: ServerFrame): void {
    switch (frame.type) {
      case 'subscribed':
      case 'ok':
      case 'ack':
      case 'pong':
        return this.#calls.answered(frame)
      case 'error':
        return frame.ref === undefined ? undefined : this.#calls.answered(frame)
      case 'hello':
        return
      default:
        this.#rooms.get(frame.room)?.hear(frame)
    }
  }

  #ended(code: number | undefined): void {
    this.#wire = undefined
    this.#cutOff()
    if (code === undefined) {
      this.#wasRefused = true
      return this.#later()
    }
    const hasStood = performance.now() - this.#openedAt > stoodMs
    if (hasStood) this.#failures = 0
    const advice = adviceFor(code)
    switch (advice.type) {
      case 'now':
        return hasStood ? this.#soon() : this.#later()
      case 'later':
        return this.#later()
      case 'refresh':
        this.#wasRefused = true
        return hasStood ? this.#soon() : this.#later()
      case 'stay_away':
        return this.#refused(advice.why)
      default:
        return advice satisfies never
    }
  }

  /** What waited for answers hears that there will be none, and rooms wait for the next connection. */
  #cutOff(): void {
    this.#calls.lost()
    for (const subscription of this.#rooms.values()) subscription.halt()
  }

  #soon(): void {
    this.#tryIn(atOnce.leastMs + Math.random() * (atOnce.mostMs - atOnce.leastMs))
  }

  #later(retryAfter = 0): void {
    const waitMs = backoffMs(backoff, this.#failures)
    this.#failures += 1
    this.#tryIn(Math.max(retryAfter * 1000, waitMs))
  }

  #tryIn(waitMs: number): void {
    if (this.#isClosed) return
    this.#say({ state: 'waiting', retryAt: Date.now() + waitMs })
    this.#retry = setTimeout(() => void this.#open(), waitMs)
  }

  #isSomebodyElse(): void {
    this.#wire?.close()
    this.#wire = undefined
    this.#refused('signed_out')
  }

  #refused(why: Refusal): void {
    this.#calls.refused()
    this.#say({ state: 'refused', why })
    if (why === 'signed_out') this.#options.onSignedOut?.()
  }

  #say(connection: Connection): void {
    this.#connection = connection
    for (const listener of [...this.#listeners]) listener(connection)
  }

  #addRoom(room: string): RoomSubscription {
    const subscription = new RoomSubscription({
      room,
      subscribe: (frame) => this.#subscribe(frame),
      onReady: () => this.#marks.roomReady(room),
      onEnd: () => void this.#rooms.delete(room),
    })
    this.#rooms.set(room, subscription)
    return subscription
  }

  async #subscribe(frame: ClientFrame): Promise<FrameOf<'subscribed'>> {
    await this.#subscribing.turn()
    return (await this.#calls.once(frame)) as FrameOf<'subscribed'>
  }

  /** Nobody waits for the answer: a connection that ends forgets the room by itself. */
  #leave(room: string, subscription: RoomSubscription): void {
    subscription.halt()
    this.#rooms.delete(room)
    this.#calls.once({ type: 'unsubscribe', room }).catch(() => undefined)
  }
}
