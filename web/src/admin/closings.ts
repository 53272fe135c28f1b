import { isFinal } from '../api/closing.ts'
import type { Closing, Finding, InspectedClosing } from '../api/types.ts'

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

/** Whether its rows are worth looking through. */
export function hasFindings({ state, parked }: Pick<InspectedClosing, 'state' | 'parked'>): boolean {
  return state === 'quarantined' || parked > 0
}

/** What tells one finding from another on a page: of one seq there may be several. */
export function keyOfFinding({ kind, seq, entry }: Finding): string {
  return `${kind}:${seq}:${entry?.epoch ?? ''}`
}

/** What somebody wrote, as far as it can be shown: the text of a message, else the bytes as they are. */
export function shownPayload({ payload, payloadBase64 }: NonNullable<Finding['entry']>): string {
  return textIn(payload) ?? payload ?? payloadBase64 ?? ''
}

function textIn(payload: string | undefined): string | undefined {
  try {
    const content: unknown = JSON.parse(payload ?? '')
    const isMessage = typeof content === 'object' && content !== null && 'body' in content
    return isMessage && typeof content.body === 'string' ? content.body : undefined
  } catch {
    return undefined
  }
}
