import type { AccountId, RoomId } from '../platform/ids.ts'

/**
 * Kinds of acts that are on record: what somebody did by the power of a role, or of running the site, to what is not their own. What people do with their own is
 * nobody's business, and what is said in a room is on record in the room itself.
 */
export const actions = [
  'role.granted',
  'password.ticket_given',
  'password.ticket_used',
  'member.kicked',
  'member.banned',
  'member.unbanned',
  'room.changed',
  'room.closed',
  'post.deleted',
  'comment.deleted',
  'closing.retried',
  'closing.accepted',
  'job.retried',
  'files.given_up',
] as const
export type Action = (typeof actions)[number]

export const ways = ['api', 'command', 'seed'] as const

/** Who did it: an account, or nobody with one. */
export interface Actor {
  account: AccountId | undefined
  via: (typeof ways)[number]
  requestId?: string | undefined
}

/** Short values that say more of an act: never what somebody wrote to others, never a secret. */
export type Facts = Readonly<Record<string, string | number | boolean>>

export interface Act {
  action: Action
  /** Whom it concerns. */
  account?: AccountId | undefined
  room?: RoomId | undefined
  /** What else it was done to, such as `post:12`. ASCII, 100 characters at most. */
  subject?: string | undefined
  facts?: Facts
}

/** An act as it is kept. */
export interface KeptAct extends Act {
  id: number
  at: Date
  by: Actor
  facts: Facts
}
