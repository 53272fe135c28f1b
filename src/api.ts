import type { ApiDomain } from './platform/documents/domain.ts'
import type { Route } from './platform/http/route.ts'

/** The parts of the API as its documents divide it, in the order in which they are shown. */
const parts = {
  accounts: 'Signing up and in, sessions and their tokens, one’s own account.',
  people: 'People and what they show of themselves; whom one follows, blocks and mutes.',
  timeline: 'Posts, comments and likes, and the feeds that they are read in.',
  media: 'Pictures: uploaded once, then made part of a post, a message or a profile.',
  notifications: 'What one should learn of: an inbox that is read up to a place.',
  chat: 'Rooms, seats and rules, messages, and the closing of a room with its receipt. Live, all of it goes over the socket.',
  live: 'The stream of events: what happens, as it happens.',
  admin: 'For admins: roles, closings that need somebody, the record of what was done by the power of a role, queues.',
  service: 'Whether a server lives and can take work, and its numbers.',
} as const

export type PartName = keyof typeof parts

/** The routes of all domains, divided so. What is for admins alone is together, whichever domain does it. */
export function apiDomains(routes: Readonly<Record<PartName, readonly Route[]>>): ApiDomain[] {
  const all = Object.entries(routes).flatMap(([name, some]) =>
    some.map((route) => ({ part: route.path.startsWith('/v1/admin/') ? 'admin' : name, route })),
  )
  return Object.entries(parts).map(([name, description]) => ({
    ...{ name, description },
    routes: all.filter(({ part }) => part === name).map(({ route }) => route),
  }))
}
