/** Calls once, a moment after the first of those that ask, and never while nobody looks: then as soon as somebody does. */
export function createLater(momentMs: number): (call: () => void) => void {
  return (call) => {
    setTimeout(() => {
      if (document.visibilityState === 'visible') return call()
      document.addEventListener('visibilitychange', call, { once: true })
    }, momentMs)
  }
}
