import type { Chance } from '../chance.ts'

const mostBytes = 4096

const said = [
  '안녕하세요, 오늘 모임은 일곱 시에 시작합니다.',
  '네, 저도 갈게요! 자리 하나 남겨 주세요.',
  '그건 조금 더 생각해 봐야 할 것 같아요…',
  'ㅋㅋㅋㅋㅋ 진짜요?',
  'I read the chapter twice and still do not see why the lock is taken first.',
  'Could somebody post the link again, please?',
  'ok',
  '+1',
  '네',
  '{"this":"looks like JSON","but":["it","is","only","text"]}',
  "Robert'); DROP TABLE messages;--",
  '<b>bold</b> & "quotes" \\ backslashes \\u0000 \\n',
  'two lines\nand a\ttab',
  'a line that ends with a colon:  12:34:5678|x|',
  'Ünïcödé ñandú façade straße Ελληνικά русский العربية עברית हिन्दी ไทย',
  'line separators \u2028 and \u2029, a zero\u200bwidth space, a soft\u00adhyphen',
] as const satisfies readonly [string, ...string[]]

const emoji = ['👍', '❤️', '😂', '🎉', '👩‍👩‍👧‍👦', '🇰🇷', '👋🏽', '🏳️‍🌈', '🫶', '1️⃣'] as const
const syllables = [...'가나다라마바사아자차카타파하강물산들꽃별달해람'].join('')

/** What somebody says: mostly a short line, sometimes emoji or a wall of Korean up to the last byte that is allowed. */
export function somethingToSay(chance: Chance): string {
  switch (chance.weighed({ line: 70, emoji: 10, korean: 12, long: 6, longest: 2 })) {
    case 'line':
      return `${chance.of(said)} ${chance.whole(0, 9999)}`.normalize('NFC')
    case 'emoji':
      return repeated(() => someEmoji(chance), chance.whole(1, 12))
    case 'korean':
      return repeated(() => korean(chance), chance.whole(3, 60))
    case 'long':
      return cutTo(
        repeated(() => `${korean(chance)}${chance.of(said)} ${someEmoji(chance)}`, 60),
        chance.whole(600, mostBytes),
      )
    case 'longest':
      return filledTo(mostBytes, chance)
  }
}

/** One byte more than a message may have. */
export function tooLong(chance: Chance): string {
  return `${filledTo(mostBytes, chance)}.`
}

export function someEmoji(chance: Chance): string {
  return chance.of(emoji)
}

function korean(chance: Chance): string {
  const word = repeated(() => syllables[chance.whole(0, syllables.length - 1)] ?? '', chance.whole(1, 5))
  return `${word} `
}

function repeated(piece: () => string, times: number): string {
  return Array.from({ length: times }, piece).join('').trim().normalize('NFC')
}

/** Three bytes a syllable, and the rest in letters. */
function filledTo(bytes: number, chance: Chance): string {
  const syllable = syllables[chance.whole(0, syllables.length - 1)] ?? '가'
  return syllable.repeat(Math.floor(bytes / 3)) + 'x'.repeat(bytes % 3)
}

function cutTo(text: string, bytes: number): string {
  let length = 0
  const kept: string[] = []
  for (const character of text) {
    length += Buffer.byteLength(character)
    if (length > bytes) break
    kept.push(character)
  }
  return kept.join('').trim().normalize('NFC')
}
