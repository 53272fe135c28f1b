import type { Person } from '../api/types.ts'

/** Where somebody's page is. */
export function personHref({ username }: Pick<Person, 'username'>): string {
  return `/people/${encodeURIComponent(username)}`
}
