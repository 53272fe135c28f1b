import type { AccountId } from '../platform/ids.ts'
import { entitiesOf, tagKey } from './entities.ts'
import type { TimelineParts } from './route-parts.ts'

/** The tags of a text, and those whom it mentions: of all names in it those that are somebody's, by one query. */
export async function findWording(
  parts: Pick<TimelineParts, 'accounts'>,
  text: string,
): Promise<{ tags: string[]; mentions: AccountId[] }> {
  const { tags, names } = entitiesOf(text)
  return { tags, mentions: await parts.accounts.accountsNamed(names) }
}

export function keysOf(tags: readonly string[]): string[] {
  return tags.flatMap((tag) => tagKey(tag) ?? [])
}
