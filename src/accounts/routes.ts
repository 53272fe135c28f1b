import { z } from 'zod'
import { nothing, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { area, bio, displayName, givenPassword, language, newPassword } from './account.ts'
import { adminRoutes } from './admin-routes.ts'
import type { AdminRouteParts } from './admin-routes.ts'
import { accountOf } from './accounts.ts'
import { changePassword } from './credentials.ts'
import { signInKey } from './limits.ts'
import type { RouteParts } from './route-parts.ts'
import { sessionRoutes } from './session-routes.ts'
import { updateAccount } from './store.ts'
import { issueTicket, ticketSeconds } from './tickets.ts'
import { accountView, presentAccount } from './views.ts'

export function accountRoutes(parts: AdminRouteParts): Route[] {
  return [...sessionRoutes(parts), ...ownRoutes(parts), ...adminRoutes(parts)]
}

function ownRoutes(parts: RouteParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/me',
      summary: 'My account',
      access: 'member',
      problems: [],
      hasEtag: true,
      answers: { 200: accountView },
      async handle({ viewer }) {
        return { status: 200, body: presentAccount(await accountOf(parts, viewer.account)) }
      },
    }),
    route({
      method: 'PATCH',
      path: '/v1/me',
      summary: 'Change what is given of my profile',
      access: 'member',
      problems: [],
      body: z.strictObject({
        displayName: displayName.optional(),
        bio: bio.optional(),
        area: area.optional(),
        language: language.optional(),
      }),
      answers: { 200: accountView },
      async handle({ viewer, body }) {
        await updateAccount(parts.sql, viewer.account, body)
        await parts.announce({ type: 'profile', account: viewer.account })
        return { status: 200, body: presentAccount(await accountOf(parts, viewer.account)) }
      },
    }),
    route({
      method: 'PUT',
      path: '/v1/me/password',
      summary: 'Change my password and end my other sessions',
      access: 'member',
      problems: ['conflict'],
      body: z.strictObject({ currentPassword: givenPassword, newPassword }),
      answers: { 204: nothing },
      async handle(request) {
        const { viewer, body } = request
        await request.take(parts.limits.signIn, signInKey(viewer.username, request.ip))
        await changePassword(parts, viewer, { current: body.currentPassword, next: body.newPassword })
        return { status: 204 }
      },
    }),
    route({
      method: 'POST',
      path: '/v1/socket-tickets',
      summary:
        'A ticket that opens one WebSocket, once and soon, for clients that can send neither cookie nor header with it',
      access: 'member',
      problems: [],
      answers: { 200: z.strictObject({ ticket: z.string(), expiresInSeconds: z.number() }) },
      async handle({ viewer }) {
        const ticket = await issueTicket(parts.redis, viewer.session)
        return { status: 200, body: { ticket, expiresInSeconds: ticketSeconds } }
      },
    }),
  ]
}
