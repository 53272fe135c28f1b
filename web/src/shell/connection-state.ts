import type { Connection } from '../api/live.ts'

/** How the page is connected, as people are told. `limited`: it works, but nothing comes by itself. `removed`: the server ended it. */
export type Link = 'open' | 'offline' | 'reconnecting' | 'limited' | 'removed' | 'outdated'

/**
 * One state of several connections: the worst that is true. `connecting` at first is no news, so it counts as open; who is signed out is
 * told so elsewhere.
 */
export function linkOf(isOnline: boolean, connections: readonly Connection[]): Link {
  if (!isOnline) return 'offline'
  const refusals = connections.flatMap(({ state, why }) => (state === 'refused' && why !== undefined ? [why] : []))
  if (refusals.includes('outdated')) return 'outdated'
  if (refusals.includes('removed')) return 'removed'
  if (refusals.includes('too_many')) return 'limited'
  return connections.some(({ state }) => state === 'waiting') ? 'reconnecting' : 'open'
}
