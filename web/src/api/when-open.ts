import type { LiveStream } from './live.ts'

/**
 * Calls `read` as soon as the stream is open, which may be now, and at most once. An open stream tells everything that happens from then on: what is read
 * then is complete, while between an earlier reading and the opening something may have happened that nobody tells. Answers how to stop waiting.
 */
export function whenOpen(stream: Pick<LiveStream, 'connection' | 'onConnection'>, read: () => void): () => void {
  if (stream.connection.state === 'open') {
    read()
    return () => undefined
  }
  const stop = stream.onConnection(({ state }) => {
    if (state !== 'open') return
    stop()
    read()
  })
  return stop
}
