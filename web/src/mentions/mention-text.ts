/** A mention that is being written: where its `@` stands, and what stands behind it up to the caret. */
export interface MentionStart {
  at: number
  typed: string
}

/** As the server finds mentions: `@` at the beginning of a word. Names may be typed too, so any letters may follow. */
const begun = /(?:^|[^\p{L}\p{N}\p{M}_&#＃@＠/])[@＠]([\p{L}\p{N}\p{M}_]{0,50})$/u
/** No mention is begun further behind the caret than this. */
const furthest = 64

/** The mention in which the caret stands, at its end; undefined when there is none. */
export function mentionBefore(text: string, caret: number): MentionStart | undefined {
  const before = text.slice(Math.max(0, caret - furthest), caret)
  const typed = begun.exec(before)?.[1]
  return typed === undefined ? undefined : { at: caret - typed.length - 1, typed: typed.normalize('NFC') }
}

/** The text with the mention finished, and where the caret goes: behind it and a space. */
export function withMention(
  text: string,
  mention: MentionStart & { caret: number },
  username: string,
): { text: string; caret: number } {
  const before = `${text.slice(0, mention.at)}@${username}`
  const after = text.slice(mention.caret)
  const isSpaced = after.startsWith(' ')
  return { text: `${before}${isSpaced ? '' : ' '}${after}`, caret: before.length + 1 }
}
