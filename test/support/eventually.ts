/** Resolves when `look` finds something, and rejects when it has not within five seconds. */
export async function eventually<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 5000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > deadline) throw new Error('did not come within five seconds')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
