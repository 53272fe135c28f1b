import type { History } from '../history/history.ts'

/** Who talks, how much, and to whom. Everything random comes from `seed`. */
export interface LoadOptions {
  /** As people reach it: `http://127.0.0.1:8080`, of Nginx or of a proxy before it. */
  address: string
  /** Addresses of single servers, where they can be reached: some clients go past Nginx, and repeat on another server. */
  servers: readonly string[]
  seed: number
  rooms: number
  people: number
  /** Lines a second over all rooms, on average; bursts come on top. */
  messagesPerSecond: number
  /** A room is closed after about this time and another one opened in its place; undefined: all stay until `finish`. */
  roomLifeMs?: number | undefined
  /** Also posts, comments, likes, uploads and SSE streams. */
  isTimelineIncluded: boolean
  /** People who like a post at once, at most, 20 unless said otherwise. Of a crowd before one post some may be told to come again. */
  mostFans?: number | undefined
  /** Makes accounts into mentors; by the database or by an admin's account. */
  grantMentor: (username: string) => Promise<void>
}

/** How it goes, for a progress line. */
export interface LoadCounts {
  sent: number
  acked: number
  unknown: number
  refused: number
  heard: number
  connected: number
}

/** A running load. It never gives up: what is unknown it repeats with the same id, what breaks it opens again. */
export interface Load {
  counts(): LoadCounts
  /** Rooms that were opened, by id, closed ones too. */
  rooms(): readonly string[]
  /** Those of which nothing more is written down: their closing is final, everybody has heard the end, and nothing is unknown. */
  settled(): readonly string[]
  /** Limits that the system said it was over, by code, with how often and what to raise: for who reads the report. */
  advice(): readonly string[]
  /** No more new lines; what is unknown is repeated until it is known or `patienceMs` are over; rooms are closed. */
  finish(patienceMs: number): Promise<void>
  /** Every connection is gone. */
  stop(): Promise<void>
}

/** Signs everybody up, opens the rooms, lets everybody in and begins to talk. */
export type StartLoad = (options: LoadOptions, history: History) => Promise<Load>
