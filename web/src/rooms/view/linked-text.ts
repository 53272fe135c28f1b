/** A piece of what somebody wrote. */
export type Piece =
  | { type: 'text'; text: string }
  | { type: 'link'; text: string; href: string }
  | { type: 'mention'; text: string; username: string }

const found = /https?:\/\/[^\s<>"'`]+|(?<![\p{L}\p{N}_.@/])@[a-zA-Z0-9_]{3,30}(?![\p{L}\p{N}_@])/gu
/** What stands behind an address in a sentence and is no part of it. */
const trailing = /[.,;:!?…'"”’)\]}>。、]+$/u

/** Addresses and mentions in a text, and what is between: all of the text, in its order. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let last = 0
  for (const match of text.matchAll(found)) {
    const piece = pieceOf(match[0])
    if (piece === undefined) continue
    if (match.index > last) pieces.push({ type: 'text', text: text.slice(last, match.index) })
    pieces.push(piece)
    last = match.index + piece.text.length
  }
  if (last < text.length) pieces.push({ type: 'text', text: text.slice(last) })
  return pieces
}

function pieceOf(raw: string): Piece | undefined {
  if (raw.startsWith('@')) return { type: 'mention', text: raw, username: raw.slice(1).toLowerCase() }
  const text = withoutTrailing(raw)
  return URL.canParse(text) ? { type: 'link', text, href: new URL(text).href } : undefined
}

/** Keeps a closing bracket that the address itself opened. */
function withoutTrailing(address: string): string {
  const text = address.replace(trailing, '')
  const rest = address.slice(text.length)
  const isOwnBracket = rest.startsWith(')') && text.split('(').length > text.split(')').length
  return isOwnBracket ? `${text})` : text
}

/** Whether there is nothing but one to three emoji: shown large. */
export function isEmojiAlone(text: string): boolean {
  return /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text.trim())
}
