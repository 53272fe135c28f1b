const finalText = 0x81

/**
 * One unmasked, uncompressed text frame (RFC 6455, 5.2) as bytes. Framed once, the same bytes go to every socket: a room of
 * a thousand listeners costs one encoding.
 */
export function textFrame(text: string | Buffer): Buffer {
  const length = typeof text === 'string' ? Buffer.byteLength(text) : text.length
  const start = headerBytes(length)
  const frame = Buffer.allocUnsafe(start + length)
  writeHeader(frame, length)
  if (typeof text === 'string') frame.write(text, start)
  else text.copy(frame, start)
  return frame
}

function headerBytes(length: number): number {
  if (length < 126) return 2
  return length < 65_536 ? 4 : 10
}

function writeHeader(frame: Buffer, length: number): void {
  frame[0] = finalText
  if (length < 126) {
    frame[1] = length
  } else if (length < 65_536) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
}
