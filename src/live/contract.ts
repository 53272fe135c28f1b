import type { z } from 'zod'
import type { Route } from '../platform/http/route.ts'
import type { AccountId, SessionId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'

/** What can be listened to over `GET /v1/stream`. */
export const topics = ['timeline', 'notifications', 'rooms'] as const
export type Topic = (typeof topics)[number]

/** Something that happened, as every listener is told of it. Each domain declares its own. */
export interface LiveEvent {
  /**
   * `relations` is for the hub alone and never leaves the server: the people whom `audience` hides have changed, and are
   * read anew before anything that happened later is told.
   */
  topic: Topic | 'relations'
  /** As in `post.created`. */
  type: string
  /** One JSON document, the same for all who hear it: counts are absolute, and nothing in it depends on the reader. */
  data: Record<string, unknown>
  /** Only this person hears it; without it everybody. */
  audience?: AccountId
  /** Whose doing it is: people who hide that person do not hear of it. */
  actor?: AccountId
}

/** The data of events by their types. The description of each schema says what happened. */
export type EventShapes = Readonly<Record<string, z.ZodObject>>

/** Makes events of a topic: nothing is told that is not declared, and so described to clients. */
export function teller<Shapes extends EventShapes>(topic: Topic) {
  return <Type extends keyof Shapes & string>(
    type: Type,
    data: z.input<Shapes[Type]> & Record<string, unknown>,
    whom: Pick<LiveEvent, 'audience' | 'actor'> = {},
  ): LiveEvent => ({ topic, type, data, ...whom })
}

/**
 * What an event says of things that can be shown and hidden again. A thing that is gone, or was changed, must not be read in the
 * events that led there, by whoever begins far back; who listened all the time has heard them when they were true.
 */
export interface Statement {
  /** The thing whose whole present state the event tells, as in `post:12`. */
  shows?: string
  /** Things that are gone since, or are out of sight. */
  ends?: readonly string[]
}

/** Each domain reads its own events, and says nothing of those of others. */
export type ReadStatement = (event: {
  type: string
  data: string
  audience: AccountId | undefined
}) => Statement | undefined

/** Adds an event to the transaction that is under way. */
export type Tell = (event: LiveEvent) => void

/**
 * One transaction whose events are written with it and announced when it has committed; repeats as `inTransaction` does.
 * Events are inserted last, in the order in which they were told: who changes one row and tells its new state must hold the
 * lock of that row, so that the order of the events is the order of the changes.
 */
export type TellingTransaction = <T>(work: (trx: Sql, tell: Tell) => Promise<T>) => Promise<T>

export interface Live {
  routes: Route[]
  transaction: TellingTransaction
  /**
   * A position that a reader can join the stream from without a gap: whatever stands at or below it had committed when this
   * was called. Ask before reading the page it goes with.
   */
  cursor(): string
  /** Sessions with an open stream on this server. */
  sessions(): Iterable<SessionId>
  /** Streams live with their session. May be told twice. */
  sessionsEnded(sessions: Iterable<SessionId>): void
  /** Begins to follow the events. */
  start(): Promise<void>
  /** Ends all streams cleanly; clients resume at another server. Resolves when the last one is gone, a few seconds later at most. */
  drain(): Promise<void>
  stop(): Promise<void>
}
