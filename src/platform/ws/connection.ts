import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import { because, causeNow } from '../cause.ts'
import type { Cause } from '../cause.ts'
import { Problem } from '../errors.ts'
import type { Role, Viewer } from '../http/viewer.ts'
import { parseJson, refOf } from './client-frame.ts'
import type { Ref } from './client-frame.ts'
import { closeCodes } from './close-codes.ts'
import type { CloseReason } from './close-codes.ts'
import type { Heartbeat } from './heartbeat.ts'
import { TokenBucket } from './rate.ts'
import type { SocketCounts } from './socket-metrics.ts'
import { textFrame } from './text-frame.ts'
import { holdForThisTurn, letGoOf } from './turn.ts'

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

/** What the domain does with a connection. */
export interface ConnectionHandlers {
  /** A JSON value from the client. Called in the order of arrival; what it answers resolves when the frame is answered. */
  frame(value: unknown): void | Promise<void>
  closed(): void
}

/** A WebSocket that knows what stands above it, so that the same few listeners serve all of them: of its own each would cost hundreds of bytes. */
export class ConnectedSocket extends WebSocket {
  connection: Connection | undefined
}

/** Of the nth frame of a socket. Its id is text only where somebody asks for it: for most frames that is never. */
class FrameCause implements Cause {
  readonly #socket: string
  readonly #nth: number

  constructor(socket: string, nth: number) {
    this.#socket = socket
    this.#nth = nth
  }

  get requestId(): string {
    return `${this.#socket}.${this.#nth}`
  }
}

/** What a peer gets to read a close frame behind what it has not read yet, before it is cut off. */
export const closeGraceMs = 5000
const nothing = Buffer.alloc(0)

/** One client's socket: JSON frames in, bytes out, heartbeat, rate and backpressure. It knows no room. */
export class Connection {
  readonly #ws: ConnectedSocket
  readonly #stream: Duplex
  readonly #limits: ConnectionLimits
  readonly #bucket: TokenBucket
  readonly #onEnd: (connection: Connection, code: number) => void
  readonly #heartbeat: Heartbeat
  readonly #counts: SocketCounts
  /** Of the request that became this socket. */
  readonly requestId: string
  #heard = 0
  #id: string | undefined
  /** Beats since the last ping, and since the first one that nothing has answered. */
  #beats: number
  #unanswered: number | undefined
  #cutOff: NodeJS.Timeout | undefined
  #viewer: Viewer
  #handlers: ConnectionHandlers | undefined

