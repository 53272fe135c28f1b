/**
 * What the clients of a run did and saw: one line each, appended as it happens and never changed. This is all that the checker
 * believes of the clients' side. Times are microseconds of the host's monotonic clock (`now()`), one clock for all processes.
 */
export type Line = Operation | Sight | Incident

/** A call from its beginning to its end. */
export type Operation = Send | Close | Seat | Post | Upload | Like

/** ok: answered so. fail: definitely not done. unknown: a time-out, a lost connection, a 5xx: perhaps done, perhaps later. */
export type Outcome = 'ok' | 'fail' | 'unknown'

interface Call {
  /** Name of the client process or connection that called, unique in a run. */
  client: string
  /** Username of who called. */
  by: string
  began: number
  /** Undefined while nobody knows how it ended: the run ended first. */
  ended: number | undefined
  outcome: Outcome
  /** Problem code, or what the transport said. */
  code?: string | undefined
}

/** One frame that should become an entry. A repeat is a line of its own, with the same id. */
export interface Send extends Call {
  what: 'send'
  room: string
  /** Of the entry that it should become. */
  kind: 'text' | 'edit' | 'delete' | 'react'
  /** UUIDv7 made by the client. */
  id: string
  /** What was said, in full: the checker compares it with the row. Empty for deletions and reactions. */
  body: string
  /** `epoch:seq` of what is edited, deleted or reacted to. */
  target?: string | undefined
  /** As acked. */
  epoch?: number
  seq?: number
  isDuplicate?: boolean
}

export interface Close extends Call {
  what: 'close'
  room: string
  epoch?: number
  lastSeq?: number
}

export interface Seat extends Call {
  what: 'join' | 'leave' | 'kick'
  room: string
  /** Username of whose seat it is. */
  member: string
}

export interface Post extends Call {
  what: 'post' | 'comment'
  /** Idempotency-Key. A repeat is a line of its own, with the same key. */
  key: string
  text: string
  /** As answered; of a comment, `post` is what it stands below. */
  id?: string
  post?: string
}

export interface Upload extends Call {
  what: 'upload'
  key: string
  id?: string
}

export interface Like extends Call {
  what: 'like' | 'unlike'
  post: string
}

/**
 * Something that a listening client was told, each frame as it came. `session` is one listening of one client to one room (or to the
 * stream), over all connections on which it was resumed.
 */
export type Sight = Listening | Heard | Reset | Gap | Ended | Told | Settled

interface Seen {
  session: string
  at: number
}

/** The client begins, or has lost its connection and goes on: the next that it hears comes right behind `after`. */
export interface Listening extends Seen {
  what: 'listening'
  /** A room, or undefined for the stream of events. */
  room?: string
  /** `epoch:seq` that it named, `0:0` from the beginning; of the stream a position, or `new` when it wants only what comes. */
  after: string
}

export interface Heard extends Seen {
  what: 'heard'
  room: string
  epoch: number
  seq: number
  id: string
  kind: string
  /** Null where the room itself speaks. */
  from: string | null
  /** `content.body`, where the entry has one. */
  body?: string
}

/** The server has said that the older epoch was kept up to here: what was heard above it is void. */
export interface Reset extends Seen {
  what: 'epoch'
  room: string
  epoch: number
  keptUpTo: { epoch: number; seq: number }
}

/**
 * The server has said that this range has to be paged through; the client has done so where `isFilled`. What is heard next comes
 * right behind `to`. Pages are folded, so they are not `heard`.
 */
export interface Gap extends Seen {
  what: 'gap'
  /** A room, or undefined for the stream of events. */
  room?: string
  from: string
  to: string
  isFilled: boolean
}

/** The server has said that the room is closed for good, and where it ends: nothing follows, and nothing is taken back. */
export interface Ended extends Seen {
  what: 'ended'
  room: string
  epoch: number
  lastSeq: number
}

/** An event of the SSE stream. */
export interface Told extends Seen {
  what: 'told'
  position: number
  event: string
  /** Id of the post, where the event is about one. */
  post?: string
}

/**
 * The client is connected, nothing is said any more, and it has waited as long as anybody would: it claims to have heard all that
 * there is. Without this line nobody can tell a listener that is behind for ever from one that was gone.
 */
export interface Settled extends Seen {
  what: 'settled'
  /** A room, or undefined for the stream of events. */
  room?: string
}

/** What was done to the stack, or found in its logs. */
export interface Incident {
  what: 'fault' | 'healed' | 'log'
  at: number
  /** Name of the fault, as in `server: kill`. */
  name: string
  /** In words for who reads the report. */
  detail: string
  /**
   * It may have taken away what was acknowledged, or changed it: a Redis that was emptied or came back older, a database in which somebody
   * wrote. Without one of these nothing may be lost or set apart, not even admittedly. It lasts until *healed* is said of the same name.
   */
  mayLose?: boolean
}
