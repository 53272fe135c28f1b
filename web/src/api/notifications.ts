import type { Http } from './http.ts'
import { pagingQuery } from './paging.ts'
import type { Paging } from './paging.ts'
import type { Notification, Page } from './types.ts'

/** Errors of all: `ApiProblem`. */
export function notificationsApi(http: Http) {
  return {
    /** What came or was joined last first. */
    list: (page: Paging = {}) =>
      http.ask<Page<Notification> & { unread: number }>('/v1/notifications', { query: pagingQuery(page) }),
    /** Everything up to this `place` is read, and nothing that came or was joined later. */
    read: (upTo: string) => http.ask<{ unread: number }>('/v1/notifications/read', { method: 'POST', body: { upTo } }),
  }
}
