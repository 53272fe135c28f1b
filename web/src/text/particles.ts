const syllables = { from: '가'.charCodeAt(0), to: '힣'.charCodeAt(0), endings: 28, rieul: 8 }
/** Digits as they are read: 영 일 이 삼 사 오 육 칠 팔 구. */
const digitsWithRo = '1245789'
const digitsWithWa = '2459'

/** The particle for where something goes or what it becomes, after this word: 로 after a vowel or ㄹ, 으로 after other consonants. */
export function toward(word: string): string {
  const last = lastSign(word)
  if (isDigit(last)) return digitsWithRo.includes(last) ? '로' : '으로'
  const ending = endingOf(last)
  if (ending === undefined) return '(으)로'
  return ending === 0 || ending === syllables.rieul ? '로' : '으로'
}

/** The particle between this word and the next that it goes with: 와 after a vowel, 과 after a consonant. */
export function along(word: string): string {
  const last = lastSign(word)
  if (isDigit(last)) return digitsWithWa.includes(last) ? '와' : '과'
  const ending = endingOf(last)
  if (ending === undefined) return '와(과)'
  return ending === 0 ? '와' : '과'
}

/** The last of a word that is read aloud. */
function lastSign(word: string): string {
  return word.normalize('NFC').match(/[\p{L}\p{N}](?=[^\p{L}\p{N}]*$)/u)?.[0] ?? ''
}

function isDigit(sign: string): boolean {
  return /^[0-9]$/.test(sign)
}

/** The consonant with which a syllable ends, by its number, 0 for none. How a word in another script is read is not known: undefined. */
function endingOf(sign: string): number | undefined {
  const code = sign.charCodeAt(0)
  return code >= syllables.from && code <= syllables.to ? (code - syllables.from) % syllables.endings : undefined
}
