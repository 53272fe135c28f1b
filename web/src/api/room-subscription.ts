import { ClientRule } from './client-rule.ts'
import type { ClientFrame, FrameOf, PushFrame } from './frames.ts'
import type { Place, RoomEars } from './live.ts'
import { backoffMs, pause } from './patience.ts'
import { parsePlace } from './place.ts'
import { ApiProblem } from './problem.ts'

export interface RoomSubscriptionOptions {
  room: string
  /** Asks in its turn: who comes back with many rooms must not be taken for a flood. */
  subscribe: (frame: ClientFrame) => Promise<FrameOf<'subscribed'>>
  onReady: () => void
  /** Nothing more is heard of the room. */
  onEnd: () => void
}

const retry = { firstMs: 500, mostMs: 10_000 }

/** One room on the socket, and all who listen to it, each from where it was. */
export class RoomSubscription {
  readonly #options: RoomSubscriptionOptions
  readonly #rules = new Set<ClientRule>()
  /** Grows with every beginning: answers to an earlier one do not count. */
  #attempt = 0
  /** Where the room is, while the subscription stands. */
  #now: { epoch: number; head: number; stored: number } | undefined

  constructor(options: RoomSubscriptionOptions) {
    this.#options = options
  }

  get hasListeners(): boolean {
    return this.#rules.size > 0
  }

  /** Whether the room is heard now. */
  get isStanding(): boolean {
    return this.#now !== undefined
  }

  /** Who is not further back than the room is joins in; for anybody else, and for the first, it begins. Answers how to stop. */
  add(ears: RoomEars, after: Place | undefined, isConnected: boolean): () => void {
    const rule = new ClientRule(ears, after)
    this.#rules.add(rule)
    const now = this.#now
    if (now !== undefined && (after === undefined || (after.epoch === now.epoch && after.seq >= now.head))) {
      queueMicrotask(() => this.#rules.has(rule) && rule.subscribed(now))
    } else if (isConnected) {
      void this.begin()
    }
    return () => void this.#rules.delete(rule)
  }

  hear(frame: PushFrame): void {
    this.#follow(frame)
    for (const rule of [...this.#rules]) rule.hear(frame)
    if (frame.type === 'closed' || frame.type === 'unsubscribed') this.#over()
  }

  /** A connection stands, or somebody listens from further back: everybody is told what they lack, once. */
  async begin(): Promise<void> {
    this.halt()
    const attempt = this.#attempt
    for (let failures = 0; attempt === this.#attempt; failures += 1) {
      try {
        const answer = await this.#options.subscribe(this.#frame())
        if (attempt === this.#attempt) this.#standing(answer)
        return
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error
        if (attempt !== this.#attempt || error.code === 'offline') return
        const reason = endsWith(error)
        if (reason !== undefined) return this.#refused(reason)
        await pause(Math.max((error.retryAfter ?? 0) * 1000, backoffMs(retry, failures)))
      }
    }
  }

  /** The connection is gone. */
  halt(): void {
    this.#attempt += 1
    this.#now = undefined
  }

  #follow(frame: PushFrame): void {
    const now = this.#now
    if (now === undefined) return
    if (frame.type === 'entry') this.#now = { ...now, epoch: Math.max(now.epoch, frame.epoch), head: frame.seq }
    else if (frame.type === 'stored') this.#now = { ...now, stored: frame.seq }
    else if (frame.type === 'epoch') this.#now = { ...now, epoch: frame.epoch, head: parsePlace(frame.keptUpTo).seq }
  }

  #standing(answer: FrameOf<'subscribed'>): void {
    this.#now = { epoch: answer.epoch, head: answer.head, stored: answer.stored }
    for (const rule of [...this.#rules]) rule.subscribed(answer)
    this.#options.onReady()
  }

  #refused(reason: 'not_found' | 'forbidden'): void {
    for (const rule of [...this.#rules]) rule.ended(reason)
    this.#over()
  }

  #over(): void {
    this.halt()
    this.#rules.clear()
    this.#options.onEnd()
  }

  #frame(): ClientFrame {
    const from = this.#resumePlace()
    const { room } = this.#options
    return { type: 'subscribe', room, ...(from === undefined ? {} : { epoch: from.epoch, after: from.seq }) }
  }

  /** The one furthest back decides; the others pass over what they know. */
  #resumePlace(): Place | undefined {
    const places = [...this.#rules].flatMap(({ last }) => last ?? [])
    return places.toSorted((one, other) => one.epoch - other.epoch || one.seq - other.seq)[0]
  }
}

function endsWith({ code }: ApiProblem): 'not_found' | 'forbidden' | undefined {
  if (code === 'not_found') return code
  return code === 'not_member' || code === 'forbidden' || code === 'bad_input' ? 'forbidden' : undefined
}
