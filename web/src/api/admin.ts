import type { Http } from './http.ts'
import { pagingQuery } from './paging.ts'
import type { Paging } from './paging.ts'
import type { Account, Closing, HeldRole, NamedClosing, Page, RoleHistory } from './types.ts'

/** For admins; `forbidden` for everybody else. Errors of all: `ApiProblem`. */
export function adminApi(http: Http) {
  return {
    /** Who came last first; those with one role, or everybody. */
    people: (page: Paging & { role?: Account['role'] } = {}) =>
      http.ask<Page<HeldRole>>('/v1/admin/people', { query: { ...pagingQuery(page), role: page.role } }),
    /** Somebody with the changes of their role; by name, in any case. */
    person: (username: string) => http.ask<RoleHistory>(`/v1/admin/people/${encodeURIComponent(username)}`),
    /** On record. `conflict` when nobody would be left to grant roles. */
    setRole: (username: string, role: Account['role']) =>
      http.ask<{ username: string; role: Account['role'] }>(`/v1/admin/people/${encodeURIComponent(username)}/role`, {
        method: 'PUT',
        body: { role },
      }),
    /** Newest rooms first. */
    closings: (page: Paging & { state?: Closing['state'] } = {}) =>
      http.ask<Page<NamedClosing>>('/v1/admin/closings', { query: { ...pagingQuery(page), state: page.state } }),
    /** Tries a quarantined closing again. */
    retryClosing: (room: string) =>
      http.ask<Closing>(`/v1/admin/closings/${encodeURIComponent(room)}/retry`, { method: 'POST' }),
  }
}
