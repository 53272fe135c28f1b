import { z } from 'zod'
import { Problem } from '../platform/errors.ts'
import { idCursor, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Profile } from './account.ts'
import { role, username } from './account.ts'
import { accountsWithRole, grantsOf } from './admin-store.ts'
import { withPicture } from './pictures.ts'
import { grantRole } from './roles.ts'
import type { RouteParts } from './route-parts.ts'
import { accountByUsername } from './store.ts'
import { heldRoleView, presentHeldRole, presentRoleHistory, roleHistoryView } from './views.ts'

const mostGrants = 50

/** `profiles` are those that every part of the server shares. */
export type AdminRouteParts = RouteParts & { profiles(ids: Iterable<AccountId>): Promise<Map<AccountId, Profile>> }

export function adminRoutes(parts: AdminRouteParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/admin/people',
      summary: 'People with their roles, or those with one role, who came last first',
      access: 'admin',
      problems: [],
      query: z.strictObject({
        limit: pageLimit,
        cursor: idCursor<AccountId>(),
        role: role.optional().describe('Only those with this one'),
      }),
      answers: { 200: pageOf(heldRoleView) },
      async handle({ query, target }) {
        const page = { before: query.cursor, limit: query.limit + 1 }
        const { items, last } = pageFrom(await accountsWithRole(parts.sql, query.role, page), query.limit)
        const views = items.map((stored) => presentHeldRole(withPicture(parts.pictureUrls, stored)))
        return pageAnswer(target, views, { next: last?.id })
      },
    }),
    route({
      method: 'GET',
      path: '/v1/admin/people/:username',
      summary: `A person with their role, and the last ${mostGrants} changes of it. No block keeps anybody from an admin`,
      access: 'admin',
      problems: ['not_found'],
      params: z.strictObject({ username }),
      answers: { 200: roleHistoryView },
      async handle({ params }) {
        const stored = await accountByUsername(parts.sql, params.username)
        if (stored === undefined) throw new Problem('not_found')
        const grants = await grantsOf(parts.sql, stored.id, mostGrants)
        const granters = await parts.profiles(grants.flatMap(({ by }) => by ?? []))
        return { status: 200, body: presentRoleHistory(withPicture(parts.pictureUrls, stored), grants, granters) }
      },
    }),
    route({
      method: 'PUT',
      path: '/v1/admin/people/:username/role',
      summary: 'Give a person a role, on record; the last admin stays admin',
      access: 'admin',
      problems: ['not_found', 'conflict'],
      params: z.strictObject({ username }),
      body: z.strictObject({ role }),
      answers: { 200: z.strictObject({ username: z.string(), role }) },
      async handle({ viewer, params, body, requestId }) {
        await grantRole(parts, { ...params, ...body, by: viewer.account, via: 'admin', requestId })
        return { status: 200, body: { username: params.username, role: body.role } }
      },
    }),
  ]
}
