import { admit } from './admission.ts'
import { adviceFor } from './advice.ts'
import { Calls } from './calls.ts'
import type { FrameOf, Hello } from './frames.ts'
import type { Http } from './http.ts'
import type { Connection, Place, Refusal, RoomChange, RoomEars, RoomSocket } from './live.ts'
import { ApiProblem } from './problem.ts'
import { ReadMarks } from './read-marks.ts'
import { RetryTimer } from './retry-timer.ts'
import { RoomSubscriptions } from './room-subscriptions.ts'
import type { NewMessage } from './rooms.ts'
import { ServerClock } from './server-clock.ts'
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

/** Servers pass on what is told two seconds after the last, and the way is not always as long. */
const typingMs = 2200
/** How long a try may go without an answer before a network that has just come back gives it up. */
const tryMs = 3000
/** The same of a handshake: servers to which many come back at once are slow to greet, and another one makes them no quicker. */
const greetMs = 6000

/** One WebSocket for all rooms, which comes back by itself. See `RoomSocket`. */
export class ReconnectingSocket implements RoomSocket {
  readonly #options: SocketOptions
  readonly #calls = new Calls(
    (frame) => this.#wire?.send(frame) ?? false,
    () => this.#wire?.test(),
  )
  readonly #marks = new ReadMarks(
    (frame) => this.#calls.once(frame),
    (room) => this.#rooms.isAwaited(room),
  )
  readonly #rooms = new RoomSubscriptions({
    ask: (frame) => this.#calls.once(frame),
    onReady: (room) => this.#marks.ready(room),
    onEnd: (room) => this.#marks.ended(room),
  })
  readonly #listeners = new Set<(connection: Connection) => void>()
  readonly #typedAt = new Map<string, number>()
  /** When it may be told again. */
  #typing: ReturnType<typeof setTimeout> | undefined
  readonly #clock = new ServerClock()
  readonly #retry = new RetryTimer({
    retry: () => void this.#open(),
    onWait: (retryAt) => this.#say({ state: 'waiting', retryAt }),
  })
  readonly #forgetWake: () => void
  #connection: Connection = { state: 'connecting' }
  #wire: Wire | undefined
  /** Grows with every try: what an earlier one still says does not count. */
  #attempt = 0
  #triedAt = -Infinity
  #wasRefused = false

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
    return this.#rooms.add(room, ears, after, this.#connection.state === 'open')
  }

  change(frame: RoomChange): Promise<Place> {
    return this.#calls.untilKnown({ ...frame }, () => this.now())
  }

  send(room: string, message: NewMessage): Promise<Ack> {
    return this.#calls.once({ type: 'send', room, ...message }).then((answer) => answer as FrameOf<'ack'>)
  }

  typing(room: string, isTyping: boolean): void {
    clearTimeout(this.#typing)
    if (!isTyping) return
    const now = performance.now()
    const waitMs = (this.#typedAt.get(room) ?? -Infinity) + typingMs - now
    if (waitMs > 0) this.#typing = setTimeout(() => this.typing(room, true), waitMs)
    else if (this.#wire?.send({ type: 'typing', room }) === true) this.#typedAt.set(room, now)
  }

  read(room: string, place: Place): void {
    this.#marks.read(room, place)
  }

  now(): number {
    return this.#clock.now()
  }

  wake(): void {
    const { state, why } = this.#connection
    if (state === 'open') return this.#wire?.test()
    if (state === 'connecting' && performance.now() - this.#triedAt < this.#patienceMs()) return
    if (state === 'refused' && why !== 'too_many') return
    // A try that is given up has not shown that the next ones will do better.
    if (state !== 'connecting') this.#retry.forgive()
    this.#wire?.close()
    this.#wire = undefined
    void this.#open()
  }

  close(): void {
    this.#attempt += 1
    this.#retry.stop()
    this.#forgetWake()
    this.#marks.close()
    clearTimeout(this.#typing)
    this.#wire?.close()
    this.#wire = undefined
    this.#cutOff()
  }

  #patienceMs(): number {
    return this.#wire === undefined ? tryMs : greetMs
  }

  async #open(): Promise<void> {
    this.#retry.cancel()
    this.#attempt += 1
    const attempt = this.#attempt
    this.#triedAt = performance.now()
    this.#say({ state: 'connecting' })
    try {
      const tickets = await admit(this.#options.http, this.#options.session, this.#wasRefused)
      if (attempt === this.#attempt) this.#connect(tickets)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (attempt !== this.#attempt) return
      if (error.status === 401) this.#refused('signed_out')
      else this.#retry.later(error.retryAfter)
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
    this.#triedAt = performance.now()
  }

  #welcome({ username, now, maxFrame }: Hello): void {
    if (username !== this.#options.username) return this.#isSomebodyElse()
    this.#retry.opened()
    this.#clock.set(now)
    this.#wasRefused = false
    this.#calls.open(maxFrame)
    this.#say({ state: 'open' })
    this.#rooms.begin()
    this.#marks.opened()
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
        this.#rooms.hear(frame)
    }
  }

  #ended(code: number | undefined): void {
    this.#wire = undefined
    this.#cutOff()
    if (code === undefined) {
      this.#wasRefused = true
      return this.#retry.later()
    }
    const advice = adviceFor(code)
    switch (advice.type) {
      case 'now':
        return this.#retry.soon()
      case 'later':
        return this.#retry.later()
      case 'refresh':
        this.#wasRefused = true
        return this.#retry.soon()
      case 'stay_away':
        return this.#refused(advice.why)
      default:
        return advice satisfies never
    }
  }

  /** What waited for answers hears that there will be none, and rooms wait for the next connection. */
  #cutOff(): void {
    this.#calls.lost()
    this.#rooms.halt()
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
}
