import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** A connection of bytes, for frames that no client would send. */

export interface RawFrame {
  opcode: number
  isLast: boolean
  payload: Buffer
}

export interface FrameParts {
  opcode: number
  payload?: Buffer | string
  /** The last of its message, unless said otherwise. */
  isLast?: boolean
  /** The three reserved bits, as in 0x40. */
  reserved?: number
  isMasked?: boolean
  /** What the header says instead of the length that there is. */
  claims?: bigint
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** One frame as bytes, masked as those of a client are. */
export function frame({
  opcode,
  payload = '',
  isLast = true,
  reserved = 0,
  isMasked = true,
  claims,
}: FrameParts): Buffer {
  const body = Buffer.from(payload)
  const first = (isLast ? 0x80 : 0) | reserved | opcode
  const header = Buffer.concat([Buffer.of(first), lengthOf(claims ?? BigInt(body.length), isMasked)])
  if (!isMasked) return Buffer.concat([header, body])
  const mask = randomBytes(4)
  return Buffer.concat([header, mask, body.map((byte, place) => byte ^ mask[place % 4]!)])
}

function lengthOf(length: bigint, isMasked: boolean): Buffer {
  const mark = isMasked ? 0x80 : 0
  if (length < 126n) return Buffer.of(mark | Number(length))
  if (length < 65_536n) return Buffer.concat([Buffer.of(mark | 126), unsigned(length, 2)])
  return Buffer.concat([Buffer.of(mark | 127), unsigned(length, 8)])
}

function unsigned(value: bigint, bytes: 2 | 8): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64BE(value)
  return buffer.subarray(8 - bytes)
}

export function closing(code: number, reason: string | Buffer = ''): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(code)
  return frame({ opcode: opcodes.close, payload: Buffer.concat([head, Buffer.from(reason)]) })
}

/** What came back: all frames, and whether and how the server hung up. */
export class RawSocket {
  readonly frames: RawFrame[] = []
  /** Of the first close frame; undefined when the connection ended without one. */
  readonly ended: Promise<number | undefined>
  readonly #socket: Socket
  #unread: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket, head: Buffer) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#read(chunk))
    this.ended = new Promise((resolve) => socket.on('close', () => resolve(this.closeCode)))
    this.#read(head)
  }

  /** Rejects with the status line when it is not let in. */
  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<RawSocket> {
    const { socket, head, rest } = await shakeHands(url, { ...standardHeaders(), ...headers })
    const [status = ''] = head.split('\r\n')
    if (status.split(' ')[1] !== '101') {
      socket.destroy()
      throw new Error(status)
    }
    return new RawSocket(socket, rest)
  }

  get closeCode(): number | undefined {
    const { payload } = this.frames.find(({ opcode }) => opcode === opcodes.close) ?? {}
    if (payload === undefined) return undefined
    return payload.length < 2 ? 1005 : payload.readUInt16BE()
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  /** Texts of the server, read as JSON. */
  get said(): Record<string, unknown>[] {
    const texts = this.frames.filter(({ opcode }) => opcode === opcodes.text)
    return texts.map(({ payload }) => JSON.parse(payload.toString()) as Record<string, unknown>)
  }

  send(...parts: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(parts))
  }

  /** Resolves when the network has taken it, or the other side is gone. */
  async sent(part: Buffer): Promise<void> {
    await Promise.race([this.ended, new Promise((resolve) => this.#socket.write(part, resolve))])
  }

  drop(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk])
    for (let next = firstFrame(this.#unread); next !== undefined; next = firstFrame(this.#unread)) {
      this.frames.push(next.frame)
      this.#unread = this.#unread.subarray(next.bytes)
    }
  }
}

function firstFrame(bytes: Buffer): { frame: RawFrame; bytes: number } | undefined {
  if (bytes.length < 2) return undefined
  const [first = 0, second = 0] = bytes
  const short = second & 0x7f
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < start) return undefined
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  if (bytes.length < start + length) return undefined
  const payload = bytes.subarray(start, start + length)
  return { frame: { opcode: first & 0x0f, isLast: first >= 0x80, payload }, bytes: start + length }
}

export function standardHeaders(): Record<string, string> {
  return {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Protocol': 'madang.v1',
  }
}

/** Sends a request of these headers and reads the head of the answer; headers that are empty are left out. */
export function shakeHands(
  url: string,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
): Promise<{ socket: Socket; head: string; rest: Buffer }> {
  const { hostname, port, pathname } = new URL(url)
  const lines = Object.entries({ Host: `${hostname}:${port}`, ...headers }).filter(([, value]) => value !== '')
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(
    `${method} ${pathname} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  )
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0)
    const onClose = (): void => reject(new Error(`hung up: ${answer.toString('latin1')}`))
    const onData = (chunk: Buffer): void => {
      answer = Buffer.concat([answer, chunk])
      const end = answer.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.off('data', onData).off('close', onClose)
      resolve({ socket, head: answer.toString('latin1', 0, end), rest: answer.subarray(end + 4) })
    }
    socket.on('data', onData).once('close', onClose)
  })
}
