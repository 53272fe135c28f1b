import { z } from 'zod'
import type { AccountId } from '../platform/ids.ts'
import { roles } from '../platform/http/viewer.ts'
import type { Role } from '../platform/http/viewer.ts'

/** What everybody may know of a person. */
export interface Profile {
  id: AccountId
  username: string
  displayName: string
}

export type Language = 'ko' | 'en'

/** What a person knows of their own account. */
export interface Account extends Profile {
  role: Role
  language: Language
  createdAt: Date
}

/** Case does not tell people apart: the name is kept in lower case. */
export const username = z
  .string()
  .regex(/^[A-Za-z0-9_]{3,30}$/, '3 to 30 letters of a–z, digits and underscores')
  .transform((text) => text.toLowerCase())
  .describe('3 to 30 of a–z, 0–9 and _, in any case')

/** Control characters and changes of direction would let a name disturb the text around it. */
const disturbing = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u

export const displayName = z
  .string()
  .max(200)
  .transform((text) => text.normalize('NFC').trim())
  .refine(
    (text) => lengthOf(text) >= 1 && lengthOf(text) <= 50 && !disturbing.test(text),
    '1 to 50 printable characters',
  )
  .describe('1 to 50 characters in any script')

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
