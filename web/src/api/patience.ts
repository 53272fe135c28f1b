/** How long who is refused waits: twice as long each time, up to a bound, and never all at the same moment. */
export interface Backoff {
  firstMs: number
  mostMs: number
}

/** Somewhere in the upper half of the doubled wait, so that those who were cut off together do not come back together. */
export function backoffMs({ firstMs, mostMs }: Backoff, failures: number): number {
  const full = Math.min(mostMs, firstMs * 2 ** failures)
  return full / 2 + Math.random() * (full / 2)
}

/** Rejects with the reason of the signal when that comes first. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const timer = setTimeout(done, ms)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    function done(): void {
      signal?.removeEventListener('abort', stop)
      resolve()
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}
