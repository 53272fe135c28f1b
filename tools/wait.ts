/** Asks `isTrue` again and again until it says yes, the process behind it has ended, or nobody wants to know any more. */
export async function waitFor(options: {
  isTrue: () => Promise<boolean>
  withinMs: number
  everyMs?: number
  endedEarly?: Promise<string>
  isAbandoned?: () => boolean
}): Promise<'yes' | 'too late' | 'abandoned' | { ended: string }> {
  let ended: string | undefined
  options.endedEarly?.then((how) => (ended = how)).catch(() => undefined)
  const deadline = performance.now() + options.withinMs
  while (performance.now() < deadline) {
    if (await options.isTrue()) return 'yes'
    if (options.isAbandoned?.()) return 'abandoned'
    if (ended !== undefined) return { ended }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 30))
  }
  return 'too late'
}
