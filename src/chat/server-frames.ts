import { z } from 'zod'
import { codes } from '../platform/errors.ts'
import type { Code } from '../platform/errors.ts'
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
const codeNames = Object.keys(codes) as Code[]

export const answers = {
  subscribed: z
    .strictObject({
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
    })
    .describe('What was missed has been told, and what comes will be'),
  ok: z.strictObject({ type: z.literal('ok'), ref }).describe('It is done'),
  ack: z
    .strictObject({
      type: z.literal('ack'),
      ref,
      room,
      id: z.string(),
      epoch,
      seq,
      at: instant,
      duplicate: z.boolean().describe('It was kept before under this id: this is its first place'),
      kept: z.enum(['buffered', 'stored']).describe('Whether it is in MySQL already'),
    })
    .describe('What was said is kept, here and for good'),
  pong: z.strictObject({ type: z.literal('pong'), ref, now: instant }).describe('The sign of life'),
  error: z
    .looseObject({
      type: z.literal('error'),
      ref: ref.optional(),
      room: room.optional(),
      code: z.enum(codeNames),
      title: z.string(),
      status: z.int().describe('What an answer over HTTP would have'),
      detail: z.string().optional(),
      errors: z
        .array(z.strictObject({ pointer: z.string(), code: z.string(), detail: z.string() }))
        .optional()
        .describe('Each fault of the frame; `pointer` is an RFC 6901 pointer into it'),
      retryAfter: z.number().optional().describe('Seconds'),
      requestId: z
        .string()
        .describe('By which those who run Madang find the frame in their logs: its socket, and which frame it was'),
      epoch: epoch.optional().describe('With `room_closed`: of the last entry'),
      lastSeq: seq.optional().describe('With `room_closed`'),
    })
    .describe(
      'A refusal by one of the codes; without `ref` of a frame that could not be read, or of a subscription that is over',
    ),
}

export const pushes = {
  hello: z
    .strictObject({
      type: z.literal('hello'),
      protocol: z.literal('madang.v1'),
      username: z.string().describe('Whose socket it is'),
      now: instant.describe('The clock of the server, by which ids are made'),
      pingMs: z.int().describe('Between two pings of the server: longer silence is none of its'),
      maxFrame: z.int().describe('Bytes of the largest frame that it takes'),
      durability: z.string().describe('What an `ack` means here'),
      server: z.string().describe('Name of the server that this socket stands at'),
    })
    .describe('The first frame of every socket'),
  entry: z
    .strictObject({
      type: z.literal('entry'),
      room,
      epoch,
      seq,
      at: instant,
      id: z.string(),
      kind: z
        .string()
        .describe('As `text`, `edit`, `delete`, `react`, `join`, `settings`; pass over what you do not know'),
      from: z.string().nullable().describe('Username; null when the room itself speaks'),
      target: placeText.optional().describe('The message that is changed: epoch:seq'),
      content: z.record(z.string(), z.unknown()).nullable().describe('Null once erased'),
      pictures: z
        .array(shownPicture)
        .optional()
        .describe('Those of `content.media` that are there; look again at `/v1/media/:id` at what is still processing'),
    })
    .describe('Something in a room that is kept: a message, a change of one, somebody who comes or goes, new settings'),
  epoch: z
    .strictObject({ type: z.literal('epoch'), room, epoch, keptUpTo: placeText })
    .describe(
      'The buffer of a room began anew: drop what lies above `keptUpTo`, offer own acknowledged messages again',
    ),
  stored: z.strictObject({ type: z.literal('stored'), room, epoch, seq }).describe('How far a room is in MySQL'),
  gap: z
    .strictObject({ type: z.literal('gap'), room, from: placeText, to: placeText })
    .describe('More was missed than is told here: page through it over HTTP'),
  closed: z
    .strictObject({
      type: z.literal('closed'),
      room,
      epoch,
      lastSeq: seq,
      receipt: z.string().describe('Where the receipt will be, some moments later'),
    })
    .describe('The last frame of a room that is closed: the subscription is over'),
  presence: z
    .strictObject({
      type: z.literal('presence'),
      room,
      count: z.int().describe('People connected now, over all servers'),
      joined: z.array(z.string()).optional().describe('Usernames'),
      left: z.array(z.string()).optional().describe('Usernames'),
    })
    .describe('How many are here'),
  typing: z
    .strictObject({ type: z.literal('typing'), room, from: z.string().describe('Username') })
    .describe('Somebody is writing'),
  read: z
    .strictObject({ type: z.literal('read'), room, epoch, seq })
    .describe('One has read up to here over another of one’s sockets'),
  unsubscribed: z
    .strictObject({ type: z.literal('unsubscribed'), room, reason: z.enum(['left', 'kicked', 'banned']) })
    .describe('One has no seat any more: the subscription is over'),
}

type Frames = typeof answers & typeof pushes
export type ServerFrame = { [Type in keyof Frames]: z.input<Frames[Type]> }[keyof Frames]
export type Answer = { [Type in keyof typeof answers]: z.input<(typeof answers)[Type]> }[keyof typeof answers]
/** An answer before it is given the `ref` that it answers. */
export type AnswerBody = Answer extends infer A ? (A extends { ref?: unknown } ? Omit<A, 'ref'> : never) : never
export type Push = { [Type in keyof typeof pushes]: z.input<(typeof pushes)[Type]> }[keyof typeof pushes]
