/** Asks `isTrue` again and again until it says yes; `undefined` from `endedEarly` means that there is still hope. */
export async function waitFor(options: {
  isTrue: () => Promise<boolean>
  withinMs: number
  everyMs?: number
  endedEarly?: Promise<string>
}): Promise<'yes' | 'too late' | { ended: string }> {
  let ended: string | undefined
  options.endedEarly?.then((how) => (ended = how)).catch(() => undefined)
  const deadline = performance.now() + options.withinMs
  while (performance.now() < deadline) {
    if (await options.isTrue()) return 'yes'
    if (ended !== undefined) return { ended }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 30))
  }
  return 'too late'
}
