import { lengthOf } from '../ui/length.ts'

/** The server's bounds for a new password, in characters (src/accounts/account.ts). */
export const leastPassword = 10
export const mostPassword = 128

export type Strength = 'weak' | 'fair' | 'good' | 'strong'

export type PasswordFault = { kind: 'short'; missing: number } | { kind: 'long' }

/** What the server would refuse about a new password. */
export function passwordFault(password: string): PasswordFault | undefined {
  const length = lengthOf(password)
  if (length > mostPassword) return { kind: 'long' }
  return length < leastPassword ? { kind: 'short', missing: leastPassword - length } : undefined
}

/**
 * A rough word for how hard a password is to guess: by how much of it is new, character for character, and whether it is made of what
 * everybody tries first. An aid, no rule: length counts more than kinds of characters.
 */
export function strengthOf(password: string, known: readonly string[] = []): Strength {
  const text = password.normalize('NFC').toLowerCase()
  if (isCommon(text) || known.some((part) => part.length >= 3 && text.includes(part.toLowerCase()))) return 'weak'
  const bits = unexpected(text) * bitsPerCharacter(password)
  if (bits < 40) return 'weak'
  if (bits < 60) return 'fair'
  return bits < 80 ? 'good' : 'strong'
}

const common = [
  'password',
  'qwerty',
  'asdf',
  '1q2w3e',
  'letmein',
  'iloveyou',
  'welcome',
  '비밀번호',
  '123456',
  'madang',
  '마당',
]

function isCommon(text: string): boolean {
  const rest = common.reduce((left, part) => left.replaceAll(part, ''), text)
  return lengthOf(rest) <= text.length / 2
}

/** Characters that neither repeat the one before nor go on from it by one, as in `aaaa` and `1234`. */
function unexpected(text: string): number {
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  return points.filter((point, at) => at === 0 || Math.abs(point - (points[at - 1] ?? 0)) > 1).length
}

function bitsPerCharacter(password: string): number {
  const kinds: readonly [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[^A-Za-z0-9]/, 20],
    [/[\p{L}--[A-Za-z]]/v, 1000],
  ]
  const size = kinds.reduce((sum, [kind, count]) => (kind.test(password) ? sum + count : sum), 0)
  // Words follow each other in less free a way than dice would: two thirds.
  return (Math.log2(Math.max(2, size)) * 2) / 3
}
