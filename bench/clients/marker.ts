/**
 * What the body of every message of the bench begins with: who sent it, which of theirs it is, and when. Digits at fixed places, so that
 * a listener reads them without parsing JSON: `~00017~0000042~0123456789~`.
 */
export const markerLength = 26

const first = 0x7e
const senderAt = 1
const numberAt = 7
const timeAt = 15
/** Ten digits: a time is known but for multiples of some two hours and three quarters. */
const timeTurn = 10_000_000_000

/** `micros` as `nowMicros` answers it. */
export function writeMarker(sender: number, number: number, micros: number): string {
  return `~${digits(sender, 5)}~${digits(number, 7)}~${digits(micros, 10)}~`
}

/** Microseconds since some moment that is the same for all processes of this machine. */
export function nowMicros(): number {
  return Math.floor((performance.timeOrigin + performance.now()) * 1000) % timeTurn
}

/** Microseconds from one such time to a later one. */
export function microsSince(earlier: number, now: number): number {
  return now >= earlier ? now - earlier : now - earlier + timeTurn
}

/** Where the marker of a message between `start` and `end` begins, or -1. `guess` is tried first: frames of one room look alike. */
export function findMarker(bytes: Buffer, start: number, end: number, guess: number): number {
  if (isMarkerAt(bytes, start + guess, end)) return start + guess
  for (let at = bytes.indexOf(first, start); at >= 0 && at < end; at = bytes.indexOf(first, at + 1)) {
    if (isMarkerAt(bytes, at, end)) return at
  }
  return -1
}

function isMarkerAt(bytes: Buffer, at: number, end: number): boolean {
  if (at + markerLength > end) return false
  return (
    bytes[at] === first &&
    bytes[at + numberAt - 1] === first &&
    bytes[at + timeAt - 1] === first &&
    bytes[at + markerLength - 1] === first
  )
}

export const senderIn = (bytes: Buffer, marker: number): number => numberIn(bytes, marker + senderAt, 5)
export const orderIn = (bytes: Buffer, marker: number): number => numberIn(bytes, marker + numberAt, 7)
export const microsIn = (bytes: Buffer, marker: number): number => numberIn(bytes, marker + timeAt, 10)

function numberIn(bytes: Buffer, start: number, length: number): number {
  let value = 0
  for (let at = start; at < start + length; at += 1) value = value * 10 + ((bytes[at] ?? 0) - 0x30)
  return value
}

function digits(value: number, length: number): string {
  const text = String(value)
  if (text.length > length) throw new Error(`${value} has more than ${length} digits`)
  return text.padStart(length, '0')
}
