import type { z } from 'zod'
import type { Code } from '../errors.ts'

/** Messages by their names. The description of each schema says what the message is for. */
export type Messages = Readonly<Record<string, z.ZodType>>

/** What a client may send. */
export interface Asking {
  payload: z.ZodType
  /** The name of what answers it; undefined: nothing does, unless it is refused. */
  answer: string | undefined
  /** What it may be refused with, beside what any message may be. */
  problems: readonly Code[]
}

/** A way on which messages go, as it is described in AsyncAPI. */
export interface Channel {
  name: string
  address: string
  title: string
  description: string
  /** `wss` carries frames of JSON both ways, `https` events that only come. */
  protocol: 'wss' | 'https'
  /** What the server tells by itself. */
  pushes: Messages
  /** Empty where clients only listen. */
  asks: Readonly<Record<string, Asking>>
  answers: Messages
  /** What any message may be refused with. */
  problems: readonly Code[]
  closings: readonly Closing[]
  /** What may stand in the query of the request that opens it. */
  query?: z.ZodType
}

/** How a connection ends, and what that tells the client to do. */
export interface Closing {
  code: number
  name: string
  advice: string
}
