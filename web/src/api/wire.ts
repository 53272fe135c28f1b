import { parseFrame } from './frames.ts'
import type { Hello } from './frames.ts'
import type { ServerFrame } from './types.ts'

export interface WireOptions {
  url: string
  protocols: string[]
  /** The first frame: the connection stands. */
  onHello: (hello: Hello) => void
  onFrame: (frame: ServerFrame) => void
  /** Called once. `code` is undefined where the connection never stood. */
  onEnd: (code: number | undefined) => void
}

/** Of the handshake and `hello`. */
const openMs = 10_000
/** Beyond the server's own interval. */
const pongMs = 8_000
const quickPongMs = 3_000
const abnormal = 1006

/**
 * One WebSocket. A browser does not tell of the pings under it, and a network that is gone is silent: after a silence as long as the server's interval of
 * pings it asks, and one that does not answer in time is given up without waiting for its close.
 */
export class Wire {
  readonly #options: WireOptions
  readonly #socket: WebSocket
  #hello: Hello | undefined
  #silence: ReturnType<typeof setTimeout>
  #isEnded = false
  #pings = 0

  constructor(options: WireOptions) {
    this.#options = options
    this.#socket = new WebSocket(options.url, options.protocols)
    this.#silence = setTimeout(() => this.#end(undefined), openMs)
    this.#socket.addEventListener('message', ({ data }) => this.#hear(parseFrame(data)))
    this.#socket.addEventListener('close', ({ code }) =>
      this.#end(this.#hello === undefined && code === abnormal ? undefined : code),
    )
    this.#socket.addEventListener('error', () => undefined)
  }

  /** False when it is not open, or the frame is larger than the server takes. */
  send(frame: object): boolean {
    if (this.#isEnded || this.#hello === undefined || this.#socket.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(frame))
    return true
  }

  /** Whether the connection still stands is asked at once, and answered soon or not at all. */
  test(): void {
    if (this.#hello !== undefined) this.#ask(quickPongMs)
  }

  close(): void {
    this.#leave()
  }

  #hear(frame: ServerFrame | undefined): void {
    if (frame === undefined || this.#isEnded) return
    if (frame.type === 'hello') {
      this.#hello = frame
      this.#options.onHello(frame)
    } else if (this.#hello !== undefined) {
      this.#options.onFrame(frame)
    }
    this.#listenOn()
  }

  #listenOn(): void {
    if (this.#isEnded || this.#hello === undefined) return
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#ask(pongMs), this.#hello.pingMs)
  }

  #ask(withinMs: number): void {
    this.#pings += 1
    this.send({ type: 'ping', ref: `ping-${this.#pings}` })
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#end(abnormal), withinMs)
  }

  #end(code: number | undefined): void {
    if (this.#isEnded) return
    this.#leave()
    this.#options.onEnd(code)
  }

  #leave(): void {
    this.#isEnded = true
    clearTimeout(this.#silence)
    this.#socket.close()
  }
}
