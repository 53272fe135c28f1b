import type { Duplex } from 'node:stream'
import { because } from '../cause.ts'

/** To be told when this turn of the event loop ends. */
let telling: (() => void)[] = []
/** Streams that were written to in this turn. */
let held: Duplex[] = []
let isEndAwaited = false
/** Told at the end by one alone, of whom nobody hears twice: nothing is left to wait for. */
let isOneAlone = false

/**
 * Has something told when all that has come in was looked at, because of nobody. What there is to tell by then can leave as one. `tell` must not throw.
 */
export function atEndOfTurn(tell: () => void): void {
  telling.push(tell)
  awaitEnd()
}

/**
 * Holds back what is written to the stream until the end of the turn, so that it leaves in one system call: an acknowledgement and
 * the entry itself, which come from Redis by two connections, and what several rooms tell. One callback lets go of all streams: a room
 * of a thousand listeners must not cost a thousand.
 */
export function holdForThisTurn(stream: Duplex): void {
  if (isOneAlone || stream.writableCorked > 0) return
  stream.cork()
  held.push(stream)
  awaitEnd()
}

/** Does not hold it any longer, so that what is left in the stream is what the network did not take. */
export function letGoOf(stream: Duplex): void {
  if (stream.writableCorked > 0) stream.uncork()
}

function awaitEnd(): void {
  if (isEndAwaited) return
  isEndAwaited = true
  setImmediate(end)
}

function end(): void {
  const due = telling
  telling = []
  if (due.length > 0) because(undefined, () => tellAll(due))
  const streams = held
  held = []
  isEndAwaited = false
  for (const stream of streams) stream.uncork()
}

function tellAll(due: readonly (() => void)[]): void {
  isOneAlone = due.length === 1
  for (const tell of due) tell()
  isOneAlone = false
}
