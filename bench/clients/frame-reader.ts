/** What a server writes to a WebSocket (RFC 6455): unmasked frames, whole messages, nothing compressed. */
export interface FrameHandlers {
  /** A text message is in `bytes` from `start` to `end`; the buffer is used again afterwards. */
  text(bytes: Buffer, start: number, end: number): void
  ping(payload: Buffer): void
  /** The close code, 1005 without one. */
  closed(code: number): void
}

const opcodes = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const

/** Cuts a stream of bytes into frames without copying, but for a frame that two reads share. */
export class FrameReader {
  readonly #handlers: FrameHandlers
  #rest: Buffer | undefined

  constructor(handlers: FrameHandlers) {
    this.#handlers = handlers
  }

  /** Throws for what this client did not ask for: fragments, compression, masks, binary messages. */
  read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (at + 2 <= bytes.length) {
      const first = bytes[at] ?? 0
      const short = bytes[at + 1] ?? 0
      if ((first & 0xf0) !== 0x80 || (short & 0x80) !== 0) throw new Error(`not a frame of ours: ${first} ${short}`)
      const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10)
      if (start > bytes.length) break
      const end = start + lengthOf(bytes, at, short)
      if (end > bytes.length) break
      this.#hear(first & 0x0f, bytes, start, end)
      at = end
    }
    // The bytes of a read are written over by the next one.
    this.#rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at))
  }

  #hear(opcode: number, bytes: Buffer, start: number, end: number): void {
    switch (opcode) {
      case opcodes.text:
        return this.#handlers.text(bytes, start, end)
      case opcodes.ping:
        return this.#handlers.ping(Buffer.from(bytes.subarray(start, end)))
      case opcodes.close:
        return this.#handlers.closed(end - start >= 2 ? bytes.readUInt16BE(start) : 1005)
      case opcodes.pong:
        return
      default:
        throw new Error(`opcode ${opcode}`)
    }
  }
}

function lengthOf(bytes: Buffer, at: number, short: number): number {
  if (short < 126) return short
  return short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
}
