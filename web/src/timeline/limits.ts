import { lengthOf as charactersIn } from '../ui/length.ts'

/** How long things may be: docs/protocol.md. Tests hold these numbers to what the server takes. */
export const mostPostText = 5000
export const mostCommentText = 2000
export const mostAlt = 1000
export const mostPictures = 10
export const mostArea = 60

/** As the server counts: without the white space at the ends. */
export function lengthOf(text: string): number {
  return charactersIn(spoken(text))
}

/** A text as the server will keep it. */
export function spoken(text: string): string {
  return text.normalize('NFC').replaceAll('\r\n', '\n').trim()
}
