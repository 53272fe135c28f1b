import { WebSocket } from 'ws'
import type { IncomingMessage } from 'node:http'
import { retryAfterMs } from './api.ts'
import { readFrame } from './frames.ts'
import type { Frame } from './frames.ts'

/** How a connection ended before or after it stood. */
export type WireEnd =
  | { type: 'closed'; code: number; reason: string }
  | { type: 'refused'; status: number; retryAfterMs: number | undefined }
  | { type: 'unreachable'; reason: string }
  /** The server said something that is not in the protocol. */
  | { type: 'not_understood'; reason: string }

export interface WireOptions {
  url: URL
  token: string
  from: string | undefined
  onFrame: (frame: Frame) => void
  /** Called once, whatever happened. */
  onEnd: (end: WireEnd) => void
}

const handshakeMs = 10_000
/** Beyond the server's ping: a server that is silent for longer is gone. */
const graceMs = 12_000

/** One WebSocket of one client: frames in and out, and a watch over its silence. */
export class Wire {
  readonly #ws: WebSocket
  readonly #options: WireOptions
  #silence: NodeJS.Timeout | undefined
  #silenceMs = handshakeMs + graceMs
  #isEnded = false

  constructor(options: WireOptions) {
    this.#options = options
    this.#ws = new WebSocket(options.url, ['madang.v1'], {
      headers: { authorization: `Bearer ${options.token}` },
      handshakeTimeout: handshakeMs,
      perMessageDeflate: false,
      ...(options.from === undefined ? {} : { localAddress: options.from, family: 4 }),
    })
    this.#ws.on('open', () => this.#heard())
    this.#ws.on('ping', () => this.#heard())
    this.#ws.on('message', (data) => this.#hear(data.toString()))
    this.#ws.on('unexpected-response', (request, response) => {
      request.destroy()
      this.#end(refusalOf(response))
    })
    this.#ws.on('error', (error) => this.#end({ type: 'unreachable', reason: error.message }))
    this.#ws.on('close', (code, reason) => this.#end({ type: 'closed', code, reason: reason.toString() }))
  }

  send(frame: Readonly<Record<string, unknown>>): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(JSON.stringify(frame))
  }

  close(): void {
    this.#ws.close(1000)
  }

  /** As when the network is gone: without a word. */
  cut(): void {
    this.#ws.terminate()
  }

  /** What is not understood ends the connection, as no rule says how to go on. */
  misunderstood(reason: string): void {
    this.#end({ type: 'not_understood', reason })
    this.#ws.terminate()
  }

  #hear(text: string): void {
    if (this.#isEnded) return
    const frame = readFrame(text)
    if (frame instanceof Error) return this.misunderstood(frame.message)
    if (frame.type === 'hello') this.#silenceMs = frame.pingMs + graceMs
    this.#heard()
    this.#options.onFrame(frame)
  }

  #heard(): void {
    clearTimeout(this.#silence)
    if (!this.#isEnded) this.#silence = setTimeout(() => this.#ws.terminate(), this.#silenceMs)
  }

  #end(end: WireEnd): void {
    if (this.#isEnded) return
    this.#isEnded = true
    clearTimeout(this.#silence)
    this.#options.onEnd(end)
  }
}

function refusalOf(response: IncomingMessage): WireEnd {
  return { type: 'refused', status: response.statusCode ?? 0, retryAfterMs: retryAfterMs(response) }
}
