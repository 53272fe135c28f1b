import type { Closing } from '../api/types.ts'

export const states = ['quarantined', 'suspect', 'requested', 'fenced', 'draining', 'verifying', 'sealed'] as const

/** Nothing more happens by itself. */
export function isFinal({ state }: Pick<Closing, 'state'>): boolean {
  return state === 'sealed' || state === 'suspect' || state === 'quarantined'
}

/** How much of the room is stored, between 0 and 1; undefined until it is known how much there is. */
export function shareStored({ stored, lastSeq }: Pick<Closing, 'stored' | 'lastSeq'>): number | undefined {
  return lastSeq === undefined || lastSeq === 0 ? undefined : Math.min(1, stored / lastSeq)
}

/** What is shown, with what was read anew in its place; a list that shows one state alone keeps who has left it until it is read anew. */
export function withFresh<One extends Closing>(shown: readonly One[], fresh: readonly Closing[]): One[] {
  const known = new Map(fresh.map((closing) => [closing.room, closing]))
  return shown.map((one) => ({ ...one, ...known.get(one.room) }))
}

/** The rooms that are worth asking about again: those that still move, a page of them at most. */
export function unfinished(shown: readonly Closing[]): string[] {
  return shown
    .filter((closing) => !isFinal(closing))
    .slice(0, mostAsked)
    .map(({ room }) => room)
}

const mostAsked = 10
