import type { Trouble } from './problem.ts'
import type { NewMessage } from './rooms.ts'
import type { Ack, Notification, Room, ServerFrame, SharedPost } from './types.ts'

/**
 * How a client lives on: the contracts of its socket, its outbox and its stream. All three heal by themselves; who uses them never
 * sees a reconnect, only what happened, each thing once and in order, and how the connection is.
 */

/** `waiting`: cut off, the next try comes in a moment. `refused`: no try until something has changed, see `why`. */
export interface Connection {
  state: 'connecting' | 'open' | 'waiting' | 'refused'
  /** Milliseconds since 1970 of the next try. */
  retryAt?: number
  why?: Refusal
}
/** `outdated`: the server does not understand this client any more, load it anew. */
export type Refusal = 'signed_out' | 'removed' | 'too_many' | 'outdated'

export interface Place {
  epoch: number
  seq: number
}

/** An entry of a room as the socket tells it (docs/protocol.md). `content` is null once it is deleted. */
export type Entry = Omit<Extract<ServerFrame, { type: 'entry' }>, 'type'>

/** What is heard of one room. Entries come in order, each once, without holes: holes are said by `gap`. */
export interface RoomEars {
  /** The subscription stands, at first and after each return: all up to `head` has been told or is in a gap that was told. */
  ready?(room: { epoch: number; head: number; stored: number; isReturn: boolean }): void
  entry?(entry: Entry): void
  /** The buffer began anew: drop what lies above. Own acknowledged messages above it are offered again by the outbox. */
  dropped?(keptUpTo: Place): void
  /**
   * Something was missed: page through REST, `messages(room, { after })`, from behind `from`, the last that was told, up to
   * and with `to`. The entries after it follow.
   */
  gap?(gap: { from: Place; to: Place }): void
  /** The room is in the database up to here. */
  stored?(place: Place): void
  presence?(presence: { count: number; joined: string[]; left: string[] }): void
  typing?(username: string): void
  /** I have read up to here, in another tab or on another device. */
  read?(place: Place): void
  /** The last word: the end is stored, and the subscription is over. */
  closed?(end: { epoch: number; lastSeq: number; receipt: string }): void
  /** The subscription ended, and does not come back by itself. */
  ended?(reason: 'left' | 'kicked' | 'banned' | 'not_found' | 'forbidden'): void
}

export interface RoomSocket {
  readonly connection: Connection
  onConnection(listener: (connection: Connection) => void): () => void
  /** Listens to a room from behind `after` (the newest of the first page) until the answer is called. */
  listen(room: string, ears: RoomEars, after: Place | undefined): () => void
  /**
   * Edits, deletes, reacts: an entry of its own, acknowledged. It is repeated under one id for some seconds, over reconnects too, until it is known what
   * became of it. Errors: `ApiProblem`; `timeout` and `offline` leave it unknown.
   */
  change(frame: RoomChange): Promise<Place>
  /** Says something, one try; the outbox is what tries until it is known. Errors: `ApiProblem`. */
  send(room: string, message: NewMessage): Promise<Ack>
  /** Told at most every two seconds, and dropped when the socket is not open; false: what was typed is sent, or wiped out. */
  typing(room: string, isTyping: boolean): void
  /** I have read up to here. Told a moment later, the newest place alone, and again after a reconnect until it was heard. */
  read(room: string, place: Place): void
  /** This device's clock, set right by what servers said: an id from their future would be refused. Milliseconds since 1970. */
  now(): number
  /**
   * Looks at once whether the connection still stands, and where there is none, tries now: after sleep, when the network came
   * back. A try that has gone without an answer for seconds is given up for it.
   */
  wake(): void
  close(): void
}

export type RoomChange = { room: string; target: string } & (
  | { type: 'edit'; body: string }
  | { type: 'delete' }
  | { type: 'react'; emoji: string; action: 'add' | 'remove' }
)

/** A message of mine from the moment it was written; kept in IndexedDB until it is stored, so that a reload sends it on, once. */
export interface Outgoing {
  room: string
  /** UUIDv7, the same for every try. */
  id: string
  /** Those that wait are sent from the lowest on. */
  turn: number
  body: string
  replyTo?: string
  media?: { id: string; alt?: string }[]
  /** When it was written, by this device's clock: for showing alone. */
  writtenAt: number
  /**
   * `sending`: nobody knows yet; with a `problem`, it is tried again by itself when `retryAfter` is over. `buffered`, `stored`: acknowledged, at
   * `place`. `failed`: not kept, for `problem`. `stored` and `discarded` are the last that is told of a message. An
   * id that was refused for its time is told as `discarded`, and the message as `sending` under another one.
   */
  state: 'sending' | 'buffered' | 'stored' | 'failed' | 'discarded'
  place?: Place
  problem?: { code: Trouble; detail?: string; retryAfter?: number }
}

export interface Outbox {
  /**
   * Takes a message over: from then on it is sent until it is acknowledged or refused, over reloads too. Error: `ApiProblem` `buffer_full`, when too many
   * wait already.
   */
  add(message: Pick<Outgoing, 'room' | 'body' | 'replyTo' | 'media'>): Promise<Outgoing>
  /** Those of a room that are not stored yet, in the order in which they were written; all tabs know the same ones. */
  of(room: string): Promise<Outgoing[]>
  /** Tells each change of any message of a room. */
  onChange(room: string, listener: (message: Outgoing) => void): () => void
  /** Sends a failed one again, with the same id unless that was what was wrong. */
  retry(id: string): Promise<void>
  /** Those of all rooms that were refused, in the order in which they were written: also where one may not come any more. */
  refused(): Promise<Outgoing[]>
  /** Tells each change of any message, of whatever room. */
  onAnyChange(listener: (message: Outgoing) => void): () => void
  /** How many nobody has acknowledged yet, of all rooms: they are on their way, or were refused. */
  waiting(): Promise<number>
  /** Gives a failed one up. */
  discard(id: string): Promise<void>
  /** Forgets everything, as when somebody signs out of a computer that others use. */
  clear(): Promise<void>
  close(): void
}

/** What the stream tells, by name (docs/protocol.md). */
export interface LiveEvents {
  'post.created': { post: SharedPost }
  'post.updated': { post: SharedPost }
  'post.deleted': { post: string }
  'comment.created': { post: string; comment: string; commentCount: number }
  'comment.updated': { post: string; comment: string; commentCount: number }
  'comment.deleted': { post: string; comment: string; commentCount: number }
  'likes.changed': { post: string; likeCount: number }
  'notification.created': { notification: Notification }
  'notification.updated': { notification: Notification }
  'notification.deleted': { ids: string[] }
  'notifications.unread': { unread: number }
  'room.opened': Room
  'room.updated': { id: string } & Partial<Room>
  'room.closed': { id: string; state: 'closing' | 'closed' | 'hidden' }
}
export type Topic = 'timeline' | 'notifications' | 'rooms'

/** One stream for all tabs of a browser: one of them keeps it, the others hear through it, and another takes over when it goes. */
export interface LiveStream {
  readonly connection: Connection
  onConnection(listener: (connection: Connection) => void): () => void
  on<Name extends keyof LiveEvents>(name: Name, listener: (event: LiveEvents[Name]) => void): () => void
  /** Something was missed that cannot be told any more: read anew what these topics show. */
  onGap(listener: (reload: readonly Topic[]) => void): () => void
  /** Where a first page was read (`stream` of a `LivePage`): nothing after it may be missed. */
  joinAt(place: string): void
  wake(): void
  close(): void
}
