import { readCookies } from '../platform/http/cookies.ts'
import type { Authenticate, Identity } from '../platform/http/viewer.ts'
import type { Sql } from '../platform/mysql.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { SessionCookies } from './session-cookies.ts'
import { viewerOfSession } from './session-store.ts'

export interface AuthenticationParts {
  sql: Sql
  access: AccessTokens
  cookies: SessionCookies
}

/**
 * Who sends these headers: `Authorization` first, then the cookie. Session and role are read with every request, by two primary
 * keys: what was revoked or granted a moment ago holds, without a cache that would have to hear of it.
 */
export function createAuthenticate(parts: AuthenticationParts): Authenticate {
  return async (headers) => {
    if (headers.authorization !== undefined) return identify(parts, bearerOf(headers.authorization), 'bearer')
    const token = parts.cookies.accessToken(readCookies(headers.cookie))
    return token === undefined ? { type: 'anonymous' } : identify(parts, token, 'cookie')
  }
}

/** Who holds this access token. */
export async function identify(parts: AuthenticationParts, token: string, by: 'cookie' | 'bearer'): Promise<Identity> {
  const answer = await parts.access.verify(token)
  switch (answer.type) {
    case 'valid': {
      const viewer = await viewerOfSession(parts.sql, answer.session)
      return viewer === undefined ? { type: 'refused', code: 'not_signed_in' } : { type: 'signed_in', viewer, by }
    }
    case 'expired':
      return { type: 'refused', code: 'session_expired' }
    case 'invalid':
      return { type: 'refused', code: 'not_signed_in' }
    default:
      return answer satisfies never
  }
}

/** Empty, and so no token, for any other scheme. */
function bearerOf(authorization: string): string {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1] ?? ''
}
