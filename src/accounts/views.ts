import { z } from 'zod'
import type { AccountId } from '../platform/ids.ts'
import type { Account, Profile } from './account.ts'
import { language, role } from './account.ts'
import type { KeptGrant } from './admin-store.ts'
import type { SessionRow } from './session-store.ts'

/** What leaves through the routes of accounts. */

export const personView = z.strictObject({
  id: z.string(),
  username: z.string(),
  displayName: z.string(),
  picture: z
    .strictObject({ thumb: z.string(), feed: z.string(), full: z.string(), jpeg: z.string() })
    .nullable()
    .describe('Addresses of the same sizes as those of any picture; null: none'),
})

export const accountView = z.strictObject({
  ...personView.shape,
  bio: z.string(),
  area: z.string(),
  role,
  language,
  createdAt: z.iso.datetime({ precision: 3 }),
})

export const sessionView = z.strictObject({
  id: z.uuid(),
  userAgent: z.string(),
  createdAt: z.iso.datetime({ precision: 3 }),
  usedAt: z.iso.datetime({ precision: 3 }).describe('Last sign-in or refresh'),
  isCurrent: z.boolean(),
})

export const signedInView = z.strictObject({
  account: accountView,
  session: z.uuid(),
  expiresInSeconds: z.number().describe('Life of the access token'),
  tokenType: z.literal('Bearer').optional(),
  accessToken: z.string().optional(),
  refreshToken: z.string().optional(),
})

export const heldRoleView = z.strictObject({
  ...personView.shape,
  role,
  createdAt: z.iso.datetime({ precision: 3 }),
})

export const roleHistoryView = z.strictObject({
  ...heldRoleView.shape,
  grants: z
    .array(
      z.strictObject({
        from: role,
        to: role,
        by: personView.nullable().describe('null: nobody with an account'),
        via: z.enum(['admin', 'command', 'seed']),
        at: z.iso.datetime({ precision: 3 }),
      }),
    )
    .describe('Changes of the role, the last first'),
})

/** Written once in the OpenAPI document, under these names. */
z.globalRegistry.add(personView, { id: 'Person' })
z.globalRegistry.add(accountView, { id: 'Account' })
z.globalRegistry.add(sessionView, { id: 'Session' })
z.globalRegistry.add(signedInView, { id: 'SignedIn' })
z.globalRegistry.add(heldRoleView, { id: 'HeldRole' })
z.globalRegistry.add(roleHistoryView, { id: 'RoleHistory' })

export function presentPerson(profile: Profile): z.input<typeof personView> {
  const { id, username, displayName, picture } = profile
  return { id: String(id), username, displayName, picture: picture ?? null }
}

/** Somebody who is gone from the accounts keeps a place without a name. */
export function presentPersonAmong(
  profiles: ReadonlyMap<AccountId, Profile>,
  id: AccountId,
): z.input<typeof personView> {
  return presentPerson(profiles.get(id) ?? { id, username: '', displayName: '', picture: undefined })
}

export function presentAccount(account: Account): z.input<typeof accountView> {
  return {
    ...presentPerson(account),
    bio: account.bio,
    area: account.area,
    role: account.role,
    language: account.language,
    createdAt: account.createdAt.toISOString(),
  }
}

export function presentSession(session: SessionRow, current: string): z.input<typeof sessionView> {
  return {
    id: session.id,
    userAgent: session.userAgent,
    createdAt: session.createdAt.toISOString(),
    usedAt: session.usedAt.toISOString(),
    isCurrent: session.id === current,
  }
}

export function presentHeldRole(account: Account): z.input<typeof heldRoleView> {
  return { ...presentPerson(account), role: account.role, createdAt: account.createdAt.toISOString() }
}

export function presentRoleHistory(
  account: Account,
  grants: readonly KeptGrant[],
  granters: ReadonlyMap<AccountId, Profile>,
): z.input<typeof roleHistoryView> {
  return {
    ...presentHeldRole(account),
    grants: grants.map(({ from, to, by, via, at }) => ({
      ...{ from, to, via, at: at.toISOString() },
      by: by === undefined ? null : presentPersonAmong(granters, by),
    })),
  }
}
