import { z } from 'zod'
import { formatPlace, parsePlace, placePattern } from '../ledger/index.ts'
import type { Entry, Place } from '../ledger/index.ts'
import { idPattern, parseId } from '../platform/ids.ts'
import type { MediaId } from '../platform/ids.ts'
import { isVisible } from '../platform/visible.ts'

/** What entries of a room mean: their kinds, and their payloads as one line of JSON. */

export type MessageKind = 'text' | 'edit' | 'delete' | 'react'

/** `epoch:seq` of an entry that was kept. */
export const place = z
  .string()
  .transform((text, context): Place => {
    const parsed = parsePlace(text)
    if (parsed !== undefined) return parsed
    context.addIssue({ code: 'custom', message: 'A place is written epoch:seq', params: { code: 'bad_place' } })
    return z.NEVER
  })
  .meta({ description: 'A place in a room: epoch:seq', pattern: placePattern.source })

const fault = (code: string, message: string) => ({ error: message, params: { code } })

/** Controls of terminals, which also cut a text short wherever C strings are read. Tabs and line feeds are part of what is said. */
const control = /[^\P{Cc}\t\n\u007f-\u009f]/u

const mostPictures = 10
const mostAltCharacters = 1000

/** Pictures of a message: own ones that are part of nothing yet. */
export const mediaList = z
  .array(
    z.strictObject({
      id: z
        .string()
        .transform((text, context): MediaId => {
          const id = parseId<MediaId>(text)
          if (id !== undefined) return id
          context.addIssue({ code: 'custom', message: 'Not the id of a picture', params: { code: 'bad_picture' } })
          return z.NEVER
        })
        .meta({ description: 'Id of an own picture that is part of nothing', pattern: idPattern.source }),
      alt: z
        .string()
        .max(4 * mostAltCharacters)
        .transform((text) => text.normalize('NFC').trim())
        .refine((text) => text.isWellFormed() && !control.test(text), fault('control_character', 'Not plain text'))
        .refine(
          (text) => [...text].length <= mostAltCharacters,
          fault('too_big', `At most ${mostAltCharacters} characters`),
        )
        .default('')
        .describe(`What the picture shows, at most ${mostAltCharacters} characters`),
    }),
  )
  .min(1)
  .max(mostPictures)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, fault('doubled', 'A picture is there once'))
  .describe(`1 to ${mostPictures} own pictures that are part of nothing yet`)
export type MediaList = z.output<typeof mediaList>

/**
 * What somebody says: 1 to `maxBytes` bytes of UTF-8 in Unicode normal form C. It is kept as it came, byte for byte, so a text
 * in another form is refused and not changed.
 */
export function bodyOf(maxBytes: number) {
  return textUpTo(maxBytes).refine(isVisible, fault('too_small', 'Says nothing'))
}

/** The same, or nothing at all beside pictures. */
export function captionOf(maxBytes: number) {
  return textUpTo(maxBytes)
    .refine((text) => text === '' || isVisible(text), fault('too_small', 'Says nothing'))
    .default('')
}

/** Whether there is a body or a picture. */
export function saysSomething(said: { body: string; media?: MediaList | undefined }): boolean {
  return said.body !== '' || said.media !== undefined
}

export const nothingSaid = { error: 'Says nothing', path: ['body'], params: { code: 'too_small' } }

function textUpTo(maxBytes: number) {
  return z
    .string()
    .refine((text) => text.isWellFormed(), fault('not_well_formed', 'Half a surrogate pair'))
    .refine((text) => Buffer.byteLength(text) <= maxBytes, fault('too_big', `At most ${maxBytes} bytes of UTF-8`))
    .refine((text) => !control.test(text), fault('control_character', 'Of control characters only tab and line feed'))
    .refine((text) => text.normalize('NFC') === text, fault('not_nfc', 'Not in Unicode normal form C'))
    .describe(
      `1 to ${maxBytes} bytes of UTF-8 in normal form C, of which something can be seen, of control characters only tab and line feed`,
    )
}

const mostEmojiBytes = 32
const pictograph = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

