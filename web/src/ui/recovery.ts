import { useEffect, useRef } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { Tries } from './tries.ts'

/** What nobody answered is asked for again by itself: when the site can be reached again, and every few seconds, since a server may be there that cannot answer. */

/** Those that end with an outage: no answer came, or none in time, or a server said that it could not. */
const passing: ReadonlySet<string> = new Set(['offline', 'timeout', 'unavailable'])

const waiting = new Set<() => void>()
const tries = new Tries(document)

/** The site can be reached again. Who knows that stands above: the shell says it. */
export function tellRecovery(): void {
  tries.forgive()
  for (const again of [...waiting]) again()
}

/** While `problem` is one that passes, `again` is called when the site can be reached again, and once in a while: it has to end in no problem, or in another one. */
export function useRecovery(problem: unknown, again: (() => void) | undefined): void {
  const isPassing = again !== undefined && problem instanceof ApiProblem && passing.has(problem.code)
  const latest = useRecoveryOf(isPassing, again)
  useEffect(() => {
    // A device without a network tells when it has one.
    if (!isPassing || !navigator.onLine) return undefined
    return tries.later(() => latest.current?.(), problem.retryAfter)
  }, [isPassing, problem, latest])
}

/** The first of the two for what only knows that it failed, and not why. */
export function useRecoveryOf(isWaiting: boolean, again: (() => void) | undefined) {
  const latest = useRef(again)
  latest.current = again
  useEffect(() => {
    if (!isWaiting) return undefined
    const call = (): void => latest.current?.()
    waiting.add(call)
    return () => void waiting.delete(call)
  }, [isWaiting])
  return latest
}
