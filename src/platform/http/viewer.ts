import type { IncomingHttpHeaders } from 'node:http'
import type { AccountId, SessionId } from '../ids.ts'

/** From least to most: each role may do what those before it may. */
export const roles = ['member', 'mentor', 'admin'] as const
export type Role = (typeof roles)[number]

/** Who is at the door: all that the doors know of accounts. */
export interface Viewer {
  account: AccountId
  session: SessionId
  username: string
  role: Role
}

/** What a request says about its sender. `refused` credentials are wrong or too old; public routes overlook them. */
export type Identity =
  | { type: 'anonymous' }
  | { type: 'signed_in'; viewer: Viewer; by: 'cookie' | 'bearer' }
  | { type: 'refused'; code: 'not_signed_in' | 'session_expired' }

/** Passed in by the composition root. Rejects only when it cannot be known who is there. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Identity>

export function hasRole(viewer: Viewer, least: Role): boolean {
  return roles.indexOf(viewer.role) >= roles.indexOf(least)
}
