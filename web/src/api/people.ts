import type { Http } from './http.ts'
import { pagingQuery } from './paging.ts'
import type { Paging } from './paging.ts'
import type { FoundPerson, ListedPerson, Page, PersonPage } from './types.ts'

/** How I stand to somebody, and what of that can be changed. */
export type Relation = 'follow' | 'block' | 'mute'

/** People, and how I stand to them. Errors of all: `ApiProblem`. */
export function peopleApi(http: Http) {
  const person = (username: string): string => `/v1/people/${encodeURIComponent(username)}`
  const list = (path: string, page: Paging) => http.ask<Page<ListedPerson>>(path, { query: pagingQuery(page) })
  return {
    /** Whose username or name begins with `q`, also while its last syllable is being composed; without it, whom I follow. */
    find: ({ q, ...page }: Paging & { q?: string }, signal?: AbortSignal) =>
      http.ask<Page<FoundPerson>>('/v1/people', {
        query: { q, ...pagingQuery(page) },
        ...(signal === undefined ? {} : { signal }),
      }),
    person: (username: string) => http.ask<PersonPage>(person(username)),
    /** Repeatable. `conflict` when it cannot be, as following whom I block. */
    begin: (relation: Relation, username: string) =>
      http.ask<void>(`${person(username)}/${relation}`, { method: 'PUT' }),
    end: (relation: Relation, username: string) =>
      http.ask<void>(`${person(username)}/${relation}`, { method: 'DELETE' }),
    followers: (username: string, page: Paging = {}) => list(`${person(username)}/followers`, page),
    following: (username: string, page: Paging = {}) => list(`${person(username)}/following`, page),
    blocks: (page: Paging = {}) => list('/v1/me/blocks', page),
    mutes: (page: Paging = {}) => list('/v1/me/mutes', page),
  }
}
