/** Hashtags and mentions: found once, when a text is written, and kept beside it. */

export interface Entities {
  /** As written, without `#`; the first of each key. */
  tags: string[]
  /** Names that may be people's, in lower case, without `@`. */
  names: string[]
}

const mostTags = 30
const mostNames = 50
const longestTag = 50

/**
 * One pass, each alternative over characters that the others do not begin with, so that the time grows with the text and no faster.
 * An address is taken whole: what looks like a tag inside it is none. `＃` and `＠` come from Korean and Japanese keyboards. Tags may follow
 * each other without a space, `#맛집#서울`.
 */
const token = /https?:\/\/\S+|www\.\S+|[#＃]([\p{L}\p{N}\p{M}_]+)|[@＠]([A-Za-z0-9_]+)/giu
const partOfWord = /[\p{L}\p{N}\p{M}_&#＃@＠/]/u

export function entitiesOf(text: string): Entities {
  const tags = new Map<string, string>()
  const names = new Set<string>()
  let tagEnd = 0
  for (const match of text.matchAll(token)) {
    const [whole, tag, name] = match
    const isChained = tag !== undefined && match.index > 0 && match.index === tagEnd
    if (!isChained && isInsideWord(text, match.index)) continue
    if (tag !== undefined) tagEnd = match.index + whole.length
    // What does not count any more is not even looked at: a text may be nothing but tags.
    const key = tag === undefined || tags.size === mostTags ? undefined : tagKey(tag)
    if (tag !== undefined && key !== undefined && !tags.has(key)) tags.set(key, tag)
    const isMention = name !== undefined && isName(name) && !isFollowedByAt(text, match.index + whole.length)
    if (isMention && names.size < mostNames) names.add(name.toLowerCase())
  }
  return { tags: [...tags.values()], names: [...names] }
}

/**
 * The key by which a tag is found: `#Madang`, `#ＭＡＤＡＮＧ` and `#madang` are one tag. Undefined for what is none: it has a letter,
 * and at most 50 characters.
 */
export function tagKey(tag: string): string | undefined {
  if (tag.length > 4 * longestTag) return undefined
  const key = tag.normalize('NFKC').toLowerCase().normalize('NFC')
  return /^(?=.*\p{L})[\p{L}\p{N}\p{M}_]+$/u.test(key) && [...key].length <= longestTag ? key : undefined
}

function isName(name: string): boolean {
  return name.length >= 3 && name.length <= 30
}

/** Mail addresses, colours after `&#`, parts of paths: nothing that somebody meant as a tag or a mention. */
function isInsideWord(text: string, index: number): boolean {
  const before = text.slice(Math.max(0, index - 2), index)
  const last = [...before].at(-1)
  return last !== undefined && partOfWord.test(last)
}

/** `@name@server` is somebody elsewhere. */
function isFollowedByAt(text: string, end: number): boolean {
  return text[end] === '@' || text[end] === '＠'
}