export const emoji = z
  .string()
  .max(mostEmojiBytes)
  .refine(
    (text) => Buffer.byteLength(text) <= mostEmojiBytes && isOneEmoji(text),
    fault('not_an_emoji', `One emoji of at most ${mostEmojiBytes} bytes`),
  )
  .describe(`One emoji, at most ${mostEmojiBytes} bytes of UTF-8`)

function isOneEmoji(text: string): boolean {
  return text.isWellFormed() && pictograph.test(text) && [...graphemes.segment(text)].length === 1
}

export const reactAction = z.enum(['add', 'remove'])

const person = z.object({ id: z.string(), username: z.string() })
export type Person = z.output<typeof person>

/** What a mentor decides about a room, as entries and events name it. */
export const settingsShape = z.object({
  name: z.string(),
  topic: z.string(),
  seats: z.int(),
  entry: z.enum(['open', 'invited']),
  speak: z.enum(['members', 'mentors']),
  slowModeSeconds: z.int(),
})

const payloads = {
  text: z.object({
    body: z.string(),
    replyTo: z.string().optional(),
    media: z.array(z.object({ id: z.string(), alt: z.string() })).optional(),
  }),
  edit: z.object({ body: z.string() }),
  react: z.object({ emoji: z.string(), action: reactAction }),
  /** Join, leave, kick, ban, unban, word and unword: who, and who did it if it was somebody else. */
  member: z.object({ who: person, by: person.optional() }),
  /** Who changed the settings, and those that changed, as they are now. */
  settings: z.object({ by: person, changed: settingsShape.partial() }),
}

export type TextPayload = z.output<typeof payloads.text>
export type EditPayload = z.output<typeof payloads.edit>
export type ReactPayload = z.output<typeof payloads.react>
export type MemberPayload = z.output<typeof payloads.member>
export type SettingsPayload = z.output<typeof payloads.settings>

export function textPayload({
  body,
  replyTo,
  media,
}: {
  body: string
  replyTo?: Place | undefined
  media?: MediaList | undefined
}): Buffer {
  // What is undefined is left out of JSON.
  return encode({
    body,
    replyTo: replyTo === undefined ? undefined : formatPlace(replyTo),
    media: media?.map(({ id, alt }) => ({ id: String(id), alt })),
  })
}

const bracket = 0x5d

/** Of most entries it is said by one byte that there are no pictures in them: their list stands last, as `textPayload` writes it. */
export function mayShowPictures({ kind, payload }: Entry): boolean {
  return kind === 'text' && payload[payload.length - 2] === bracket
}

export function editPayload(edit: EditPayload): Buffer {
  return encode({ body: edit.body })
}

export function deletePayload(): Buffer {
  return encode({})
}

export function reactPayload(react: ReactPayload): Buffer {
  return encode({ emoji: react.emoji, action: react.action })
}

export function memberPayload(member: MemberPayload): Buffer {
  return encode(member)
}

export function settingsPayload(settings: SettingsPayload): Buffer {
  return encode(settings)
}

function encode(payload: Record<string, unknown>): Buffer {
  return Buffer.from(JSON.stringify(payload))
}

/** What these read is undefined once erased, and when the payload is not of that kind. */
export const readText = (entry: Entry): TextPayload | undefined => read(payloads.text, entry)
export const readEdit = (entry: Entry): EditPayload | undefined => read(payloads.edit, entry)
export const readReact = (entry: Entry): ReactPayload | undefined => read(payloads.react, entry)
export const readMember = (entry: Entry): MemberPayload | undefined => read(payloads.member, entry)
export const readSettings = (entry: Entry): SettingsPayload | undefined => read(payloads.settings, entry)

function read<S extends z.ZodType>(schema: S, entry: Entry): z.output<S> | undefined {
  if (entry.payload.length === 0) return undefined
  const parsed = schema.safeParse(contentOf(entry))
  return parsed.success ? parsed.data : undefined
}

/**
 * What stands in a payload. Undefined where a row was changed behind our back so that it is no JSON any more: that is for the
 * closing to say (*quarantined*), and must keep nobody from reading the rest, or the room from being closed.
 */
export function contentOf(entry: Entry): unknown {
  try {
    return JSON.parse(entry.payload.toString('utf8'))
  } catch {
    return undefined
  }
}
