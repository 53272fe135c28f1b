import { patienceMs } from './patience.ts'

/** Resolves when `look` finds something, and rejects when it has not within the time. */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = patienceMs,
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > deadline) throw new Error(`did not come within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
