import { uuidOf } from './random-id.ts'

/** A clock that is set back by more than this was wrong before: going on from where it was would make ids from the future. */
const mostSetBackMs = 90_000

/**
 * An id for what I say (RFC 9562, section 5.7), in lower case: 48 bits of time, then 74 random ones. Ids of one client grow, since the first
 * twelve random bits count up within a millisecond, and a clock that is set back a little is not followed. The time in it orders nothing on the server, which
 * refuses ids from the future.
 */
export function uuidv7(now = Date.now()): string {
  const isLater = now > last.ms || now < last.ms - mostSetBackMs
  last.count = isLater ? randomCount() : last.count + 1
  last.ms = isLater ? now : last.ms
  if (last.count > 0xfff) {
    last.ms += 1
    last.count = 0
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, Math.floor(last.ms / 0x1_0000))
  view.setUint16(4, last.ms % 0x1_0000)
  view.setUint16(6, 0x7000 | last.count)
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f))
  return uuidOf(bytes)
}

const last = { ms: 0, count: 0 }

/** Of the lower half, so that there is room to count. */
function randomCount(): number {
  return (crypto.getRandomValues(new Uint16Array(1))[0] ?? 0) & 0x7ff
}
