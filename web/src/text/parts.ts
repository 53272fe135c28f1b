/** What a text is made of, for showing: the tags and mentions that are known to be some, and addresses. */

export type TextPart =
  | { type: 'text'; text: string }
  | { type: 'tag'; text: string; tag: string }
  | { type: 'mention'; text: string; username: string }
  | { type: 'link'; text: string; href: string }

/** What the reader of a text knows: without it, a sign and a word are only text. */
export interface Known {
  /** Asked with the key of a tag. */
  isTag?(key: string): boolean
  /** Asked with a username. */
  isPerson(username: string): boolean
}

export interface Found {
  /** As the server found them, without `#`. */
  tags?: readonly string[] | undefined
  mentions: readonly { username: string }[]
}

/**
 * Without the flag for upper and lower case, with which each class of letters takes as long again to be made out; and asked only of a text in which
 * there is one of the signs. A browser makes such an expression when it first meets a text, while somebody waits for the page.
 */
const token = /[Hh][Tt]{2}[Pp][Ss]?:\/\/\S+|[Ww]{3}\.\S+|[#＃]([\p{L}\p{N}\p{M}_]+)|[@＠]([A-Za-z0-9_]+)/gu
const sign = /[#＃@＠]|:\/\/|www\./i
const partOfWord = /[\p{L}\p{N}\p{M}_&#＃@＠/]$/u

/** What the server found in a text when it was written, as what is known of it. */
export function knownFrom({ tags = [], mentions }: Found): Required<Known> {
  const keys = new Set(tags.map(tagKey))
  const people = new Set(mentions.map(({ username }) => username.toLowerCase()))
  return { isTag: (key) => keys.has(key), isPerson: (username) => people.has(username) }
}

/** Joined, the parts are the text. */
export function partsOf(text: string, known: Known): TextPart[] {
  if (!sign.test(text)) return text === '' ? [] : [{ type: 'text', text }]
  const parts: TextPart[] = []
  let end = 0
  let tagEnd = 0
  for (const match of text.matchAll(token)) {
    const at = match.index
    const isChained = match[1] !== undefined && at > 0 && at === tagEnd
    const isInside = !isChained && endsInWord(text.slice(Math.max(0, at - 2), at))
    if (match[1] !== undefined && !isInside) tagEnd = at + match[0].length
    const part = partAt(text, match, isInside, known)
    if (part === undefined) continue
    if (at > end) parts.push({ type: 'text', text: text.slice(end, at) })
    parts.push(part)
    end = at + part.text.length
  }
  if (end < text.length) parts.push({ type: 'text', text: text.slice(end) })
  return parts
}

function endsInWord(before: string): boolean {
  return !/(?:^|\s)$/.test(before) && partOfWord.test(before)
}

/** All spellings of one tag have one key, as on the server. */
export function tagKey(tag: string): string {
  return tag.normalize('NFKC').toLowerCase().normalize('NFC')
}

function partAt(text: string, match: RegExpExecArray, isInside: boolean, known: Known): TextPart | undefined {
  const [whole, tag, name] = match
  if (tag !== undefined) {
    return !isInside && known.isTag?.(tagKey(tag)) ? { type: 'tag', text: whole, tag } : undefined
  }
  if (name !== undefined) {
    const next = text[match.index + whole.length]
    const isElsewhere = next === '@' || next === '＠'
    const username = name.toLowerCase()
    return isInside || isElsewhere || !known.isPerson(username) ? undefined : { type: 'mention', text: whole, username }
  }
  // An address may follow a word without a space, as it does in Korean, but `www.` inside a word is none.
  return isInside && /^www/i.test(whole) ? undefined : linkFrom(whole)
}

/**
 * An address without what belongs to the sentence around it: a particle right behind the name of the site, `madang.kr에서`, the
 * full stop, the bracket that was opened before it.
 */
function linkFrom(raw: string): TextPart | undefined {
  if (!/^[\p{L}\p{N}]/u.test(raw.replace(/^https?:\/\//i, ''))) return undefined
  // Somebody's name in front of the site: `https://bank.example@evil.example` does not lead where it seems to.
  if (/^(?:https?:\/\/)?[^/?#]*@/i.test(raw)) return undefined
  const site = siteIn(raw)
  const isCutOff = site !== undefined && !/^[/?#]/.test(raw.slice(site.length))
  const text = withoutSentence(isCutOff ? site : raw)
  const href = text.toLowerCase().startsWith('www.') ? `https://${text}` : text
  const address = URL.canParse(href) ? new URL(href) : undefined
  if (address === undefined || !isWeb(address)) return undefined
  return { type: 'link', text, href: address.href }
}

/** Up to the last letter that can be the site's: a name in Latin letters, or one of any that ends in such, like `마당.kr`. */
function siteIn(raw: string): string | undefined {
  const latin = /^(?:https?:\/\/)?[a-z0-9.-]+(?::\d+)?(?![a-z0-9.:-])/iu
  const other = /^(?:https?:\/\/)?(?:[\p{L}\p{N}\p{M}-]+\.)+[a-z]{2,}(?::\d+)?(?![a-z0-9.:-])/iu
  return (latin.exec(raw) ?? other.exec(raw))?.[0]
}

function isWeb({ protocol, hostname }: URL): boolean {
  return (protocol === 'https:' || protocol === 'http:') && (hostname.includes('.') || hostname === 'localhost')
}

const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{', '」': '「', '』': '『', '》': '《' }

function withoutSentence(raw: string): string {
  let text = raw
  for (;;) {
    const last = text.at(-1) ?? ''
    const opening = closing[last]
    const isUnopened = opening !== undefined && count(text, last) > count(text, opening)
    if (!isUnopened && !/[.,;:!?'"’”…。、]/.test(last)) return text
    text = text.slice(0, -1)
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}

/**
 * As Unicode builds them (UTS #51): a flag of two letters, a key, or a picture with its tone or tags, several of which are joined. All of
 * them are written `\p{RGI_Emoji}` for short, thousands of sequences that a browser needs a tenth of a second for.
 */
const picture =
  /(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|\p{Emoji_Presentation}|\p{Extended_Pictographic}\u{FE0F})(?:[\u{E0020}-\u{E007E}]+\u{E007F})?/u
const emoji = String.raw`(?:\p{RI}\p{RI}|[\d#*]\u{FE0F}\u{20E3}|${picture.source}(?:\u{200D}${picture.source})*)`
const emojiAlone = new RegExp(String.raw`^(?:${emoji}\s*){1,3}$`, 'u')
/** Of three families with flags. */
const longestEmoji = 100

/** Whether there is nothing but one to three emoji: shown large. */
export function isEmojiAlone(text: string): boolean {
  return text.length <= longestEmoji && emojiAlone.test(text.trim())
}
