import { createParser } from 'eventsource-parser'
import type { EventSourceMessage } from 'eventsource-parser'
import type { Http } from './http.ts'
import type { Connection, Refusal } from './live.ts'
import { backoffMs, pause } from './patience.ts'
import { ApiProblem } from './problem.ts'

export interface StreamConnectionOptions {
  http: Http
  /** The last id that was heard; undefined when it begins. */
  after: number | undefined
  onMessage: (message: StreamMessage) => void
  onConnection: (connection: Connection) => void
}

/** One event, or with `name` undefined only a place from which to come back. */
export interface StreamMessage {
  id: number | undefined
  name: string | undefined
  data: unknown
}

/** More than two of the server's comments, which come every 15 seconds. */
const silenceMs = 40_000
/** What a network that has just come back, or a device that slept, is not trusted beyond. */
const trustMs = 16_000
/** How long a try may go without an answer before a network that has just come back gives it up. */
const tryMs = 3000
const stoodMs = 5000
const backoff = { firstMs: 1000, mostMs: 30_000 }
const standardRetryMs = 2000

/**
 * One event stream, which comes back by itself with the last id that it heard. By `fetch`, since an `EventSource` does not say why it was
 * refused, and never comes back after a refusal.
 */
export class StreamConnection {
  readonly #options: StreamConnectionOptions
  #after: number | undefined
  #retryMs = standardRetryMs
  #heardAt = -Infinity
  #triedAt = -Infinity
  #isWaiting = false
  #loneId: number | undefined
  #failures = 0
  #isClosed = false
  /** Ends the present connection, or the wait for the next one. */
  #interrupt = new AbortController()

  constructor(options: StreamConnectionOptions) {
    this.#options = options
    this.#after = options.after
    void this.#keep()
  }

  /** Goes on from here instead, further back. */
  restartFrom(after: number): void {
    this.#after = after
    this.#interrupt.abort()
  }

  /** Comes back at once when it waits, or has heard nothing for a while. A try that has only begun is let. */
  wake(): void {
    if (!this.#isWaiting && this.#isTrusted()) return
    this.#failures = 0
    this.#interrupt.abort()
  }

  close(): void {
    this.#isClosed = true
    this.#interrupt.abort()
  }

  #isTrusted(): boolean {
    const now = performance.now()
    return now - this.#heardAt < trustMs || now - this.#triedAt < tryMs
  }

  async #keep(): Promise<void> {
    while (!this.#isClosed) {
      this.#interrupt = new AbortController()
      const refusal = await this.#once()
      if (this.#isClosed) return
      if (refusal !== undefined) return this.#options.onConnection({ state: 'refused', why: refusal })
      await this.#wait()
    }
  }

  /** Answers why there shall be no other, if so. */
  async #once(): Promise<Refusal | undefined> {
    const { signal } = this.#interrupt
    this.#options.onConnection({ state: 'connecting' })
    const began = performance.now()
    this.#triedAt = began
    this.#heardAt = -Infinity
    try {
      const response = await this.#options.http.fetch('/v1/stream', {
        accept: 'text/event-stream',
        headers: this.#after === undefined ? {} : { 'last-event-id': String(this.#after) },
        signal,
      })
      await this.#read(response, signal)
    } catch (error) {
      if (error instanceof ApiProblem) return this.#refused(error)
    }
    this.#failures = performance.now() - began > stoodMs || signal.aborted ? 0 : this.#failures + 1
    return undefined
  }

  #refused(problem: ApiProblem): Refusal | undefined {
    if (problem.status === 401) return 'signed_out'
    this.#failures += 1
    this.#retryMs = Math.max(this.#retryMs, (problem.retryAfter ?? 0) * 1000)
    return undefined
  }

  /** Until it ends, breaks, is interrupted, or falls silent. */
  async #read(response: Response, signal: AbortSignal): Promise<void> {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    if (reader === undefined) return
    const stop = (): void => void reader.cancel().catch(() => undefined)
    signal.addEventListener('abort', stop, { once: true })
    let silence = setTimeout(stop, silenceMs)
    this.#heardAt = performance.now()
    const parser = this.#parser()
    this.#options.onConnection({ state: 'open' })
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done || signal.aborted) return
        this.#heardAt = performance.now()
        clearTimeout(silence)
        silence = setTimeout(stop, silenceMs)
        parser.feed(value)
        this.#moved()
      }
    } finally {
      clearTimeout(silence)
      signal.removeEventListener('abort', stop)
      stop()
    }
  }

  #parser() {
    return createParser({
      onEvent: (event) => this.#hear(messageIn(event)),
      onId: (id) => (this.#loneId = Number(id)),
      onRetry: (ms) => (this.#retryMs = ms),
    })
  }

  #hear(message: StreamMessage): void {
    this.#loneId = undefined
    if (message.id !== undefined) this.#after = message.id
    this.#options.onMessage(message)
  }

  /** What an id without an event behind it moves is the place from which to come back. */
  #moved(): void {
    if (this.#loneId !== undefined) this.#hear({ id: this.#loneId, name: undefined, data: undefined })
  }

  async #wait(): Promise<void> {
    const { signal } = this.#interrupt
    if (signal.aborted) return
    const waitMs = Math.max(this.#retryMs, this.#failures === 0 ? 0 : backoffMs(backoff, this.#failures - 1))
    this.#retryMs = standardRetryMs
    this.#options.onConnection({ state: 'waiting', retryAt: Date.now() + waitMs })
    this.#isWaiting = true
    await pause(waitMs, signal).catch(() => undefined)
    this.#isWaiting = false
  }
}

function messageIn({ id, event, data }: EventSourceMessage): StreamMessage {
  return { id: id === undefined ? undefined : Number(id), name: event ?? 'message', data: JSON.parse(data) }
}
