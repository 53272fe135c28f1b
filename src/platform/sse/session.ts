import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { within } from '../lifecycle.ts'
import type { Chunk } from './chunk.ts'

/** What a client gets to read the end of a stream before it is cut off. */
const endGraceMs = 5000
const nothing = Buffer.alloc(0)

/** The headers of a stream: nobody on the way may keep, change or gather what is in it, and its connection is used for nothing else. */
export const streamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
}

/** One response that stays open: bytes out, with a bounded queue. It knows no event. */
export class SseSession {
  readonly #response: ServerResponse
  /** Where whole chunks can be written, past the framing of `response`; undefined where that is not possible. */
  readonly #socket: Socket | undefined
  /** Where bytes wait for the client. */
  readonly #queue: Socket | ServerResponse
  readonly #maxBytes: number
  readonly #onCutOff: () => void
  #isEnded = false
  #before = { waiting: 0, taken: 0 }

  /** `response` has sent its headers. Unsent bytes above `maxBytes` cut the client off; `onCutOff` hears of that before `onClose`. */
  constructor(options: { response: ServerResponse; maxBytes: number; onClose: () => void; onCutOff?: () => void }) {
    const { response } = options
    this.#response = response
    this.#socket = response.chunkedEncoding && response.socket !== null ? response.socket : undefined
    this.#queue = this.#socket ?? response
    this.#maxBytes = options.maxBytes
    this.#onCutOff = options.onCutOff ?? (() => undefined)
    response.on('error', () => undefined)
    response.once('close', () => {
      this.#isEnded = true
      options.onClose()
    })
  }

  get isOpen(): boolean {
    return !this.#isEnded && !this.#response.destroyed
  }

  write(chunk: Chunk): void {
    if (!this.isOpen) return
    if (this.#queue.writableLength > this.#maxBytes) return this.cutOff()
    if (this.#socket === undefined) this.#response.write(chunk.body)
    else this.#socket.write(chunk.framed)
  }

  /** Resolves when all that was written so far was taken by the network. Who takes nothing for `patienceMs` is cut off. */
  async caughtUp(patienceMs: number): Promise<void> {
    if (!this.isOpen || this.#queue.writableLength === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#queue.write(nothing, () => resolve())
    await within(patienceMs, 'a stream', promise).catch(() => this.cutOff())
  }

  /** To be called from time to time: cuts off who has taken nothing since the last time though something was waiting then. */
  requireProgress(): void {
    const waiting = this.#queue.writableLength
    const taken = (this.#response.socket?.bytesWritten ?? 0) - waiting
    const isStuck = waiting > 0 && this.#before.waiting > 0 && taken === this.#before.taken
    this.#before = { waiting, taken }
    if (isStuck) this.cutOff()
  }

  /** The clean end: a client comes back by itself. */
  end(): void {
    if (!this.isOpen) return
    this.#isEnded = true
    const cutOff = setTimeout(() => this.#response.destroy(), endGraceMs)
    this.#response.once('close', () => clearTimeout(cutOff))
    this.#response.end()
  }

  cutOff(): void {
    if (this.isOpen) this.#onCutOff()
    this.#isEnded = true
    this.#response.destroy()
  }
}
