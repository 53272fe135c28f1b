import type { Http } from './http.ts'
import { pagingQuery } from './paging.ts'
import type { Paging } from './paging.ts'
import type { Ban, Invitation, Member, Page, Person } from './types.ts'

/** Who is in a room, who is asked in, who is kept out. `room` is the path of a room. */
export function roomPeople(http: Http, room: (id: string) => string) {
  const named = (id: string, list: string, username: string): string =>
    `${room(id)}/${list}/${encodeURIComponent(username)}`
  return {
    /** Takes a seat; who has one keeps it. Errors: `room_full`, `room_closed`, `not_found`. */
    join: (id: string) => http.ask<{ room: string; standing: 'in' }>(`${room(id)}/members/me`, { method: 'PUT' }),
    leave: (id: string) => http.ask<void>(`${room(id)}/members/me`, { method: 'DELETE' }),
    members: (id: string, page: Paging = {}) =>
      http.ask<Page<Member>>(`${room(id)}/members`, { query: pagingQuery(page) }),
    /** Who is connected now: how many, and at most 200 of them by name. */
    peopleNow: (id: string) => http.ask<{ count: number; items: Person[] }>(`${room(id)}/people`),
    kick: (id: string, username: string) => http.ask<void>(named(id, 'members', username), { method: 'DELETE' }),
    /** Lets a member speak where only mentors may. */
    giveWord: (id: string, username: string) =>
      http.ask<void>(`${named(id, 'members', username)}/word`, { method: 'PUT' }),
    takeWord: (id: string, username: string) =>
      http.ask<void>(`${named(id, 'members', username)}/word`, { method: 'DELETE' }),
    bans: (id: string, page: Paging = {}) => http.ask<Page<Ban>>(`${room(id)}/bans`, { query: pagingQuery(page) }),
    ban: (id: string, username: string) => http.ask<void>(named(id, 'bans', username), { method: 'PUT' }),
    unban: (id: string, username: string) => http.ask<void>(named(id, 'bans', username), { method: 'DELETE' }),
    invitations: (id: string, page: Paging = {}) =>
      http.ask<Page<Invitation>>(`${room(id)}/invitations`, { query: pagingQuery(page) }),
    invite: (id: string, username: string) =>
      http.ask<{ room: string; username: string }>(`${room(id)}/invitations`, { method: 'POST', body: { username } }),
    /** Takes one back; of my own name, declines it. */
    uninvite: (id: string, username: string) =>
      http.ask<void>(named(id, 'invitations', username), { method: 'DELETE' }),
  }
}
