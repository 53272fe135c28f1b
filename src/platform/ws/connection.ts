import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import { Problem } from '../errors.ts'
import type { Role, Viewer } from '../http/viewer.ts'
import { closeCodes } from './close-codes.ts'
import type { CloseReason } from './close-codes.ts'
import { TokenBucket } from './rate.ts'
import { textFrame } from './text-frame.ts'
import { holdForThisTurn } from './turn.ts'

export interface ConnectionLimits {
  pingMs: number
  pongMs: number
  framesPerSecond: number
  framesBurst: number
  /** Unsent bytes above which droppable frames are dropped. */
  softBytes: number
  /** Unsent bytes above which the socket is closed as slow. */
  hardBytes: number
}

/** What a frame may name for its answer. Each is answered once. */
export type Ref = string | number

/** What the domain does with a connection. */
export interface ConnectionHandlers {
  /** A JSON value from the client. Called in the order of arrival. */
  frame(value: unknown): void
  closed(): void
}

/** What a peer gets to read a close frame behind what it has not read yet, before it is cut off. */
const closeGraceMs = 5000
const mostRefLength = 64
const nothing = Buffer.alloc(0)

/** One client's socket: JSON frames in, bytes out, heartbeat, rate and backpressure. It knows no room. */
export class Connection {
  readonly id: string
  readonly #ws: WebSocket
  readonly #stream: Duplex
  readonly #limits: ConnectionLimits
  readonly #bucket: TokenBucket
  readonly #pings: NodeJS.Timeout
  #pongDeadline: NodeJS.Timeout | undefined
  #cutOff: NodeJS.Timeout | undefined
  #viewer: Viewer
  #handlers: ConnectionHandlers | undefined

  /** `stream` is the raw stream below `ws`: with compression off, whole frames may be written to it between those of `ws`. */
  constructor(options: { id: string; ws: WebSocket; stream: Duplex; viewer: Viewer; limits: ConnectionLimits }) {
    const { limits, ws } = options
    this.id = options.id
    this.#viewer = options.viewer
    this.#ws = ws
    this.#stream = options.stream
    this.#limits = limits
    this.#bucket = new TokenBucket({ perSecond: limits.framesPerSecond, burst: limits.framesBurst }, performance.now())
    this.#pings = setInterval(() => this.#ping(), limits.pingMs)
    ws.on('message', (data, isBinary) => this.#hear(data, isBinary))
    ws.on('ping', () => void this.#take(undefined))
    ws.on('pong', () => this.#heardPong())
    ws.on('error', () => undefined)
    ws.on('close', () => this.#ended())
  }

  handleBy(handlers: ConnectionHandlers): void {
    this.#handlers = handlers
  }

  get viewer(): Viewer {
    return this.#viewer
  }

  /** The person was given another role while connected. */
  becomes(role: Role): void {
    this.#viewer = { ...this.#viewer, role }
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  send(frame: Readonly<Record<string, unknown>>): void {
    this.write(textFrame(JSON.stringify(frame)))
  }

  /** The error answer to one frame, or without `ref` a push. */
  refuse(ref: Ref | undefined, problem: Problem, members: Record<string, unknown> = {}): void {
    this.send({ ...problem.toDocument(undefined), ...members, type: 'error', ...(ref === undefined ? {} : { ref }) })
  }

  /** Bytes of whole frames. What is written in one turn of the event loop leaves in one system call. */
  write(frames: Buffer): void {
    if (!this.isOpen) return
    if (this.#stream.writableLength > this.#limits.hardBytes) return this.close('slow')
    holdForThisTurn(this.#stream)
    this.#stream.write(frames)
  }

  /** For what is soon out of date: dropped when the client does not keep up. */
  writeDroppable(frames: Buffer): void {
    if (this.#stream.writableLength <= this.#limits.softBytes) this.write(frames)
  }

  /** Resolves when all that was written so far has been taken by the network, or the client is gone. */
  caughtUp(): Promise<void> {
    if (!this.isOpen || this.#stream.writableLength <= this.#limits.softBytes) return Promise.resolve()
    return new Promise((resolve) => this.#stream.write(nothing, () => resolve()))
  }

  close(reason: CloseReason): void {
    if (!this.isOpen) return
    this.#ws.close(closeCodes[reason].code, reason)
    this.#cutOff = setTimeout(() => this.#ws.terminate(), closeGraceMs)
  }

  terminate(): void {
    this.#ws.terminate()
  }

  #hear(data: RawData, isBinary: boolean): void {
    if (!this.isOpen) return
    if (isBinary) return this.close('unsupportedFrame')
    this.#heardPong()
    const value = parseJson(data)
    const ref = refOf(value)
    if (!this.#take(ref)) return
    if (value === undefined) this.refuse(undefined, new Problem('malformed', { detail: 'The frame is not JSON' }))
    else this.#handlers?.frame(value)
  }

  /** Counts a frame. One too many is answered `rate_limited`; who goes on all the same is sent away. */
  #take(ref: Ref | undefined): boolean {
    const verdict = this.#bucket.take(performance.now())
    if (verdict === 'refused') {
      this.refuse(ref, new Problem('rate_limited', { retryAfter: this.#bucket.retryAfter }))
    } else if (verdict === 'excess') {
      this.close('rateLimited')
    }
    return verdict === 'ok'
  }

  #ping(): void {
    if (!this.isOpen) return
    this.#ws.ping()
    this.#pongDeadline ??= setTimeout(() => this.#heardNothing(), this.#limits.pongMs)
  }

  #heardPong(): void {
    clearTimeout(this.#pongDeadline)
    this.#pongDeadline = undefined
  }

  #heardNothing(): void {
    this.#ws.close(closeCodes.noPong.code, 'noPong')
    this.#ws.terminate()
  }

  #ended(): void {
    clearInterval(this.#pings)
    clearTimeout(this.#cutOff)
    this.#heardPong()
    this.#handlers?.closed()
  }
}

function parseJson(data: RawData): unknown {
  try {
    const value: unknown = JSON.parse(data.toString())
    return value
  } catch {
    return undefined
  }
}

/** The `ref` of a frame whose other members may be anything. */
export function refOf(value: unknown): Ref | undefined {
  if (typeof value !== 'object' || value === null || !('ref' in value)) return undefined
  const { ref } = value
  if (typeof ref === 'string') return ref.length > 0 && ref.length <= mostRefLength ? ref : undefined
  return Number.isSafeInteger(ref) ? (ref as number) : undefined
}
