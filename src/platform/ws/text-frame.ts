const finalText = 0x81

/**
 * One unmasked, uncompressed text frame (RFC 6455, 5.2) as bytes. Framed once, the same bytes go to every socket: a room of
 * a thousand listeners costs one encoding.
 */
export function textFrame(text: string | Buffer): Buffer {
  const length = typeof text === 'string' ? Buffer.byteLength(text) : text.length
  const frame = Buffer.allocUnsafe(frameBytes(length))
  const start = beginFrame(frame, 0, length)
  if (typeof text === 'string') frame.write(text, start)
  else text.copy(frame, start)
  return frame
}

/** How long the frame of a text of so many bytes is. */
export function frameBytes(length: number): number {
  if (length < 126) return 2 + length
  return length < 65_536 ? 4 + length : 10 + length
}

/** Writes what stands before a text of so many bytes, and answers where in `bytes` the text belongs. */
export function beginFrame(bytes: Buffer, at: number, length: number): number {
  bytes[at] = finalText
  if (length < 126) {
    bytes[at + 1] = length
    return at + 2
  }
  if (length < 65_536) {
    bytes[at + 1] = 126
    return bytes.writeUInt16BE(length, at + 2)
  }
  bytes[at + 1] = 127
  return bytes.writeBigUInt64BE(BigInt(length), at + 2)
}
