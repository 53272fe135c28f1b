import type { Http } from './http.ts'
import { pagingQuery } from './paging.ts'
import type { Paging } from './paging.ts'
import type { Query } from './http.ts'
import type {
  Account,
  Act,
  Closing,
  FailedJob,
  Finding,
  HeldRole,
  InspectedClosing,
  NamedClosing,
  Page,
  Queue,
  RoleHistory,
} from './types.ts'

/** Which acts; all of what is given must be so. Times as ISO 8601. */
export interface WantedActs {
  /** Username of who did it. */
  actor?: string | undefined
  /** Username of whom it concerns. */
  person?: string | undefined
  room?: string | undefined
  action?: Act['action'] | undefined
  since?: string | undefined
  until?: string | undefined
}

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
    /** Newest rooms first. `accepted`: of the quarantined ones those that somebody lets be, or the others. */
    closings: (page: Paging & { state?: Closing['state']; accepted?: 'yes' | 'no' } = {}) =>
      http.ask<Page<NamedClosing>>('/v1/admin/closings', {
        query: { ...pagingQuery(page), state: page.state, accepted: page.accepted },
      }),
    closing: (room: string) => http.ask<InspectedClosing>(closing(room)),
    /** A page may be empty and not be the last. */
    findings: (room: string, page: Paging = {}) =>
      http.ask<Page<Finding>>(`${closing(room)}/findings`, { query: pagingQuery(page) }),
    /** Everything that is kept of a closed room, as NDJSON. */
    evidence: (room: string) => http.fetch(`${closing(room)}/evidence`, { accept: 'application/x-ndjson' }),
    /** Tries a quarantined closing again, or one that is under way at once. */
    retryClosing: (room: string) => http.ask<Closing>(`${closing(room)}/retry`, { method: 'POST' }),
    /** Lets a quarantined closing be, on record. */
    acceptQuarantine: (room: string, note: string) =>
      http.ask<InspectedClosing>(`${closing(room)}/acceptance`, { method: 'PUT', body: { note } }),
    queues: () => http.ask<{ items: Queue[]; board: string | null }>('/v1/admin/queues'),
    /** The newest first. */
    failedJobs: (queue: string, page: Paging = {}) =>
      http.ask<Page<FailedJob>>(`${queuePath(queue)}/failed`, { query: pagingQuery(page) }),
    /** Errors: `not_found` once the job is gone, `conflict` when it waits already. */
    retryJob: (queue: string, job: string) =>
      http.ask<undefined>(`${queuePath(queue)}/failed/${encodeURIComponent(job)}/retry`, { method: 'POST' }),
    /** The newest first. Error: `not_found`, for a name that nobody has. */
    acts: ({ cursor, limit, ...wanted }: Paging & WantedActs = {}) =>
      http.ask<Page<Act>>('/v1/admin/audit', { query: { ...pagingQuery({ cursor, limit }), ...wanted } }),
    /** All of them, an act a line. */
    exportActs: (wanted: WantedActs) =>
      http.fetch('/v1/admin/audit/export', { accept: 'application/x-ndjson', query: { ...wanted } satisfies Query }),
  }
}

function closing(room: string): string {
  return `/v1/admin/closings/${encodeURIComponent(room)}`
}

function queuePath(name: string): string {
  return `/v1/admin/queues/${encodeURIComponent(name)}`
}
