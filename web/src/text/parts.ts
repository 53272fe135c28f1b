/** What a text is made of, for showing: the same tags and mentions that the server found in it, and addresses. */

export type TextPart =
  | { type: 'text'; text: string }
  | { type: 'tag'; text: string; tag: string }
  | { type: 'mention'; text: string; username: string }
  | { type: 'link'; text: string; href: string }

export interface Found {
  /** As the server found them, without `#`. */
  tags?: readonly string[]
  mentions: readonly { username: string }[]
}

const token = /https?:\/\/\S+|www\.\S+|[#＃]([\p{L}\p{N}\p{M}_]+)|[@＠]([A-Za-z0-9_]+)/giu
const partOfWord = /[\p{L}\p{N}\p{M}_&#＃@＠/]$/u

/** Joined, the parts are the text. */
export function partsOf(text: string, found: Found): TextPart[] {
  const tags = new Set((found.tags ?? []).map(tagKey))
  const people = new Set(found.mentions.map((person) => person.username.toLowerCase()))
  const parts: TextPart[] = []
  let end = 0
  let tagEnd = 0
  for (const match of text.matchAll(token)) {
    const at = match.index
    const isChained = match[1] !== undefined && at > 0 && at === tagEnd
    const isInside = !isChained && partOfWord.test(text.slice(Math.max(0, at - 2), at))
    if (match[1] !== undefined && !isInside) tagEnd = at + match[0].length
    const part = partAt(text, match, isInside, { tags, people })
    if (part === undefined) continue
    if (at > end) parts.push({ type: 'text', text: text.slice(end, at) })
    parts.push(part)
    end = at + part.text.length
  }
  if (end < text.length) parts.push({ type: 'text', text: text.slice(end) })
  return parts
}

/** All spellings of one tag have one key, as on the server. */
export function tagKey(tag: string): string {
  return tag.normalize('NFKC').toLowerCase().normalize('NFC')
}

interface Known {
  tags: ReadonlySet<string>
  people: ReadonlySet<string>
}

function partAt(text: string, match: RegExpExecArray, isInside: boolean, known: Known): TextPart | undefined {
  const [whole, tag, name] = match
  if (tag !== undefined) {
    return !isInside && known.tags.has(tagKey(tag)) ? { type: 'tag', text: whole, tag } : undefined
  }
  if (name !== undefined) {
    const next = text[match.index + whole.length]
    const isElsewhere = next === '@' || next === '＠'
    const username = name.toLowerCase()
    return isInside || isElsewhere || !known.people.has(username)
      ? undefined
      : { type: 'mention', text: whole, username }
  }
  // An address may follow a word without a space, as it does in Korean, but `www.` inside a word is none.
  return isInside && /^www/i.test(whole) ? undefined : linkFrom(whole)
}

/**
 * An address without what belongs to the sentence around it: a particle right behind the name of the site, `madang.kr에서`, the
 * full stop, the bracket that was opened before it.
 */
function linkFrom(raw: string): TextPart | undefined {
  // Somebody's name in front of the site: `https://bank.example@evil.example` does not lead where it seems to.
  if (/^(?:https?:\/\/)?[^/?#]*@/i.test(raw)) return undefined
  const site = /^(?:https?:\/\/)?[a-z0-9.-]+(?::\d+)?(?![a-z0-9.:-])/iu.exec(raw)?.[0]
  const isCutOff = site !== undefined && !/^[/?#]/.test(raw.slice(site.length))
  const text = withoutSentence(isCutOff ? site : raw)
  const href = text.toLowerCase().startsWith('www.') ? `https://${text}` : text
  const address = URL.canParse(href) ? new URL(href) : undefined
  if (address === undefined || !isWeb(address)) return undefined
  return { type: 'link', text, href: address.href }
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
