import type { Connection } from '../api/live.ts'

/**
 * How the page is connected, as people are told. `limited`: it works, but nothing comes by itself. `removed`: the server ended it. `missing`:
 * the part of the program that connects it did not come.
 */
export type Link = 'open' | 'offline' | 'reconnecting' | 'limited' | 'removed' | 'outdated' | 'missing'

/** A connection as it has been heard to be, and whether it is lost: from its end until another one stands, however often that is tried. */
export interface HeardConnection extends Connection {
  isLost: boolean
}

/** What is to be told of a connection, after what was heard of it before. */
export function heardAfter(before: HeardConnection | undefined, now: Connection): HeardConnection {
  const isLost = now.state === 'waiting' || (now.state === 'connecting' && before?.isLost === true)
  return { ...now, isLost }
}

/**
 * One state of several connections: the worst that is true. The first `connecting` is no news, so it counts as open; who is signed out is
 * told so elsewhere.
 */
export function linkOf(page: { isOnline: boolean; isMissing: boolean }, connections: readonly HeardConnection[]): Link {
  if (!page.isOnline) return 'offline'
  if (page.isMissing) return 'missing'
  const refusals = connections.flatMap(({ state, why }) => (state === 'refused' && why !== undefined ? [why] : []))
  if (refusals.includes('outdated')) return 'outdated'
  if (refusals.includes('removed')) return 'removed'
  if (refusals.includes('too_many')) return 'limited'
  return connections.some(({ isLost }) => isLost) ? 'reconnecting' : 'open'
}
