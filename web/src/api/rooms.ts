import type { Http } from './http.ts'
import { pagingQuery } from './paging.ts'
import type { Paging } from './paging.ts'
import { roomPapers } from './room-papers.ts'
import { roomPeople } from './room-people.ts'
import type { Ack, MessagePage, MyRoom, Page, Room, RoomAndMe } from './types.ts'

/** What a mentor says of a room. */
export interface RoomSettings {
  name: string
  topic: string
  /** For people beside the mentor. */
  seats: number
  entry: Room['entry']
  speak: Room['speak']
  /** 0 to 3600. */
  slowModeSeconds: number
}
export type NewRoom = Pick<RoomSettings, 'name' | 'seats'> & Partial<RoomSettings>

/** What is said, with an id that the sender makes (`uuidv7`), the same for every try. */
export interface NewMessage {
  id: string
  body: string
  /** `epoch:seq` */
  replyTo?: string
  media?: { id: string; alt?: string }[]
}

/** Either way from a place (`epoch:seq`), or without one the newest. */
export type MessageRange = ({ before?: string } | { after: string }) & { limit?: number }

/** Rooms, who is in them, what is said in them, and their end. Errors of all: `ApiProblem`. */
export function roomsApi(http: Http) {
  const room = (id: string): string => `/v1/rooms/${encodeURIComponent(id)}`
  return {
    ...roomPeople(http, room),
    ...roomPapers(http, room),
    list: (page: Paging & { kind?: Room['kind'] } = {}) =>
      http.ask<Page<Room>>('/v1/rooms', { query: { ...pagingQuery(page), kind: page.kind } }),
    mine: (page: Paging & { state?: 'open' | 'closed' } = {}) =>
      http.ask<Page<MyRoom>>('/v1/me/rooms', { query: { ...pagingQuery(page), state: page.state } }),
    one: (id: string) => http.ask<RoomAndMe>(room(id)),
    open: (settings: NewRoom, idempotencyKey: string) =>
      http.ask<Room>('/v1/rooms', { method: 'POST', body: settings, idempotencyKey }),
    change: (id: string, settings: Partial<RoomSettings>) =>
      http.ask<Room>(room(id), { method: 'PATCH', body: settings }),
    /** Oldest first. */
    messages: (id: string, range: MessageRange = {}) =>
      http.ask<MessagePage>(`${room(id)}/messages`, { query: { ...range } }),
    /** For who has no socket. The outcome after `offline`, `timeout` and `unavailable` is unknown: send it again with the same id. */
    send: (id: string, message: NewMessage) => http.ask<Ack>(`${room(id)}/messages`, { method: 'POST', body: message }),
  }
}
