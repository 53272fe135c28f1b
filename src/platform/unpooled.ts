/**
 * The same bytes in memory of their own, for what is kept. Small buffers are cut from a pool of Node's, and a few hundred bytes that are held would hold all 64 KiB
 * around them: many times what is counted.
 */
export function unpooled(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(own)
  return own
}
