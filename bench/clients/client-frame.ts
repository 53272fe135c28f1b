/**
 * A frame as a client must send it: masked, here with the mask 0, which leaves the bytes as they are. A mask protects proxies
 * of the wide world; the server unmasks as it would any other.
 */
export function clientFrame(payload: string | Buffer, opcode = 0x1): Buffer {
  const length = Buffer.byteLength(payload)
  if (length > 65_535) throw new Error('a client of the bench sends no frames that long')
  const start = length < 126 ? 6 : 8
  const frame = Buffer.alloc(start + length)
  frame[0] = 0x80 | opcode
  if (length < 126) {
    frame[1] = 0x80 | length
  } else {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(length, 2)
  }
  if (typeof payload === 'string') frame.write(payload, start)
  else payload.copy(frame, start)
  return frame
}

export const pongFrame = (payload: Buffer): Buffer => clientFrame(payload, 0xa)
