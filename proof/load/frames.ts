import { z } from 'zod'

/** What servers say over the socket, as docs/protocol.md has it: only what this client goes by. */

export interface Place {
  epoch: number
  seq: number
}

export const formatPlace = ({ epoch, seq }: Place): string => `${epoch}:${seq}`

const place = z.string().transform((text, context): Place => {
  const [, epoch, seq] = /^(\d+):(\d+)$/.exec(text) ?? []
  if (epoch !== undefined && seq !== undefined) return { epoch: Number(epoch), seq: Number(seq) }
  context.addIssue({ code: 'custom', message: 'not a place' })
  return z.NEVER
})

const ref = z.number()
const room = z.string()

const frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), now: z.string() }),
  z.object({ type: z.literal('pong'), ref, now: z.string() }),
  z.object({
    ...{ type: z.literal('subscribed'), ref, room, epoch: z.number(), head: z.number() },
    ...{ recovered: z.boolean(), stored: z.number() },
  }),
  z.object({
    ...{ type: z.literal('ack'), ref, room, id: z.string(), epoch: z.number(), seq: z.number() },
    ...{ duplicate: z.boolean(), kept: z.string() },
  }),
  z.object({ type: z.literal('ok'), ref }),
  z.object({
    ...{ type: z.literal('error'), ref: ref.optional(), code: z.string(), status: z.number() },
    retryAfter: z.number().optional(),
  }),
  z.object({
    ...{ type: z.literal('entry'), room, epoch: z.number(), seq: z.number(), id: z.string(), kind: z.string() },
    from: z.string().nullable(),
    content: z.looseObject({ body: z.string().optional() }).nullable(),
  }),
  z.object({ type: z.literal('epoch'), room, epoch: z.number(), keptUpTo: place }),
  z.object({ type: z.literal('stored'), room, seq: z.number() }),
  z.object({ type: z.literal('gap'), room, from: place, to: place }),
  z.object({ type: z.literal('closed'), room, epoch: z.number(), lastSeq: z.number() }),
  z.object({ type: z.literal('unsubscribed'), room }),
  z.object({ type: z.enum(['presence', 'typing', 'read']) }),
])

export type Frame = z.output<typeof frame>
export type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>
export type RoomFrame = Extract<Frame, { room: string }>

/** Undefined for what is not in the protocol: a client passes over it, and whoever waits for it will not have it. */
export function readFrame(text: string): Frame | undefined {
  try {
    return frame.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
