import type { Outgoing, Place, RoomEars, RoomSocket } from './live.ts'
import { byTurn } from './outbox-storage.ts'
import type { KeptOutgoing } from './outbox-storage.ts'
import { isIdRefused, isPassing, isUnknown } from './outcome.ts'
import { backoffMs, pause } from './patience.ts'
import { isAbove } from './place.ts'
import { ApiProblem } from './problem.ts'

export interface OutboxRoomOptions {
  room: string
  socket: RoomSocket
  /** Tells everybody, and writes the change down if that can be done. */
  onChange: (message: KeptOutgoing) => Promise<void>
  /** Gives it another id, by the time of the servers. Rejects when that cannot be written down. */
  rename: (message: KeptOutgoing) => Promise<KeptOutgoing>
}

const backoff = { firstMs: 300, mostMs: 10_000 }
const passingSeconds = 2

/** What one room is still owed: sent in the order in which it was written, one after the other, until it is stored. */
export class OutboxRoom {
  readonly #options: OutboxRoomOptions
  readonly #messages = new Map<string, KeptOutgoing>()
  readonly #stopped = new AbortController()
  #isSending = false
  #isWanted = false
  #stopListening: (() => void) | undefined

  constructor(options: OutboxRoomOptions) {
    this.#options = options
  }

  /** Something to send, or to see stored. */
  take(message: KeptOutgoing): void {
    if (this.#stopped.signal.aborted) return
    this.#messages.set(message.id, message)
    if (message.state === 'buffered') this.#watch()
    this.go()
  }

  /** Sends on, as when a connection stands again. */
  go(): void {
    this.#isWanted = true
    if (!this.#isSending) void this.#goOn()
  }

  stop(): void {
    this.#stopped.abort()
    this.#stopListening?.()
  }

  async #goOn(): Promise<void> {
    this.#isSending = true
    try {
      while (this.#isWanted) {
        this.#isWanted = false
        await this.#sendAll()
      }
    } finally {
      // Whatever broke: the next one tries again.
      this.#isSending = false
    }
  }

  async #sendAll(): Promise<void> {
    const { signal } = this.#stopped
    for (let failures = 0; ;) {
      const next = this.#next()
      if (next === undefined || signal.aborted || this.#options.socket.connection.state !== 'open') return
      const waitMs = await this.#try(next, failures)
      failures = waitMs === undefined ? 0 : failures + 1
      if (waitMs !== undefined) await pause(waitMs, signal).catch(() => undefined)
    }
  }

  #next(): KeptOutgoing | undefined {
    const waiting = [...this.#messages.values()].filter(({ state }) => state === 'sending')
    return waiting.toSorted(byTurn)[0]
  }

  /** One try. Answers how long to wait before the next one, undefined when this message needs none. */
  async #try(message: KeptOutgoing, failures: number): Promise<number | undefined> {
    const { room, socket } = this.#options
    const { id, body, replyTo, media } = message
    try {
      const ack = await socket.send(room, {
        ...{ id, body },
        ...(replyTo === undefined ? {} : { replyTo }),
        ...(media === undefined ? {} : { media }),
      })
      await this.#acknowledged(message, ack)
      return undefined
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      return this.#refused(message, error, failures)
    }
  }

  async #acknowledged(
    message: KeptOutgoing,
    { epoch, seq, kept }: { epoch: number; seq: number; kept: 'buffered' | 'stored' },
  ): Promise<void> {
    const { problem: _, ...sent } = message
    await this.#change({ ...sent, state: kept, place: { epoch, seq } })
    if (kept === 'buffered') this.#watch()
  }

  async #refused(message: KeptOutgoing, error: ApiProblem, failures: number): Promise<number | undefined> {
    if (isUnknown(error)) return backoffMs(backoff, failures)
    if (isIdRefused(error) && message.isRenamed !== true) return this.#renamed(message, failures)
    const problem = problemIn(error)
    if (!isPassing(error)) {
      await this.#change({ ...message, state: 'failed', problem })
      return undefined
    }
    const seconds = error.retryAfter ?? passingSeconds
    await this.#change({ ...message, problem: { ...problem, retryAfter: seconds } })
    return Math.max(seconds * 1000, backoffMs(backoff, failures))
  }

  /** Not sent under another id before that is written down: after a reload it would be sent under both. */
  async #renamed(message: KeptOutgoing, failures: number): Promise<number | undefined> {
    try {
      const renamed = await this.#options.rename(message)
      this.#messages.delete(message.id)
      this.#messages.set(renamed.id, renamed)
      return undefined
    } catch {
      return backoffMs(backoff, failures)
    }
  }

  async #change(message: KeptOutgoing): Promise<void> {
    if (message.state === 'sending' || message.state === 'buffered') this.#messages.set(message.id, message)
    else this.#messages.delete(message.id)
    if (this.#buffered().length === 0) this.#unwatch()
    await this.#options.onChange(message)
  }

  /** Listens until all that was acknowledged is stored: until then a Redis that comes back older may take it away. */
  #watch(): void {
    if (this.#stopped.signal.aborted) return
    this.#stopListening ??= this.#options.socket.listen(this.#options.room, this.#ears(), undefined)
  }

  #unwatch(): void {
    this.#stopListening?.()
    this.#stopListening = undefined
  }

  #ears(): RoomEars {
    return {
      ready: ({ epoch, stored }) => {
        this.#offerAgain((place) => place.epoch !== epoch)
        this.#storedUpTo(stored)
      },
      dropped: (keptUpTo) => this.#offerAgain((place) => isAbove(place, keptUpTo)),
      stored: ({ seq }) => this.#storedUpTo(seq),
      closed: () => this.#storedUpTo(Infinity),
      // Nobody tells us any more; what was acknowledged is kept all the same.
      ended: () => this.#storedUpTo(Infinity),
    }
  }

  /** Acknowledged, and it may be gone: under its id it is kept once, whether it is there or not. */
  #offerAgain(isLost: (place: Place) => boolean): void {
    for (const message of this.#buffered()) {
      if (message.place === undefined || isLost(message.place)) void this.#change({ ...message, state: 'sending' })
    }
    this.go()
  }

  #storedUpTo(seq: number): void {
    for (const message of this.#buffered()) {
      if (message.place !== undefined && message.place.seq <= seq) void this.#change({ ...message, state: 'stored' })
    }
  }

  #buffered(): KeptOutgoing[] {
    return [...this.#messages.values()].filter(({ state }) => state === 'buffered')
  }
}

function problemIn({ code, message, retryAfter }: ApiProblem): NonNullable<Outgoing['problem']> {
  return { code, detail: message, ...(retryAfter === undefined ? {} : { retryAfter }) }
}
