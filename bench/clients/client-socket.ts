import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { clientFrame, pongFrame } from './client-frame.ts'
import type { Dialect } from './dialects.ts'
import { FrameReader } from './frame-reader.ts'
import { Heard } from './heard.ts'
import { findMarker, microsIn, microsSince, nowMicros, orderIn, senderIn, writeMarker } from './marker.ts'
import type { SocketPlan } from './plan.ts'

export interface ClientSocketParts {
  dialect: Dialect
  plan: SocketPlan
  /** Of the whole load. */
  senders: number
  /** Read into, by all sockets of this process one after the other. */
  buffer: Buffer
  notes: Notes
  fail(reason: string): void
}

/** What the sockets of one process write down together. */
export interface Notes {
  latenciesMs: number[]
  /** One of so many deliveries is timed. */
  timedEvery: number
  deliveries: number
  lastMicros: number
}

const endOfHead = '\r\n\r\n'
const bodyLength = 100
const filler = 'x'.repeat(bodyLength)
const enterMs = 20_000

/** One WebSocket on a raw TCP socket: it listens in one room, and perhaps speaks. */
export class ClientSocket {
  readonly plan: SocketPlan
  readonly heard: Heard
  sent = 0
  acknowledged = 0
  readonly #parts: ClientSocketParts
  readonly #reader: FrameReader
  readonly #entered = Promise.withResolvers<void>()
  #socket: Socket | undefined
  #head: string | undefined = ''
  #isIn = false
  #isClosed = false
  /** Of its own messages. */
  #cameBack = 0
  #markerAt = 0
  #now = 0
  /** Messages under way at most; 0 while it only listens. */
  #window = 0

  constructor(parts: ClientSocketParts) {
    this.#parts = parts
    this.plan = parts.plan
    this.heard = new Heard(parts.senders)
    this.#reader = new FrameReader({
      text: (bytes, start, end) => this.#hear(bytes, start, end),
      ping: (payload) => this.#socket?.write(pongFrame(payload)),
      closed: (code) => this.#broken(`was closed with ${code}`),
    })
  }

  /** Resolves when nothing that is said in the room can be missed any more. */
  async open(): Promise<void> {
    const { host, port, from } = this.plan
    const { buffer } = this.#parts
    const socket = connect({
      ...{ host, port, noDelay: true, ...(from === undefined ? {} : { localAddress: from }) },
      onread: { buffer, callback: (length) => this.#read(length) },
    })
    this.#socket = socket
    socket.on('connect', () => socket.write(this.#request()))
    socket.on('error', (error) => this.#broken(error.message))
    socket.on('close', () => this.#broken('was cut off'))
    const late = setTimeout(() => this.#broken(`did not get in within ${enterMs} ms`), enterMs)
    await this.#entered.promise.finally(() => clearTimeout(late))
  }

  /** Sends as fast as it is answered, `window` messages at a time; 0 stops that. */
  saturate(window: number): void {
    this.#window = window
    this.#pump()
  }

  send(count = 1): void {
    const frames = Array.from({ length: count }, () => this.#nextFrame())
    this.#socket?.write(frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames))
  }

  close(): void {
    this.#isClosed = true
    this.#socket?.destroy()
  }

  #request(): string {
    const { dialect, plan } = this.#parts
    const key = randomBytes(16).toString('base64')
    const lines = [
      `GET ${dialect.path} HTTP/1.1`,
      `Host: ${plan.host}:${plan.port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${key}`,
      ...dialect.headers(plan),
    ]
    return lines.join('\r\n') + endOfHead
  }

  #read(length: number): boolean {
    try {
      const bytes = this.#parts.buffer.subarray(0, length)
      this.#now = nowMicros()
      if (this.#head === undefined) this.#reader.read(bytes)
      else this.#readHead(bytes)
      this.#pump()
    } catch (error) {
      this.#broken(error instanceof Error ? error.message : String(error))
    }
    return true
  }

  /** Bytes behind the answer's head are frames already. */
  #readHead(bytes: Buffer): void {
    const text = this.#head + bytes.toString('latin1')
    this.#head = text
    const end = text.indexOf(endOfHead)
    if (end < 0) return
    if (!text.startsWith('HTTP/1.1 101 ')) throw new Error(`was refused: ${text.slice(0, 400)}`)
    this.#head = undefined
    this.#enter(undefined)
    this.#reader.read(Buffer.from(text.slice(end + endOfHead.length), 'latin1'))
  }

  #enter(heard: string | undefined): void {
    const { say, isIn } = this.#parts.dialect.enter(this.plan, heard)
    if (say !== undefined) this.#socket?.write(clientFrame(say))
    if (!isIn) return
    this.#isIn = true
    this.#entered.resolve()
  }

  #hear(bytes: Buffer, start: number, end: number): void {
    if (!this.#isIn) return this.#enter(bytes.toString('utf8', start, end))
    switch (this.#parts.dialect.kindOf(bytes, start, end)) {
      case 'entry':
        return this.#hearEntry(bytes, start, end)
      case 'ack':
        this.acknowledged += 1
        return
      case 'alive':
        this.#socket?.write(clientFrame('3'))
        return
      case 'error':
        throw new Error(`was told ${bytes.toString('utf8', start, end).slice(0, 400)}`)
      default:
    }
  }

  #hearEntry(bytes: Buffer, start: number, end: number): void {
    const marker = findMarker(bytes, start, end, this.#markerAt)
    if (marker < 0) return
    this.#markerAt = marker - start
    const sender = senderIn(bytes, marker)
    const { notes } = this.#parts
    notes.deliveries += 1
    notes.lastMicros = this.#now
    if (notes.deliveries % notes.timedEvery === 0) {
      notes.latenciesMs.push(microsSince(microsIn(bytes, marker), this.#now) / 1000)
    }
    if (sender === this.plan.sender) this.#cameBack += 1
    this.heard.hear(sender, orderIn(bytes, marker))
  }

  #pump(): void {
    const free = this.#window - (this.sent - Math.min(this.acknowledged, this.#cameBack))
    if (free > 0 && this.#window > 0) this.send(free)
  }

  #nextFrame(): Buffer {
    const sender = this.plan.sender ?? 0
    const number = this.sent
    this.sent += 1
    const body = writeMarker(sender, number, nowMicros()) + filler.slice(0, bodyLength - 26)
    return clientFrame(this.#parts.dialect.message(this.plan, number, uuidV7(sender, number), body))
  }

  #broken(reason: string): void {
    if (this.#isClosed) return
    this.close()
    const error = new Error(`A socket to ${this.plan.host}:${this.plan.port} ${reason}`)
    if (!this.#isIn) return this.#entered.reject(error)
    this.#parts.fail(error.message)
  }
}

/** Unlike any other, without asking for random bits each time: who, and which of theirs. */
function uuidV7(sender: number, number: number): string {
  const time = Date.now().toString(16).padStart(12, '0')
  const who = sender.toString(16).padStart(6, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${who.slice(0, 3)}-8${who.slice(3)}-${number.toString(16).padStart(12, '0')}`
}
