/** The JSON of each of these whole, unmasked text frames (RFC 6455, 5.2), read apart from what writes them. */
export function framesIn(bytes: Buffer): Record<string, unknown>[] {
  const frames: Record<string, unknown>[] = []
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] !== 0x81) throw new Error(`no final text frame at byte ${at}`)
    const short = bytes[at + 1] ?? 0
    const [start, length] =
      short < 126
        ? [at + 2, short]
        : short === 126
          ? [at + 4, bytes.readUInt16BE(at + 2)]
          : [at + 10, Number(bytes.readBigUInt64BE(at + 2))]
    frames.push(JSON.parse(bytes.toString('utf8', start, start + length)) as Record<string, unknown>)
    at = start + length
  }
  return frames
}
