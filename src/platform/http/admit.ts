import { Problem } from '../errors.ts'
import type { Access } from './route.ts'
import { hasRole } from './viewer.ts'
import type { Identity, Viewer } from './viewer.ts'

/**
 * Who comes in through a route with this access. Errors: `not_signed_in`, `session_expired`, `forbidden`.
 * A public route overlooks credentials that are refused: signing in and refreshing must work with an old cookie.
 */
export function admit(access: Access, identity: Identity): Viewer | undefined {
  switch (identity.type) {
    case 'signed_in':
      if (access !== 'public' && !hasRole(identity.viewer, access)) throw new Problem('forbidden')
      return identity.viewer
    case 'refused':
      if (access !== 'public') throw new Problem(identity.code)
      return undefined
    case 'anonymous':
      if (access !== 'public') throw new Problem('not_signed_in')
      return undefined
    default:
      return identity satisfies never
  }
}
