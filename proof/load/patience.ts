/** A wait with full jitter that doubles with each failure, short enough for a run of some seconds. */
export function backoffMs(failures: number, firstMs = 50, mostMs = 1500): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(failures, 10)) * (0.1 + 0.9 * Math.random())
}

/** Resolves after the time, or at once when `signal` is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** Resolves with whether it became true before the deadline, a time of `performance.now()` that may move. */
export async function until(isTrue: () => boolean, deadline: number | (() => number)): Promise<boolean> {
  while (!isTrue()) {
    if (performance.now() > (typeof deadline === 'number' ? deadline : deadline())) return false
    await pause(20)
  }
  return true
}
