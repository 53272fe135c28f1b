import { randomBytes } from 'node:crypto'

/** Frames of RFC 6455 as a test describes them, right or wrong, and as bytes. */
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
  /** How many bytes say the length, where that is more than it need be. */
  lengthBytes?: 2 | 8
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** One frame as bytes, masked as those of a client are. */
export function frame(parts: FrameParts): Buffer {
  const { payload = '', isMasked = true } = parts
  const body = Buffer.from(payload)
  if (!isMasked) return Buffer.concat([headerOf(parts), body])
  const mask = randomBytes(4)
  return Buffer.concat([headerOf(parts), mask, body.map((byte, place) => byte ^ mask[place % 4]!)])
}

/** What stands before the mask. */
export function headerOf(parts: FrameParts): Buffer {
  const { opcode, payload = '', isLast = true, reserved = 0, isMasked = true, claims, lengthBytes } = parts
  const length = claims ?? BigInt(Buffer.byteLength(payload))
  const first = (isLast ? 0x80 : 0) | reserved | opcode
  const mark = isMasked ? 0x80 : 0
  const bytes = lengthBytes ?? (length < 126n ? 0 : length < 65_536n ? 2 : 8)
  if (bytes === 0) return Buffer.of(first, mark | Number(length))
  const long = Buffer.alloc(8)
  long.writeBigUInt64BE(length)
  return Buffer.concat([Buffer.of(first, mark | (bytes === 2 ? 126 : 127)), long.subarray(8 - bytes)])
}

/** A whole masked frame with this payload, as somebody else wrote it, under the header that the parts describe. */
export function recast(written: Buffer, parts: FrameParts): Buffer {
  const payload = Buffer.from(parts.payload ?? '')
  const short = (written[1] ?? 0) & 0x7f
  const masked = written.subarray(short === 126 ? 4 : short === 127 ? 10 : 2)
  if (masked.length !== 4 + payload.length) throw new Error('these are not the bytes of one frame with this payload')
  return Buffer.concat([headerOf(parts), parts.isMasked === false ? payload : masked])
}

export function closing(code: number, reason: string | Buffer = ''): FrameParts {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(code)
  return { opcode: opcodes.close, payload: Buffer.concat([head, Buffer.from(reason)]) }
}

/** Of a close frame; undefined where it has none. */
export function codeIn(payload: Buffer): number | undefined {
  return payload.length < 2 ? undefined : payload.readUInt16BE()
}
