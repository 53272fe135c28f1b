import type { FrameParts } from '../frames.ts'

/** Clients that we did not write, as the tests lead them. */

export interface Door {
  /** ws:// with path. */
  url: string
  protocols: readonly string[]
  headers: Readonly<Record<string, string>>
  /** Offer permessage-deflate, if the client can. */
  isDeflateOffered?: boolean
}

export interface Ended {
  /** 1006 when no close frame came. */
  code: number
  reason: string
}

/** What the client calls when something has come. */
export interface Hearing {
  text(text: string): void
  pong?(payload: Buffer): void
}

/** A frame, or bytes that are none. */
export type Part = FrameParts | Buffer

/** `itself`: by what the client offers to everybody. `recast`: the client wrote a frame, and its header was changed on the way. */
export type Manner = 'itself' | 'recast'

export interface ClientSocket {
  readonly protocol: string
  /** As the server granted them. */
  readonly extensions: string
  readonly ended: Promise<Ended>
  /** Sends it; undefined when this client has no way to. */
  say(part: Part): Manner | undefined
  /** Leaves without a word. */
  drop(): void
}

export interface Client {
  name: string
  /** Rejects with `refused`, and the status where the client tells it, when it is not let in. */
  open(door: Door, hearing: Hearing): Promise<ClientSocket>
  canRun: boolean
  /** Ends what it shares between its sockets. */
  end?(): void
}
