import { z } from 'zod'
import { isVisible } from '../platform/visible.ts'

/** What people write, as the timeline takes it: texts, descriptions of pictures, areas. */

/** Controls of terminals, which also cut a text short wherever C strings are read. Tabs and line feeds are part of what is said. */
const control = /[^\P{Cc}\t\n]/u
/** Control characters and changes of direction would let a name disturb the text around it. */
const disturbing = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u

/**
 * Up to `most` characters. Characters are code points: what MySQL counts and every client counts alike, whatever its version of Unicode,
 * while graphemes are not. A text is brought to NFC, its line ends to line feeds, and white space at its ends goes.
 */
export function textOf(most: number) {
  return z
    .string()
    .transform((text) => text.normalize('NFC').replaceAll('\r\n', '\n').trim())
    .refine((text) => lengthOf(text) <= most, { error: `At most ${most} characters`, params: { code: 'too_big' } })
    .refine((text) => !control.test(text), {
      error: 'Of control characters only tab and line feed',
      params: { code: 'control_character' },
    })
    .describe(`At most ${most} characters (code points in normal form C)`)
}

/** The same, and it must say something. */
export function spokenTextOf(most: number) {
  return textOf(most).refine(isVisible, { error: 'Says nothing', params: { code: 'too_small' } })
}

/** As long as that of a profile. */
const mostAreaLength = 60

/** The name of a neighbourhood, as people write it. Which names mean the same area says `areaKey`. */
export const area = z
  .string()
  .max(4 * mostAreaLength)
  .transform((text) => text.normalize('NFC').trim().replaceAll(/\s+/g, ' '))
  .refine(
    (text) => text !== '' && lengthOf(text) <= mostAreaLength && !disturbing.test(text) && keyOf(text) !== undefined,
    `1 to ${mostAreaLength} printable characters`,
  )
  .describe(`1 to ${mostAreaLength} characters`)

/** One key for all spellings of one area: width and case of letters, and the white space between words, do not tell areas apart. */
export function areaKey(name: string): string {
  return keyOf(name) ?? name
}

function keyOf(name: string): string | undefined {
  const key = name.normalize('NFKC').toLowerCase().normalize('NFC').trim().replaceAll(/\s+/g, ' ')
  return lengthOf(key) <= mostAreaLength ? key : undefined
}

const excerptLength = 100

/** The beginning of a text, for a notification. */
export function excerptOf(text: string): string {
  const characters = [...text.slice(0, 4 * excerptLength)]
  return characters.length > excerptLength ? `${characters.slice(0, excerptLength).join('')}…` : text
}

function lengthOf(text: string): number {
  return [...text].length
}
