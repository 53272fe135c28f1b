import type { Closing } from './types.ts'

/** Nothing more happens by itself. */
export function isFinal({ state }: Pick<Closing, 'state'>): boolean {
  return state === 'sealed' || state === 'suspect' || state === 'quarantined'
}

/** How much of the room is stored, between 0 and 1; undefined until it is known how much there is. */
export function shareStored({ stored, lastSeq }: Pick<Closing, 'stored' | 'lastSeq'>): number | undefined {
  return lastSeq === undefined || lastSeq === 0 ? undefined : Math.min(1, stored / lastSeq)
}
