import { useEffect, useRef } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'

/** What nobody answered is asked for again by itself when the site can be reached again. */

/** Those that end with an outage: no answer came, or none in time, or a server said that it could not. */
const passing: ReadonlySet<string> = new Set(['offline', 'timeout', 'unavailable'])

const waiting = new Set<() => void>()

/** The site can be reached again. Who knows that stands above: the shell says it. */
export function tellRecovery(): void {
  for (const again of [...waiting]) again()
}

/** While `problem` is one that passes, `again` is called when the site can be reached again. */
export function useRecovery(problem: unknown, again: (() => void) | undefined): void {
  useRecoveryOf(again !== undefined && problem instanceof ApiProblem && passing.has(problem.code), again)
}

/** The same for what only knows that it failed, and not why. */
export function useRecoveryOf(isWaiting: boolean, again: (() => void) | undefined): void {
  const latest = useRef(again)
  latest.current = again
  useEffect(() => {
    if (!isWaiting) return undefined
    const call = (): void => latest.current?.()
    waiting.add(call)
    return () => void waiting.delete(call)
  }, [isWaiting])
}
