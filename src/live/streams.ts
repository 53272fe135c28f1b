import type { ServerResponse } from 'node:http'
import { Problem } from '../platform/errors.ts'
import { addressKey } from '../platform/http/rate-limit.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { AccountId, SessionId } from '../platform/ids.ts'
import { chunkOf } from '../platform/sse/chunk.ts'
import { encodeRetry } from '../platform/sse/encoding.ts'
import { SseSession } from '../platform/sse/session.ts'
import { Stream } from './stream.ts'
import type { StreamParts, StreamRequest } from './stream.ts'

/** What has come of the streams of a server since it started. */
export interface StreamCounts {
  opened: number
  /** Clients that took nothing for too long, or too little. */
  cutOff: number
  /** Readers that were told to reload, because what they lack is not held any more. */
  gaps: number
}

export interface StreamsParts extends StreamParts {
  limits: { perAccount: number; perAddress: number; maxBytes: number }
}

/** Begins the stream that a seat was taken for. */
export type OpenStream = (response: ServerResponse, request: Omit<StreamRequest, 'account'>) => void

/** The open streams of this server: counts them, and ends them. */
export class Streams {
  readonly counts: StreamCounts = { opened: 0, cutOff: 0, gaps: 0 }
  readonly #parts: StreamsParts
  readonly #bySession = new Map<SessionId, Set<Stream>>()
  readonly #byAccount = new Map<AccountId, number>()
  readonly #byAddress = new Map<string, number>()
  #isDraining = false
  readonly #empty = Promise.withResolvers<void>()

  constructor(parts: StreamsParts) {
    this.#parts = { ...parts, onGap: () => void (this.counts.gaps += 1) }
  }

  get size(): number {
    return this.#all().length
  }

  /** Events that the reader who is furthest behind has still to be told. */
  get furthestBehind(): number {
    return this.#all().reduce((most, stream) => Math.max(most, stream.behind), 0)
  }

  sessions(): Iterable<SessionId> {
    return this.#bySession.keys()
  }

  /** Takes a place among those that an account and an address may have, until the response is closed. Error: `rate_limited`. */
  takeSeat(options: { viewer: Viewer; ip: string; response: ServerResponse }): OpenStream {
    const { viewer, response } = options
    const address = addressKey(options.ip)
    const { perAccount, perAddress } = this.#parts.limits
    requireLess(this.#byAccount.get(viewer.account), perAccount, 'account')
    requireLess(this.#byAddress.get(address), perAddress, 'address')
    // Whoever has left already will not leave again.
    if (!response.closed) {
      count(this.#byAccount, viewer.account, 1)
      count(this.#byAddress, address, 1)
      response.once('close', () => {
        count(this.#byAccount, viewer.account, -1)
        count(this.#byAddress, address, -1)
      })
    }
    return (taken, request) => this.#open(viewer, taken, request)
  }

  endSessions(sessions: Iterable<SessionId>): void {
    for (const session of sessions) this.#bySession.get(session)?.forEach((stream) => stream.end())
  }

  /** Ends all streams; those that come now are told to come again, which a browser does by itself, unlike after an error. */
  async drain(): Promise<void> {
    this.#isDraining = true
    this.endSessions(this.#bySession.keys())
    if (this.#bySession.size > 0) await this.#empty.promise
  }

  #open(viewer: Viewer, response: ServerResponse, request: Omit<StreamRequest, 'account'>): void {
    if (response.closed || response.req.method === 'HEAD') return void response.end()
    const session = new SseSession({
      response,
      maxBytes: this.#parts.limits.maxBytes,
      onCutOff: this.#countCutOff,
      onClose: () => {
        stream?.close()
        if (stream !== undefined) this.#strike(viewer.session, stream)
      },
    })
    let stream: Stream | undefined
    if (this.#isDraining) {
      session.write(chunkOf([encodeRetry(this.#parts.retryMs)]))
      return session.end()
    }
    this.counts.opened += 1
    stream = new Stream(this.#parts, session, { ...request, account: viewer.account })
    this.#bySession.set(viewer.session, (this.#bySession.get(viewer.session) ?? new Set()).add(stream))
  }

  /** One function for all streams. */
  readonly #countCutOff = (): void => {
    this.counts.cutOff += 1
  }

  #all(): Stream[] {
    return [...this.#bySession.values()].flatMap((streams) => [...streams])
  }

  #strike(session: SessionId, stream: Stream): void {
    const streams = this.#bySession.get(session)
    streams?.delete(stream)
    if (streams?.size === 0) this.#bySession.delete(session)
    if (this.#isDraining && this.#bySession.size === 0) this.#empty.resolve()
  }
}

function requireLess(present: number | undefined, most: number, whose: string): void {
  if ((present ?? 0) < most) return
  throw new Problem('rate_limited', { detail: `At most ${most} streams of one ${whose} are open here`, retryAfter: 10 })
}

function count<Key>(counts: Map<Key, number>, key: Key, change: 1 | -1): void {
  const next = (counts.get(key) ?? 0) + change
  if (next === 0) counts.delete(key)
  else counts.set(key, next)
}
