import { z } from 'zod'

/** A place in a room: the pair is never given twice. */
export interface Place {
  epoch: number
  seq: number
}

/** `epoch:seq`, as places travel. */
const placeText = z
  .string()
  .regex(/^\d+:\d+$/)
  .transform((text): Place => {
    const [epoch, seq] = text.split(':').map(Number)
    return { epoch: epoch ?? 0, seq: seq ?? 0 }
  })

/** What a client keeps of an entry. `content` is null once erased. */
const entryShape = {
  epoch: z.int(),
  seq: z.int(),
  id: z.string(),
  kind: z.string(),
  content: z.object({ body: z.string().optional() }).nullable(),
}

const room = z.string()
const ref = z.number().optional()

/**
 * The server's frames, as a client reads them: what it needs, and nothing said against further members. Written after
 * docs/protocol.md and not after the server, so that a frame that changes is noticed.
 */
const frameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), pingMs: z.number(), server: z.string().optional() }),
  z.object({ type: z.literal('entry'), room, ...entryShape }),
  z.object({ type: z.literal('epoch'), room, epoch: z.int(), keptUpTo: placeText }),
  z.object({
    type: z.literal('subscribed'),
    ref,
    room,
    epoch: z.int(),
    head: z.int(),
    recovered: z.boolean(),
    from: placeText,
    to: placeText,
    keptUpTo: placeText.optional(),
    stored: z.int(),
  }),
  z.object({
    type: z.literal('ack'),
    ref,
    room,
    id: z.string(),
    epoch: z.int(),
    seq: z.int(),
    duplicate: z.boolean(),
    kept: z.enum(['buffered', 'stored']),
  }),
  z.object({ type: z.literal('ok'), ref }),
  z.object({ type: z.literal('pong'), ref }),
  z.object({
    type: z.literal('error'),
    ref,
    code: z.string(),
    detail: z.string().optional(),
    retryAfter: z.number().optional(),
  }),
  z.object({ type: z.literal('stored'), room, epoch: z.int(), seq: z.int() }),
  z.object({ type: z.literal('gap'), room, from: placeText, to: placeText }),
  z.object({ type: z.literal('closed'), room, epoch: z.int(), lastSeq: z.int() }),
  z.object({ type: z.literal('presence'), room, count: z.int() }),
  z.object({ type: z.literal('typing'), room }),
  z.object({ type: z.literal('read'), room }),
  z.object({ type: z.literal('unsubscribed'), room, reason: z.enum(['left', 'kicked']) }),
])

export type Frame = z.output<typeof frameSchema>
export type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>

/** The frame, or why it is none of the protocol. */
export function readFrame(text: string): Frame | Error {
  try {
    return frameSchema.parse(JSON.parse(text))
  } catch (error) {
    return new Error(`not a frame of the protocol: ${text.slice(0, 200)}`, { cause: error })
  }
}

/** One item of `GET /v1/rooms/:id/messages`. */
export const messagePage = z.object({ items: z.array(z.object(entryShape)) })
