import { z } from 'zod'
import { codes } from '../platform/errors.ts'
import { shownPicture } from './views.ts'

/** What the server sends over the socket: answers, which carry the `ref` of their frame, and pushes. For types and AsyncAPI. */

const ref = z.union([z.string(), z.int()])
const room = z.string()
const epoch = z.int()
const seq = z.int()
const instant = z.iso.datetime({ precision: 3 })
const placeText = z
  .string()
  .regex(/^\d+:\d+$/)
  .describe('epoch:seq')
const codeNames = Object.keys(codes)

export const answers = {
  subscribed: z.strictObject({
    type: z.literal('subscribed'),
    ref,
    room,
    epoch,
    head: seq.describe('Seq of the last entry that this client has been told of or can page to'),
    recovered: z.boolean().describe('False: page through the `gap` that was pushed before'),
    from: placeText,
    to: placeText,
    keptUpTo: placeText.optional().describe('Of the older epoch that the client named: drop what lies above'),
    stored: seq.describe('How far the room is in MySQL'),
  }),
  ok: z.strictObject({ type: z.literal('ok'), ref }),
  ack: z.strictObject({
    type: z.literal('ack'),
    ref,
    room,
    id: z.string(),
    epoch,
    seq,
    at: instant,
    duplicate: z.boolean(),
    kept: z.enum(['buffered', 'stored']),
  }),
  pong: z.strictObject({ type: z.literal('pong'), ref, now: instant }),
  error: z.looseObject({
    type: z.literal('error'),
    ref: ref.optional(),
    room: room.optional(),
    code: z.string().refine((code) => codeNames.includes(code)),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    retryAfter: z.number().optional(),
    requestId: z
      .string()
      .describe('By which those who run Madang find the frame in their logs: its socket, and which frame it was'),
  }),
}

export const pushes = {
  hello: z.strictObject({
    type: z.literal('hello'),
    protocol: z.literal('madang.v1'),
    username: z.string().describe('Whose socket it is'),
    now: instant,
    pingMs: z.int(),
    maxFrame: z.int(),
    durability: z.string(),
    server: z.string().describe('Name of the server that this socket stands at'),
  }),
  entry: z.strictObject({
    type: z.literal('entry'),
    room,
    epoch,
    seq,
    at: instant,
    id: z.string(),
    kind: z.string(),
    from: z.string().nullable().describe('Username; null when the room itself speaks'),
    target: placeText.optional(),
    content: z.record(z.string(), z.unknown()).nullable().describe('Null once erased'),
    pictures: z
      .array(shownPicture)
      .optional()
      .describe('Those of `content.media` that are there; look again at `/v1/media/:id` at what is still processing'),
  }),
  epoch: z.strictObject({ type: z.literal('epoch'), room, epoch, keptUpTo: placeText }),
  stored: z.strictObject({ type: z.literal('stored'), room, epoch, seq }),
  gap: z.strictObject({ type: z.literal('gap'), room, from: placeText, to: placeText }),
  closed: z.strictObject({
    type: z.literal('closed'),
    room,
    epoch,
    lastSeq: seq,
    receipt: z.string().describe('Where the receipt will be, some moments later'),
  }),
  presence: z.strictObject({
    type: z.literal('presence'),
    room,
    count: z.int().describe('People connected now, over all servers'),
    joined: z.array(z.string()).optional(),
    left: z.array(z.string()).optional(),
  }),
  typing: z.strictObject({ type: z.literal('typing'), room, from: z.string() }),
  read: z.strictObject({ type: z.literal('read'), room, epoch, seq }),
  unsubscribed: z.strictObject({ type: z.literal('unsubscribed'), room, reason: z.enum(['left', 'kicked', 'banned']) }),
}

type Frames = typeof answers & typeof pushes
export type ServerFrame = { [Type in keyof Frames]: z.input<Frames[Type]> }[keyof Frames]
type Answer = { [Type in keyof typeof answers]: z.input<(typeof answers)[Type]> }[keyof typeof answers]
/** An answer before it is given the `ref` that it answers. */
export type AnswerBody = Answer extends infer A ? (A extends { ref?: unknown } ? Omit<A, 'ref'> : never) : never
export type Push = { [Type in keyof typeof pushes]: z.input<(typeof pushes)[Type]> }[keyof typeof pushes]