  /**
   * `stream` is the raw stream below `ws`: with compression off, whole frames may be written to it between those of `ws`. `onEnd` is called before the
   * handlers hear that it is closed.
   */
  constructor(options: {
    ws: ConnectedSocket
    stream: Duplex
    viewer: Viewer
    requestId: string
    limits: ConnectionLimits
    heartbeat: Heartbeat
    counts: SocketCounts
    onEnd: (connection: Connection, code: number) => void
  }) {
    const { limits, ws } = options
    this.#viewer = options.viewer
    this.requestId = options.requestId
    this.#ws = ws
    this.#stream = options.stream
    this.#limits = limits
    this.#bucket = new TokenBucket({ perSecond: limits.framesPerSecond, burst: limits.framesBurst }, performance.now())
    this.#heartbeat = options.heartbeat
    this.#counts = options.counts
    this.#onEnd = options.onEnd
    ws.connection = this
    ws.on('message', Connection.#onMessage)
    ws.on('ping', Connection.#onPing)
    ws.on('pong', Connection.#onPong)
    ws.on('error', Connection.#onError)
    ws.on('close', Connection.#onClose)
    this.#beats = this.#heartbeat.join()
  }

  /** Unlike that of any other connection to any server; made when it is first asked for, which for most is never. */
  get id(): string {
    this.#id ??= randomUUID()
    return this.#id
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

  /** How many frames the client has sent. */
  get heard(): number {
    return this.#heard
  }

  /** The error answer to one frame, or without `ref` a push. It names the frame, or else the socket. */
  refuse(ref: Ref | undefined, problem: Problem, members: Record<string, unknown> = {}): void {
    const document = problem.toDocument(causeNow()?.requestId ?? this.requestId)
    this.send({ ...document, ...members, type: 'error', ...(ref === undefined ? {} : { ref }) })
  }

  /** Bytes of whole frames. What is written in one turn of the event loop leaves in one system call. */
  write(frames: Buffer): void {
    if (!this.isOpen) return
    if (this.#isBehind(this.#limits.hardBytes)) return this.close('slow')
    holdForThisTurn(this.#stream)
    this.#stream.write(frames)
  }

  /** For what is soon out of date: dropped when the client does not keep up. */
  writeDroppable(frames: Buffer): void {
    if (this.#isBehind(this.#limits.softBytes)) this.#counts.framesDropped += 1
    else this.write(frames)
  }

  /** Resolves when all that was written so far has been taken by the network, or the client is gone. */
  caughtUp(): Promise<void> {
    if (!this.isOpen || !this.#isBehind(this.#limits.softBytes)) return Promise.resolve()
    return new Promise((resolve) => this.#stream.write(nothing, () => resolve()))
  }

  close(reason: CloseReason): void {
    if (!this.isOpen) return
    this.#counts.countClosed(reason)
    this.#ws.close(closeCodes[reason].code, reason)
    this.#cutOff = setTimeout(() => this.#ws.terminate(), closeGraceMs)
  }

  terminate(): void {
    this.#ws.terminate()
  }

  /** To be called at every beat of the heartbeat: pings when it is time, and gives up who has not answered for too long. */
  beat(): void {
    if (!this.isOpen) return
    if (this.#unanswered !== undefined) this.#unanswered += 1
    if (this.#unanswered === this.#heartbeat.pongBeats) return this.#heardNothing()
    this.#beats += 1
    if (this.#beats < this.#heartbeat.pingBeats) return
    this.#beats = 0
    this.#ws.ping()
    this.#unanswered ??= 0
  }

  #heardNothing(): void {
    this.#counts.countClosed('noPong')
    this.#ws.close(closeCodes.noPong.code, 'noPong')
    this.#ws.terminate()
  }

  /** Whether more than so many bytes wait for the client; what waits only for the end of this turn is not its fault. */
  #isBehind(bytes: number): boolean {
    if (this.#stream.writableLength <= bytes) return false
    letGoOf(this.#stream)
    return this.#stream.writableLength > bytes
  }

  #hear(data: RawData, isBinary: boolean): void {
    if (!this.isOpen) return
    this.#counts.frames += 1
    if (isBinary) return this.close('unsupportedFrame')
    this.#unanswered = undefined
    this.#heard += 1
    because(new FrameCause(this.requestId, this.#heard), () => this.#handle(parseJson(data)))
  }

  #handle(value: unknown): void {
    if (!this.#take(refOf(value))) return
    if (value === undefined) this.refuse(undefined, new Problem('malformed', { detail: 'The frame is not JSON' }))
    else void this.#handlers?.frame(value)
  }

  /** Counts a frame. One too many is answered `rate_limited`; who goes on all the same is sent away. */
  #take(ref: Ref | undefined): boolean {
    const verdict = this.#bucket.take(performance.now())
    if (verdict !== 'ok') this.#counts.framesRefused += 1
    if (verdict === 'refused') {
      this.refuse(ref, new Problem('rate_limited', { retryAfter: this.#bucket.retryAfter }))
    } else if (verdict === 'excess') {
      this.close('rateLimited')
    }
    return verdict === 'ok'
  }

  #ended(code: number): void {
    clearTimeout(this.#cutOff)
    this.#onEnd(this, code)
    this.#handlers?.closed()
  }

  static #onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
    connectionOf(this).#hear(data, isBinary)
  }

  static #onPing(this: WebSocket): void {
    connectionOf(this).#take(undefined)
  }

  static #onPong(this: WebSocket): void {
    connectionOf(this).#unanswered = undefined
  }

  /** The close follows. */
  static #onError(this: WebSocket): void {
    connectionOf(this).#counts.countClosed('brokenFrame')
  }

  static #onClose(this: WebSocket, code: number): void {
    connectionOf(this).#ended(code)
  }
}

function connectionOf(ws: WebSocket): Connection {
  if (!(ws instanceof ConnectedSocket) || ws.connection === undefined) throw new Error('a socket of nobody was heard')
  return ws.connection
}
