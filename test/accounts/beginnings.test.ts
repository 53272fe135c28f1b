import test from 'ava'
import * as fc from 'fast-check'
import { beginningsOf } from '../../src/accounts/beginnings.ts'
import { seeded } from '../support/seeded.ts'

const byPoints = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))
const isFound = (typed: string, name: string): boolean =>
  beginningsOf(typed).some(
    ({ from, below }) => byPoints(from, name) <= 0 && (below === undefined || byPoints(name, below) < 0),
  )

test('whatever a name is, each of its beginnings finds it, and a text that it does not begin with does not', (t) => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    .map((text) => text.normalize('NFC').toLowerCase())

  fc.assert(
    fc.property(name, fc.nat(8), (text, length) => {
      const beginning = [...text].slice(0, length + 1).join('')
      return isFound(beginning, text) && !isFound(`${text}x`, text)
    }),
    seeded(200),
  )
  t.pass()
})

/** What stands in the field while a Korean keyboard composes the name: key after key. */
const composed: Record<string, string[]> = {
  마당: ['ㅁ', '마', '맏', '마다', '마당'],
  김민지: ['ㄱ', '기', '김', '김ㅁ', '김미', '김민', '김민ㅈ', '김민지'],
  없다: ['ㅇ', '어', '업', '없', '없ㄷ', '없다'],
  업서: ['ㅇ', '어', '업', '없', '업서'],
  과일: ['ㄱ', '고', '과', '광', '과이', '과일'],
  의자: ['ㅇ', '으', '의', '읮', '의자'],
  뛰어: ['ㄸ', '뚜', '뛰', '뛰ㅇ', '뛰어'],
  까치: ['ㄲ', '까', '깣', '까치'],
}

for (const [name, steps] of Object.entries(composed)) {
  test(`${name} is found at every key with which it is written`, (t) => {
    for (const typed of steps) t.true(isFound(typed, name), typed)
  })
}

test('a syllable that is finished with another vowel or final finds nobody else', (t) => {
  t.false(isFound('머', '마당'))
  t.false(isFound('막', '마당'))
  t.false(isFound('맏', '마나'))
  t.false(isFound('과', '고양이'))
  t.false(isFound('없', '업자'))
  t.false(isFound('ㅁ', '나무'))
  t.true(isFound('맏', '맏이'))
})

test('case and normal form tell no names apart, and nothing typed finds nobody', (t) => {
  t.true(isFound('ALI', 'alice'))
  t.true(isFound('마'.normalize('NFD'), '마당'))
  t.true(isFound('É'.normalize('NFD'), 'émile'))
  t.deepEqual(beginningsOf(''), [])
})

test('ranges are apart and in order, so that nobody lies in two of them', (t) => {
  for (const typed of ['a', 'ㅁ', '마', '맏', '없', '가', '힣', '\u{10ffff}', '\ud7ff', 'ab\u{10ffff}']) {
    const ranges = beginningsOf(typed)
    t.true(ranges.length > 0)
    for (const [index, { below }] of ranges.entries()) {
      const next = ranges[index + 1]
      if (next !== undefined) t.true(below !== undefined && byPoints(below, next.from) <= 0, typed)
    }
  }
})
