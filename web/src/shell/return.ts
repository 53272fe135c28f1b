/** Focus and visibility come together as a rule: that is one return. */
const onceInMs = 1000

/** Calls when somebody comes back to the page: from another tab, another window, or by the browser's back. Answers how to stop. */
export function onReturn(look: () => void): () => void {
  const ended = new AbortController()
  const { signal } = ended
  let lookedAt = -Infinity
  const returned = (): void => {
    if (document.hidden || performance.now() - lookedAt < onceInMs) return
    lookedAt = performance.now()
    look()
  }
  document.addEventListener('visibilitychange', returned, { signal })
  for (const sign of ['focus', 'pageshow']) addEventListener(sign, returned, { signal })
  return () => ended.abort()
}
