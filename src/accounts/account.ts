import { z } from 'zod'
import type { AccountId } from '../platform/ids.ts'
import { roles } from '../platform/http/viewer.ts'
import type { Role } from '../platform/http/viewer.ts'
import { isVisible } from '../platform/visible.ts'

/** Addresses of a profile's picture; see `pictureView` of media. */
export interface PictureUrls {
  thumb: string
  feed: string
  full: string
  jpeg: string
}

/** What everybody sees of a person wherever a name stands. */
export interface Profile {
  id: AccountId
  username: string
  displayName: string
  picture: PictureUrls | undefined
}

/** What a person says of themselves, for who looks at them. */
export interface Person extends Profile {
  bio: string
  /** As the person calls it. */
  area: string
  createdAt: Date
}

export type Language = 'ko' | 'en'

/** What a person knows of their own account. */
export interface Account extends Person {
  role: Role
  language: Language
}

/** Case does not tell people apart: the name is kept in lower case. */
export const username = z
  .string()
  .regex(/^[A-Za-z0-9_]{3,30}$/, '3 to 30 letters of a–z, digits and underscores')
  .transform((text) => text.toLowerCase())
  .describe('3 to 30 of a–z, 0–9 and _, in any case')

/** Control characters and changes of direction would let a name disturb the text around it. */
const disturbing = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u

const lineOf = (least: number, most: number) =>
  z
    .string()
    .max(4 * most)
    .transform((text) => text.normalize('NFC').trim())
    .refine((text) => text.isWellFormed() && !disturbing.test(text), 'Printable characters only')
    .refine((text) => lengthOf(text) >= least && lengthOf(text) <= most, `${least} to ${most} characters`)
    .refine((text) => text === '' || isVisible(text), 'Nothing of it can be seen')
    .describe(`${least} to ${most} characters in any script`)

export const displayName = lineOf(1, 50)
export const area = lineOf(0, 60)

const mostBio = 500

/** Of several lines. */
export const bio = z
  .string()
  .max(4 * mostBio)
  .transform((text) => text.normalize('NFC').replaceAll('\r\n', '\n').trim())
  .refine(
    (text) => text.isWellFormed() && !disturbing.test(text.replaceAll('\n', ' ')),
    'Printable characters and line feeds only',
  )
  .refine((text) => lengthOf(text) <= mostBio, { error: `At most ${mostBio} characters`, params: { code: 'too_big' } })
  .describe(`At most ${mostBio} characters in any script, line feeds among them`)

/** NFC, so that one password typed on two keyboards is one password. */
export const newPassword = z
  .string()
  .max(512)
  .transform((text) => text.normalize('NFC'))
  .refine((text) => lengthOf(text) >= 10, { error: 'At least 10 characters', params: { code: 'too_small' } })
  .refine((text) => lengthOf(text) <= 128, { error: 'At most 128 characters', params: { code: 'too_big' } })
  .describe('10 to 128 characters')

/** A password to compare: whatever its length, a wrong one is just wrong. */
export const givenPassword = z
  .string()
  .max(512)
  .transform((text) => text.normalize('NFC'))

export const language = z.enum(['ko', 'en'])
export const role = z.enum(roles)

function lengthOf(text: string): number {
  return [...text].length
}
