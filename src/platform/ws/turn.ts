import type { Duplex } from 'node:stream'

/** Streams that were written to in this turn of the event loop. */
let corked: Duplex[] = []

/**
 * Holds back what is written to the stream until the end of this turn, so that it leaves in one system call. One callback lets go of all
 * streams: a room of a thousand listeners must not cost a thousand.
 */
export function holdForThisTurn(stream: Duplex): void {
  if (stream.writableCorked > 0) return
  stream.cork()
  if (corked.push(stream) === 1) process.nextTick(letGo)
}

function letGo(): void {
  const streams = corked
  corked = []
  for (const stream of streams) stream.uncork()
}
