/** Whether somebody may be looking at this page. Outside a browser there is nothing to look away from. */
export function isSeen(): boolean {
  return typeof document === 'undefined' || document.visibilityState === 'visible'
}

/** Calls when a connection may have broken, or may stand again, without anybody having been told: the network changed, the device or the page slept. */
export function onWake(wake: () => void): () => void {
  if (typeof document === 'undefined') return () => undefined
  const seen = (): void => {
    if (isSeen()) wake()
  }
  const ended = new AbortController()
  const { signal } = ended
  for (const sign of ['online', 'offline', 'pageshow']) globalThis.addEventListener(sign, wake, { signal })
  document.addEventListener('visibilitychange', seen, { signal })
  return () => ended.abort()
}
