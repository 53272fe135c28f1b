import type { Entry } from './entry.ts'
import { formatPlace } from './entry.ts'

const nothing = Buffer.alloc(0)

/**
 * Entries as they read once `later` is known: what an entry of `later` erases is emptied, and so is what amends it. The flush does
 * the same to the rows (`eraseTargets`); until then readers must.
 */
export function withoutErased(entries: readonly Entry[], later: readonly Entry[]): Entry[] {
  const erased = new Set(
    later.flatMap(({ erases, target }) => (erases && target !== undefined ? formatPlace(target) : [])),
  )
  const isErased = (entry: Entry): boolean =>
    !entry.erases &&
    (erased.has(formatPlace(entry)) || (entry.target !== undefined && erased.has(formatPlace(entry.target))))
  return entries.map((entry) => (isErased(entry) ? { ...entry, payload: nothing } : entry))
}
