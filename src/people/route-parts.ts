import { z } from 'zod'
import { username } from '../accounts/index.ts'
import type { Accounts, Person } from '../accounts/index.ts'
import { Problem } from '../platform/errors.ts'
import type { Limit } from '../platform/http/rate-limit.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { ChangeParts } from './changes.ts'
import type { PictureParts } from './pictures.ts'
import type { SearchParts } from './search.ts'
import { relationBetween } from './store.ts'
import type { Relation } from './store.ts'

/** What the routes of people are wired with. */
export interface RouteParts extends ChangeParts {
  sql: Sql
  accounts: Pick<Accounts, 'profiles' | 'findByUsername'> & PictureParts['accounts'] & SearchParts['accounts']
  media: PictureParts['media']
  /** Of changes between people. */
  changeLimit: Limit
  searchLimit: Limit
}

export const personParams = z.strictObject({ username })

export async function existingPerson(parts: RouteParts, name: string): Promise<Person> {
  const person = await parts.accounts.findByUsername(name)
  if (person === undefined) throw new Problem('not_found')
  return person
}

/** Somebody as I may look at them. Error: `not_found`, the same for nobody and for who blocks me; I still see whom I block. */
export async function visiblePerson(
  parts: RouteParts,
  me: AccountId,
  name: string,
): Promise<{ person: Person; relation: Relation }> {
  const person = await existingPerson(parts, name)
  const relation = await relationBetween(parts.sql, me, person.id)
  if (relation.blocksMe) throw new Problem('not_found')
  return { person, relation }
}
