/** Texts between two others, as they are sorted by their code points. */
export interface Beginning {
  from: string
  /** The first text behind them; undefined when none is. */
  below: string | undefined
}

/** What somebody typed, as it is compared: names lie in these ranges, and usernames in one of them or none. */
export interface Sought {
  names: readonly Beginning[]
  username: Beginning | undefined
}

/**
 * Where the texts lie that begin with what was typed, to be compared byte by byte. The last syllable of a Korean text is taken as
 * still being composed: ㅁ finds 마, 민 and 몽; 마 finds 맏; and 맏 finds 마당 as well, since its ㄷ moves on when a vowel follows.
 * Names are kept in normal form C, so what was typed is brought into it.
 */
export function beginningsOf(typed: string): Beginning[] {
  const points = pointsOf(typed.normalize('NFC').toLowerCase())
  const last = points.at(-1)
  if (last === undefined) return []
  const before = points.slice(0, -1)
  const unfinished = becoming(last).map(({ first, final }) => between([...before, ...first], [...before, ...final]))
  return joined([between(points, points), ...unfinished])
}

/** Usernames are of few letters: what begins with any other finds nobody by username. */
export function soughtBy(typed: string): Sought {
  const names = beginningsOf(typed)
  return { names, username: /^\w+$/.test(typed) ? names[0] : undefined }
}

type Points = readonly number[]

const pointsOf = (text: string): number[] => [...text].map((one) => one.codePointAt(0) ?? 0)

/** How Unicode counts syllables: by initial, vowel and final, in the order of the alphabet (Unicode 3.12). */
const firstSyllable = 0xac00
const vowels = 21
const finals = 28
const initialLetters = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'
const finalLetters = ' ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ'
const lastSyllable = firstSyllable + initialLetters.length * vowels * finals - 1

/** Finals of two keys: the one that stays, and the one that moves on. */
const doubleFinals = new Map(
  ['ㄳㄱㅅ', 'ㄵㄴㅈ', 'ㄶㄴㅎ', 'ㄺㄹㄱ', 'ㄻㄹㅁ', 'ㄼㄹㅂ', 'ㄽㄹㅅ', 'ㄾㄹㅌ', 'ㄿㄹㅍ', 'ㅀㄹㅎ', 'ㅄㅂㅅ'].map(
    (three) => [three.charAt(0), { stays: three.charAt(1), moves: three.charAt(2) }],
  ),
)

/** How many vowels that begin with the same key follow this one: ㅘ, ㅙ and ㅚ behind ㅗ, ㅝ, ㅞ and ㅟ behind ㅜ, ㅢ behind ㅡ. */
const vowelsBehind = new Map([
  [8, 3],
  [13, 3],
  [18, 1],
])

/** What a last character that is still being composed may become: all between these two. */
function becoming(last: number): { first: Points; final: Points }[] {
  const initial = initialLetters.indexOf(String.fromCodePoint(last))
  if (initial >= 0) return [syllablesOf(initial)]
  if (last < firstSyllable || last > lastSyllable) return []
  const place = last - firstSyllable
  return place % finals === 0 ? [withFinals(last, Math.floor(place / finals) % vowels)] : movingOn(last, place % finals)
}

function syllablesOf(initial: number): { first: Points; final: Points } {
  const first = firstSyllable + initial * vowels * finals
  return { first: [first], final: [first + vowels * finals - 1] }
}

function withFinals(open: number, vowel: number): { first: Points; final: Points } {
  return { first: [open], final: [open + ((vowelsBehind.get(vowel) ?? 0) + 1) * finals - 1] }
}

/** A second final joins the first; or the final, or the second half of it, begins the next syllable. */
function movingOn(closed: number, final: number): { first: Points; final: Points }[] {
  const letter = finalLetters.charAt(final)
  const { stays, moves } = doubleFinals.get(letter) ?? { stays: ' ', moves: letter }
  const open = closed - final
  const left = open + finalLetters.indexOf(stays)
  const next = syllablesOf(initialLetters.indexOf(moves))
  const joining = [...doubleFinals].filter(([, double]) => double.stays === letter)
  return [
    { first: [left, ...next.first], final: [left, ...next.final] },
    ...joining
      .map(([double]) => [open + finalLetters.indexOf(double)])
      .map((grown) => ({ first: grown, final: grown })),
  ]
}

/** All that begin with these or with anything between them. */
function between(first: Points, final: Points): Beginning {
  const below = following(final)
  return { from: String.fromCodePoint(...first), below: below && String.fromCodePoint(...below) }
}

const lastPoint = 0x10ffff
const [firstSurrogate, behindSurrogates] = [0xd800, 0xe000]

/** The first text behind all that begin with this one. */
function following(points: Points): Points | undefined {
  const end = points.findLastIndex((point) => point < lastPoint)
  const last = points[end]
  if (last === undefined) return undefined
  return [...points.slice(0, end), last + 1 === firstSurrogate ? behindSurrogates : last + 1]
}

/** In their order, and what overlaps as one, so that nobody is found twice. */
function joined(ranges: readonly Beginning[]): Beginning[] {
  const [first, ...others] = ranges.toSorted((one, other) => (one.from < other.from ? -1 : 1))
  const apart: Beginning[] = first === undefined ? [] : [first]
  for (const next of others) {
    const before = apart.at(-1)
    if (before?.below !== undefined && before.below < next.from) apart.push(next)
    else if (before !== undefined && isBehind(next.below, before.below))
      apart.splice(-1, 1, { ...before, below: next.below })
  }
  return apart
}

function isBehind(one: string | undefined, other: string | undefined): boolean {
  return other !== undefined && (one === undefined || one > other)
}
