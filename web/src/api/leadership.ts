/**
 * One of all tabs does what must be done once. It leads until it goes; then the next one does, at once, whether the first was closed, crashed
 * or was put to sleep for good. Where there are no Web Locks, every tab leads: what they do together must be harmless, if wasteful.
 */
export function lead(name: string, begin: () => void): () => void {
  const ended = new AbortController()
  if (!('locks' in navigator)) {
    begin()
    return () => undefined
  }
  const held = Promise.withResolvers<void>()
  const led = navigator.locks.request(name, { signal: ended.signal }, () => {
    if (ended.signal.aborted) return undefined
    begin()
    return held.promise
  })
  // Who left while waiting for its turn never had it.
  led.catch(() => undefined)
  return () => {
    ended.abort()
    held.resolve()
  }
}
