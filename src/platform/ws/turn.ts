import type { Duplex } from 'node:stream'

/** Streams that were written to in this turn of the event loop. */
let corked: Duplex[] = []

/**
 * Holds back what is written to the stream until all that has come in was looked at, so that it leaves in one system call: an acknowledgement and
 * the entry itself, which come from Redis by two connections, and the batches of both servers. One callback lets go of all streams: a room
 * of a thousand listeners must not cost a thousand.
 */
export function holdForThisTurn(stream: Duplex): void {
  if (stream.writableCorked > 0) return
  stream.cork()
  if (corked.push(stream) === 1) setImmediate(letGo)
}

/** Does not hold it any longer, so that what is left in the stream is what the network did not take. */
export function letGoOf(stream: Duplex): void {
  if (stream.writableCorked > 0) stream.uncork()
}

function letGo(): void {
  const streams = corked
  corked = []
  for (const stream of streams) stream.uncork()
}
