import { z } from 'zod'
import { Problem } from '../platform/errors.ts'
import { readInput } from '../platform/http/input.ts'
import { idPattern, parseId } from '../platform/ids.ts'
import type { RoomId } from '../platform/ids.ts'
import { bodyOf, captionOf, emoji, mediaList, nothingSaid, place, reactAction, saysSomething } from './message.ts'

/** What clients may send over the socket: the single source for parsing, types and AsyncAPI. */

export const roomId = z
  .string()
  .transform((text, context): RoomId => {
    const id = parseId<RoomId>(text)
    if (id !== undefined) return id
    context.addIssue({ code: 'custom', message: 'Not the id of a room', params: { code: 'bad_room' } })
    return z.NEVER
  })
  .meta({ description: 'Id of a room', pattern: idPattern.source })

/** Whether it is a UUIDv7 the ledger says (`bad_id`), after it has looked whether it knows the id. */
export const messageId = z.string().min(1).max(64).describe('Client-made UUIDv7: the same for every repeat')
const ref = z.union([z.string().min(1).max(64), z.int()]).describe('Names the answer; each frame is answered once')
const epoch = z.int().min(0).max(4_294_967_295)
const seq = z.int().min(0).max(999_999_999_999_999)

export function frameSchemas(limits: { messageMaxBytes: number }) {
  const body = bodyOf(limits.messageMaxBytes)
  return {
    subscribe: z
      .strictObject({
        type: z.literal('subscribe'),
        ref,
        room: roomId,
        epoch: epoch.optional().describe('With `after`: the last place this client was told of'),
        after: seq.optional(),
      })
      .describe('Listens to a room: first to what came after that place, then to what comes'),
    unsubscribe: z
      .strictObject({ type: z.literal('unsubscribe'), ref, room: roomId })
      .describe('Listens to a room no more'),
    send: z
      .strictObject({
        type: z.literal('send'),
        ref,
        room: roomId,
        id: messageId,
        body: captionOf(limits.messageMaxBytes),
        replyTo: place.optional().describe('epoch:seq of a message'),
        media: mediaList.optional(),
      })
      .refine(saysSomething, nothingSaid)
      .describe('Says something in a room: a text, pictures, or both'),
    edit: z
      .strictObject({ type: z.literal('edit'), ref, room: roomId, id: messageId, target: place, body })
      .describe('Puts other words in the place of an own message'),
    delete: z
      .strictObject({ type: z.literal('delete'), ref, room: roomId, id: messageId, target: place })
      .describe('Takes a message back: an own one, or as the mentor of the room or an admin anybody’s'),
    react: z
      .strictObject({
        type: z.literal('react'),
        ref,
        room: roomId,
        id: messageId,
        target: place,
        emoji,
        action: reactAction.default('add'),
      })
      .describe('Adds one emoji to a message, or takes it away'),
    typing: z
      .strictObject({ type: z.literal('typing'), ref: ref.optional(), room: roomId })
      .describe('Somebody is writing in a room one listens to: not kept, and dropped first'),
    read: z
      .strictObject({ type: z.literal('read'), ref, room: roomId, epoch, seq })
      .describe('Everything up to this place is read, in a room one may read'),
    ping: z.strictObject({ type: z.literal('ping'), ref }).describe('Asks for a sign of life'),
  }
}

/** All that a client may send. */
export const frameTypes: ReadonlySet<string> = new Set(Object.keys(frameSchemas({ messageMaxBytes: 1 })))

type Schemas = ReturnType<typeof frameSchemas>
export type ClientFrame = { [Type in keyof Schemas]: z.output<Schemas[Type]> }[keyof Schemas]
export type FrameOf<Type extends ClientFrame['type']> = Extract<ClientFrame, { type: Type }>
/** Frames that become entries of the room. */
export type KeptFrame = FrameOf<'send' | 'edit' | 'delete' | 'react'>

/** Reads a frame. Errors: `unsupported` (another type), `bad_input` with pointers. */
export function createFrameReader(limits: { messageMaxBytes: number }): (value: unknown) => ClientFrame {
  const schemas: Readonly<Record<string, z.ZodType<ClientFrame>>> = frameSchemas(limits)
  return (value) => {
    const { type } = membersOf(value)
    const schema = typeof type === 'string' && Object.hasOwn(schemas, type) ? schemas[type] : undefined
    if (schema === undefined) throw new Problem('unsupported', { detail: 'This type of frame is not known' })
    return readInput(schema, value)
  }
}

function membersOf(value: unknown): { type?: unknown } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new Problem('bad_input', { detail: 'A frame is a JSON object' })
}
