/**
 * Bytes for any number of streams, framed once as a chunk of HTTP/1.1 (RFC 9112, section 7.1): what is left to do for each stream
 * is to hand one Buffer to its socket.
 */
export interface Chunk {
  framed: Buffer
  /** The same bytes without the frame. */
  body: Buffer
}

const lineEnd = Buffer.from('\r\n')

/** Of at least one byte: an empty chunk would end the body. */
export function chunkOf(parts: readonly Buffer[]): Chunk {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  if (size === 0) throw new Error('an empty chunk ends the body')
  const head = Buffer.from(`${size.toString(16)}\r\n`)
  const framed = Buffer.concat([head, ...parts, lineEnd])
  return { framed, body: framed.subarray(head.length, head.length + size) }
}
