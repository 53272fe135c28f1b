import { randomUUIDv7 } from 'node:crypto'
import { codes } from '../../platform/errors.ts'
import type { Code } from '../../platform/errors.ts'
import type { Answer } from './answer.ts'
import type { FrameOf, Place } from './frames.ts'
import { backoffMs, pause, standardBackoff } from './patience.ts'

/** Something said, and what became of it. */
export interface Saying {
  readonly id: string
  readonly body: string
  /** Where it stands; undefined until it is acknowledged. */
  place: Place | undefined
  /** Heard from the server: in MySQL, and so out of reach of whatever happens to Redis. */
  isStored: boolean
}

/** A definite no: it was not kept, and repeating it would not help. */
export class SendRefused extends Error {
  readonly code: string

  constructor(code: string, detail: string | undefined) {
    super(detail === undefined ? code : `${code}: ${detail}`)
    this.name = 'SendRefused'
    this.code = code
  }
}

interface Waiting {
  saying: Saying
  done: PromiseWithResolvers<Saying>
}

/** Codes that say *not now*: definitely not kept, and a repeat after a while may well be. */
const laterCodes: ReadonlySet<string> = new Set(['rate_limited', 'buffer_full'])
const laterMs = 1000

/**
 * The send-once rule of a client, for one room: one line at a time, in order; whatever the outcome of a try is not known, the
 * same id is tried again until the server answers. What was acknowledged and then lost with an epoch is offered again, before
 * anything new.
 */
export class Outbox {
  readonly #send: (saying: Saying) => Promise<Answer<'ack'>>
  readonly #onLimited: (code: string, waitMs: number) => void
  readonly #queue: Waiting[] = []
  readonly #said: Saying[] = []
  #isPumping = false
  #mayGo = false
  #failure: Error | undefined

  constructor(options: {
    send: (saying: Saying) => Promise<Answer<'ack'>>
    onLimited: (code: string, waitMs: number) => void
  }) {
    this.#send = options.send
    this.#onLimited = options.onLimited
  }

  /** All that was acknowledged, in the order in which it was said. */
  get said(): readonly Saying[] {
    return this.#said
  }

  /** Resolves when it is acknowledged. Rejects with `SendRefused`, or when the client gives up. */
  say(body: string, id: string = randomUUIDv7()): Promise<Saying> {
    const done = Promise.withResolvers<Saying>()
    if (this.#failure === undefined) {
      this.#queue.push({ saying: { id, body, place: undefined, isStored: false }, done })
      void this.#pump()
    } else {
      done.reject(this.#failure)
    }
    return done.promise
  }

  /** The room is subscribed to on a standing connection: what waits may go. */
  go(): void {
    this.#mayGo = true
    void this.#pump()
  }

  halt(): void {
    this.#mayGo = false
  }

  /** How far the room is in MySQL. */
  stored(seq: number): void {
    for (const saying of this.#said) if (saying.place !== undefined && saying.place.seq <= seq) saying.isStored = true
  }

  /** Puts what was acknowledged above `keptUpTo` in earlier epochs first in line again. */
  offerAgain(keptUpTo: Place): void {
    const lost = this.#said.filter(({ place, isStored }) => !isStored && isAbove(place, keptUpTo))
    for (const saying of lost) saying.place = undefined
    this.#queue.unshift(...lost.map((saying) => ({ saying, done: Promise.withResolvers<Saying>() })))
    void this.#pump()
  }

  giveUp(failure: Error): void {
    this.#failure = failure
    for (const { done } of this.#queue.splice(0)) done.reject(failure)
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return
    this.#isPumping = true
    for (let failures = 0; this.#mayGo && this.#queue.length > 0;) {
      failures = (await this.#sendNext(failures)) ? 0 : failures + 1
    }
    this.#isPumping = false
  }

  /** True when the first in line has its answer, false when it must be tried again. */
  async #sendNext(failures: number): Promise<boolean> {
    const next = this.#queue[0]
    if (next === undefined) return true
    const answer = await this.#send(next.saying)
    switch (answer.type) {
      case 'lost':
        await pause(backoffMs(standardBackoff, failures))
        return false
      case 'refused':
        return this.#refused(next, answer, failures)
      case 'answered':
        this.#acknowledged(next, answer.frame)
        return true
      default:
        return answer satisfies never
    }
  }

  async #refused(next: Waiting, refusal: Extract<Answer, { type: 'refused' }>, failures: number): Promise<boolean> {
    const { code } = refusal
    if (laterCodes.has(code)) {
      const waitMs = refusal.retryAfterMs ?? laterMs
      this.#onLimited(code, waitMs)
      await pause(waitMs)
      return false
    }
    if (isUnknown(code)) {
      await pause(refusal.retryAfterMs ?? backoffMs(standardBackoff, failures))
      return false
    }
    this.#take(next)
    next.done.reject(new SendRefused(code, refusal.detail))
    return true
  }

  #acknowledged(next: Waiting, frame: FrameOf<'ack'>): void {
    this.#take(next)
    next.saying.place = { epoch: frame.epoch, seq: frame.seq }
    next.saying.isStored = frame.kept === 'stored'
    if (!this.#said.includes(next.saying)) this.#said.push(next.saying)
    next.done.resolve(next.saying)
  }

  #take(waiting: Waiting): void {
    const index = this.#queue.indexOf(waiting)
    if (index !== -1) this.#queue.splice(index, 1)
  }
}

function isAbove(place: Place | undefined, keptUpTo: Place): boolean {
  return place !== undefined && place.epoch <= keptUpTo.epoch && place.seq > keptUpTo.seq
}

function isUnknown(code: string): boolean {
  return code in codes && codes[code as Code].outcome === 'unknown'
}
