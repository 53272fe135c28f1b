import type { Relations } from '../people/index.ts'
import type { AccountId } from '../platform/ids.ts'
import { entitiesOf, tagKey } from './entities.ts'
import type { TimelineParts } from './route-parts.ts'

/**
 * The tags of a text, and those whom it mentions: of all names in it those that are somebody's, by one query. To its writer the names of
 * people with whom there is a block are nobody's.
 */
export async function findWording(
  parts: Pick<TimelineParts, 'accounts'>,
  text: string,
  writer: Pick<Relations, 'blocked'>,
): Promise<{ tags: string[]; mentions: AccountId[] }> {
  const { tags, names } = entitiesOf(text)
  const named = await parts.accounts.accountsNamed(names)
  return { tags, mentions: named.filter((account) => !writer.blocked.has(account)) }
}

export function keysOf(tags: readonly string[]): string[] {
  return tags.flatMap((tag) => tagKey(tag) ?? [])
}
