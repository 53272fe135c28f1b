import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { codeIn, opcodes } from './frames.ts'

/** A connection of bytes, for frames that no client would send. */

export interface RawFrame {
  opcode: number
  isLast: boolean
  payload: Buffer
}

/** What came back: all frames, and whether and how the server hung up. */
export class RawSocket {
  readonly frames: RawFrame[] = []
  /** Of the first close frame; undefined when the connection ended without one. */
  readonly ended: Promise<number | undefined>
  readonly #socket: Socket
  readonly #onFrame: (frame: RawFrame) => void
  #unread: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket, head: Buffer, onFrame: (frame: RawFrame) => void) {
    this.#socket = socket
    this.#onFrame = onFrame
    socket.on('data', (chunk) => this.#read(chunk))
    this.ended = new Promise((resolve) => socket.on('close', () => resolve(this.closeCode)))
    this.#read(head)
  }

  /** Rejects with the status line when it is not let in. */
  static async open(
    url: string,
    headers: Readonly<Record<string, string>>,
    onFrame: (frame: RawFrame) => void = () => undefined,
  ): Promise<RawSocket> {
    const { socket, head, rest } = await shakeHands(url, { ...standardHeaders(), ...headers })
    const [status = ''] = head.split('\r\n')
    if (status.split(' ')[1] !== '101') {
      socket.destroy()
      throw new Error(status)
    }
    return new RawSocket(socket, rest, onFrame)
  }

  get closeCode(): number | undefined {
    const { payload } = this.frames.find(({ opcode }) => opcode === opcodes.close) ?? {}
    if (payload === undefined) return undefined
    return codeIn(payload) ?? 1005
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
      this.#onFrame(next.frame)
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
