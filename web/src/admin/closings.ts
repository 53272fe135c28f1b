import { isFinal } from '../api/closing.ts'
import type { Closing } from '../api/types.ts'

export const states = ['quarantined', 'suspect', 'requested', 'fenced', 'draining', 'verifying', 'sealed'] as const

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
