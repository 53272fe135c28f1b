/** How long to go on trying, and how long to wait between two tries: doubling, with full jitter. */
export interface Backoff {
  firstMs: number
  mostMs: number
}

export const standardBackoff: Backoff = { firstMs: 100, mostMs: 1500 }

export function backoffMs({ firstMs, mostMs }: Backoff, failures: number): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.min(failures, 16))
  return ceiling * (0.2 + 0.8 * Math.random())
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Runs `work` for each item, at most `atOnce` at a time; the first failure is thrown when those under way have ended. */
export async function eachAtOnce<Item>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = Iterator.from(items)
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value)
  }
  const lanes = await Promise.allSettled(Array.from({ length: atOnce }, lane))
  const failed = lanes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** Lets callers pass at a rate, those who wait in the order in which they came. */
export function paceOf(perSecond: number): () => Promise<void> {
  const everyMs = 1000 / perSecond
  let nextAt = performance.now()
  return () => {
    const waitMs = Math.max(0, nextAt - performance.now())
    nextAt = Math.max(nextAt, performance.now()) + everyMs
    return waitMs > 0 ? pause(waitMs) : Promise.resolve()
  }
}
