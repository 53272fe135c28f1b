const syllables = { from: '가'.charCodeAt(0), to: '힣'.charCodeAt(0), endings: 28, rieul: 8 }
/** Digits as they are read: 영 일 이 삼 사 오 육 칠 팔 구. */
const digitsWithRo = '1245789'

/** The particle for where something goes or what it becomes, after this word: 로 after a vowel or ㄹ, 으로 after other consonants. */
export function toward(word: string): string {
  const last = word.normalize('NFC').match(/[\p{L}\p{N}](?=[^\p{L}\p{N}]*$)/u)?.[0] ?? ''
  if (/^[0-9]$/.test(last)) return digitsWithRo.includes(last) ? '로' : '으로'
  const code = last.charCodeAt(0)
  // How a word in another script is read is not known.
  if (!(code >= syllables.from && code <= syllables.to)) return '(으)로'
  const ending = (code - syllables.from) % syllables.endings
  return ending === 0 || ending === syllables.rieul ? '로' : '으로'
}
