import test from 'ava'
import { entitiesOf, tagKey } from '../../src/timeline/entities.ts'

const tags = (text: string) => entitiesOf(text).tags
const names = (text: string) => entitiesOf(text).names

test('tags are words in any script behind a hash, also right behind each other', (t) => {
  t.deepEqual(tags('#마당 과 #TypeScript_5 그리고 #café, #日本語!'), ['마당', 'TypeScript_5', 'café', '日本語'])
  t.deepEqual(tags('#맛집#서울#마포'), ['맛집', '서울', '마포'])
  t.deepEqual(tags('＃전각 (#괄호) "#따옴표" #끝.'), ['전각', '괄호', '따옴표', '끝'])
  t.deepEqual(tags('#2026년'), ['2026년'])
})

test('what is no tag is none: numbers, parts of words, addresses, entities', (t) => {
  t.deepEqual(tags('#1 # #! a#b ##두번 &#39; &#가; C# 가#나'), [])
  t.deepEqual(tags('https://example.com/#가 HTTP://x.y/?a=#나 www.example.com#다 (https://x.y/a#라)'), [])
  t.deepEqual(tags('/#경로'), [])
})

test('one tag is one whatever its case, width and normal form, and keeps how it was written first', (t) => {
  t.deepEqual(tags('#Madang #madang #ＭＡＤＡＮＧ'), ['Madang'])
  t.is(tagKey('ＭＡＤＡＮＧ'), 'madang')
  t.is(tagKey('각'.normalize('NFD')), '각')
})

test('a tag has at most fifty characters, and a text at most thirty tags', (t) => {
  t.deepEqual(tags(`#${'가'.repeat(50)}`), ['가'.repeat(50)])
  t.deepEqual(tags(`#${'가'.repeat(51)}`), [])
  t.is(tagKey('ﷺ'.repeat(10)), undefined)
  t.is(tags(Array.from({ length: 31 }, (_, nth) => `#t${nth}x`).join(' ')).length, 30)
})

test('mentions end where a name ends, and mail addresses are none', (t) => {
  t.deepEqual(names('@alice님, @Bob_2! (@carol) ＠전각 @al @' + 'a'.repeat(31)), ['alice', 'bob_2', 'carol'])
  t.deepEqual(names('alice@example.com 가@alice @alice@example.com //@alice'), [])
  t.deepEqual(names('https://example.com/@alice'), [])
  t.is(names(Array.from({ length: 51 }, (_, nth) => `@name${nth}`).join(' ')).length, 50)
})

/** A hundred times the longest text: whoever looked at it again for each character would not come to an end. */
test('a text that was written to be slow is not', (t) => {
  const size = 500_000
  const nasty = ['#', '@', 'http://', '#a', '#' + '가'.repeat(4999), '@a', '＃#'].map((part) =>
    part.repeat(size / part.length),
  )

  for (const text of nasty) t.true(entitiesOf(text).tags.length <= 30)
})
