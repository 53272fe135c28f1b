export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

const pollMs = 25

/** Waits for something to become true; goes on without it in the end, since in a mutant it may never. */
export async function until(isTrue: () => Promise<boolean> | boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) return false
    await pause(pollMs)
  }
  return true
}
