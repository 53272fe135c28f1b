import { z } from 'zod'
import { Problem } from '../platform/errors.ts'
import { nothing, route } from '../platform/http/route.ts'
import type { RequestFacts, Route } from '../platform/http/route.ts'
import { pageOf } from '../platform/http/pages.ts'
import { addressKey } from '../platform/http/rate-limit.ts'
import { sessionId } from './access-tokens.ts'
import { displayName, givenPassword, language, newPassword, username } from './account.ts'
import { accountOf } from './accounts.ts'
import { signIn, signUp } from './credentials.ts'
import { signInKey } from './limits.ts'
import type { RouteParts } from './route-parts.ts'
import { signInByTicket } from './password-tickets.ts'
import { endSessions, refreshSession } from './sessions.ts'
import type { Client, SessionTokens } from './sessions.ts'
import { sessionsOf } from './session-store.ts'
import { presentAccount, presentSession, sessionView, signedInView } from './views.ts'

/** How a client wants to keep its session: a browser in cookies that no script can read, any other in its own hands. */
const tokens = z.enum(['cookie', 'body']).default('cookie').describe('Where the tokens go: cookies, or the answer')

export function sessionRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/accounts',
      summary: 'Sign up, and sign in at once',
      access: 'public',
      problems: ['username_taken'],
      body: z.strictObject({
        username,
        password: newPassword,
        displayName: displayName.optional(),
        language: language.default('ko'),
        tokens,
      }),
      answers: { 201: signedInView },
      async handle(request) {
        const { tokens: place, ...asked } = request.body
        await request.take(parts.limits.signUp, addressKey(request.ip))
        const made = await signUp(parts, { ...asked, displayName: asked.displayName }, clientOf(request))
        return { status: 201, ...(await handOver(parts, made, place, `/v1/people/${asked.username}`)) }
      },
    }),
    route({
      method: 'POST',
      path: '/v1/sessions',
      summary: 'Sign in',
      access: 'public',
      problems: ['bad_credentials'],
      body: z.strictObject({ username: z.string().min(1).max(64), password: givenPassword, tokens }),
      answers: { 201: signedInView },
      async handle(request) {
        const given = { username: request.body.username.toLowerCase(), password: request.body.password }
        await request.take(parts.limits.signIn, signInKey(given.username, request.ip))
        const made = await signIn(parts, given, clientOf(request))
        return { status: 201, ...(await handOver(parts, made, request.body.tokens, `/v1/sessions/${made.session}`)) }
      },
    }),
    route({
      method: 'POST',
      path: '/v1/sessions/by-ticket',
      summary: 'Choose a new password by a ticket of whoever runs the site, end all my sessions, and sign in',
      access: 'public',
      problems: ['bad_credentials'],
      body: z.strictObject({
        ticket: z.string().max(100).describe('What stands behind the # of the link; good once'),
        newPassword,
        tokens,
      }),
      answers: { 201: signedInView },
      async handle(request) {
        const { ticket, newPassword: password, tokens: place } = request.body
        await request.take(parts.limits.byTicket, addressKey(request.ip))
        const given = { ticket, password, requestId: request.requestId }
        const made = await signInByTicket(parts, given, clientOf(request))
        return { status: 201, ...(await handOver(parts, made, place, `/v1/sessions/${made.session}`)) }
      },
    }),
    route({
      method: 'POST',
      path: '/v1/sessions/refresh',
      summary: 'Exchange a refresh token, given in the body or as cookie, for new tokens in the same place',
      access: 'public',
      problems: ['not_signed_in', 'session_expired'],
      body: z.strictObject({ refreshToken: z.string().max(200).optional() }).optional(),
      answers: { 200: signedInView },
      async handle(request) {
        const given = request.body?.refreshToken
        const token = given ?? parts.cookies.refreshToken(request.cookies)
        if (token === undefined) throw new Problem('not_signed_in')
        const made = await refreshSession(parts, token, clientOf(request))
        return { status: 200, ...(await handOver(parts, made, given === undefined ? 'cookie' : 'body')) }
      },
    }),
    route({
      method: 'GET',
      path: '/v1/sessions',
      summary: 'My sessions, last used first; there are never more than a small number',
      access: 'member',
      problems: [],
      answers: { 200: pageOf(sessionView) },
      hasEtag: true,
      async handle({ viewer }) {
        const sessions = await sessionsOf(parts.sql, viewer.account)
        const items = sessions.filter((session) => session.isLiving)
        return { status: 200, body: { items: items.map((item) => presentSession(item, viewer.session)), page: {} } }
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/sessions/current',
      summary: 'Sign out',
      access: 'member',
      problems: [],
      answers: { 204: nothing },
      async handle({ viewer }) {
        await endSessions(parts, { account: viewer.account, sessions: [viewer.session], reason: 'signed_out' })
        return { status: 204, cookies: parts.cookies.remove() }
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/sessions/:id',
      summary: 'End one of my sessions',
      access: 'member',
      problems: ['not_found'],
      params: z.strictObject({ id: sessionId.describe('Id of a session of mine') }),
      answers: { 204: nothing },
      async handle({ viewer, params }) {
        const ended = { account: viewer.account, sessions: [params.id], reason: 'revoked' as const }
        if ((await endSessions(parts, ended)) === 0) throw new Problem('not_found')
        return { status: 204 }
      },
    }),
  ]
}

function clientOf(request: RequestFacts): Client {
  return { userAgent: (request.headers['user-agent'] ?? '').slice(0, 200), address: request.ip }
}

async function handOver(parts: RouteParts, made: SessionTokens, place: 'cookie' | 'body', location?: string) {
  const account = await accountOf(parts, made.account)
  const body = { account: presentAccount(account), session: made.session, expiresInSeconds: made.expiresInSeconds }
  const headers: Record<string, string> = location === undefined ? {} : { location }
  if (place === 'cookie') return { body, headers, cookies: parts.cookies.keep(made) }
  const { accessToken, refreshToken } = made
  return { body: { ...body, tokenType: 'Bearer' as const, accessToken, refreshToken }, headers }
}
