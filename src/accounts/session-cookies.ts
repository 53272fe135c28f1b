import type { SetCookie } from '../platform/http/cookies.ts'
import type { SessionTokens } from './sessions.ts'

/** The two cookies in which a browser keeps a session. */
export interface SessionCookies {
  accessToken(cookies: ReadonlyMap<string, string>): string | undefined
  refreshToken(cookies: ReadonlyMap<string, string>): string | undefined
  keep(tokens: SessionTokens): SetCookie[]
  remove(): SetCookie[]
}

const refreshPath = '/v1/sessions'

export function accessCookieName(publicOrigin: string): string {
  return publicOrigin.startsWith('https:') ? '__Host-madang-access' : 'madang-access'
}

/**
 * On https the names carry `__Host-`, which no other host of the domain can set and which demands `Secure` and the path `/`;
 * on http the refresh token at least goes only where it is used.
 *
 * Both cookies live as long as the session may: an access cookie that outlives its token lets the server tell
 * *session_expired* from *not_signed_in*.
 */
export function createSessionCookies(options: { publicOrigin: string; refreshDays: number }): SessionCookies {
  const isSecure = options.publicOrigin.startsWith('https:')
  const access = accessCookieName(options.publicOrigin)
  const refresh = isSecure ? '__Host-madang-refresh' : 'madang-refresh'
  const cookies = (values: { access: string; refresh: string }, maxAge: number): SetCookie[] => [
    { name: access, value: values.access, path: '/', maxAge, isSecure },
    { name: refresh, value: values.refresh, path: isSecure ? '/' : refreshPath, maxAge, isSecure },
  ]
  return {
    accessToken: (given) => given.get(access) || undefined,
    refreshToken: (given) => given.get(refresh) || undefined,
    keep: (tokens) =>
      cookies({ access: tokens.accessToken, refresh: tokens.refreshToken }, options.refreshDays * 86_400),
    remove: () => cookies({ access: '', refresh: '' }, 0),
  }
}
