import { randomBytes } from 'node:crypto'
import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { insertAccounts } from './bulk-store.ts'
import type { Language } from './account.ts'
import { Passwords } from './passwords.ts'

/** Many accounts at once, for the seed command. */

export { accountsStartingWith, countOtherAccounts, accountIdsNamed } from './bulk-store.ts'

export interface BulkMember {
  username: string
  displayName: string
  language: Language
}

/** One hash for all, since a thousand take a minute. Without a password nobody can sign in as them. */
export async function hashForMany(password: string | undefined): Promise<string> {
  const passwords = new Passwords({ atOnce: 1, mostWaiting: 1 })
  return passwords.hash(password ?? randomBytes(32).toString('base64'))
}

/** Ids in the order of the members. */
export async function insertMembers(
  trx: Sql,
  members: readonly BulkMember[],
  passwordHash: string,
): Promise<AccountId[]> {
  return insertAccounts(
    trx,
    members.map((member) => ({ ...member, role: 'member', password: passwordHash })),
  )
}
