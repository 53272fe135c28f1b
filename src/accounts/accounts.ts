import { Problem } from '../platform/errors.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { username } from './account.ts'
import type { Account, Person } from './account.ts'
import { withPicture } from './pictures.ts'
import type { PictureUrlsOf } from './pictures.ts'
import { accountById, accountByUsername } from './store.ts'

export interface AccountParts {
  sql: Sql
  pictureUrls: PictureUrlsOf | undefined
}

/** Error: `not_signed_in`, when the account went while its owner was on the way. */
export async function accountOf(parts: AccountParts, id: AccountId): Promise<Account> {
  const stored = await accountById(parts.sql, id)
  if (stored === undefined) throw new Problem('not_signed_in')
  return withPicture(parts.pictureUrls, stored)
}

/** By name in any case. */
export async function personNamed(parts: AccountParts, name: string): Promise<Person | undefined> {
  const read = username.safeParse(name)
  // What nobody can be called is nobody; the database would refuse to compare some of it.
  const stored = read.success ? await accountByUsername(parts.sql, read.data) : undefined
  return stored && withPicture(parts.pictureUrls, stored)
}
