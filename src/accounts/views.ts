import { z } from 'zod'
import type { Account, Profile } from './account.ts'
import { language, role } from './account.ts'
import type { SessionRow } from './session-store.ts'

/** What leaves through the routes of accounts. */

export const personView = z.strictObject({
  id: z.string(),
  username: z.string(),
  displayName: z.string(),
})

export const accountView = z.strictObject({
  ...personView.shape,
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

export function presentPerson(profile: Profile): z.input<typeof personView> {
  return { id: String(profile.id), username: profile.username, displayName: profile.displayName }
}

export function presentAccount(account: Account): z.input<typeof accountView> {
  return {
    ...presentPerson(account),
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
