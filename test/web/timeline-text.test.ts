import test from 'ava'
import * as fc from 'fast-check'
import { entitiesOf } from '../../src/timeline/entities.ts'
import { lengthOf, mostAlt, mostArea, mostCommentText, mostPostText } from '../../web/src/timeline/limits.ts'
import { partsOf, tagKey } from '../../web/src/text/parts.ts'
import { newComment } from '../../src/timeline/comments.ts'
import { newPost } from '../../src/timeline/post.ts'
import { seeded } from '../support/seeded.ts'

const nobody = { mentions: [] }
const linksIn = (text: string) =>
  partsOf(text, nobody).flatMap((part) => (part.type === 'link' ? [[part.text, part.href]] : []))

test('tags and mentions that the server found become links, and nothing else does', (t) => {
  const text = '#맛집#서울 @alice @nobody a@bob.kr #없는것 ＃맛집'

  const parts = partsOf(text, { tags: ['맛집', '서울'], mentions: [{ username: 'alice' }, { username: 'bob' }] })

  t.deepEqual(
    parts.filter((part) => part.type !== 'text'),
    [
      { type: 'tag', text: '#맛집', tag: '맛집' },
      { type: 'tag', text: '#서울', tag: '서울' },
      { type: 'mention', text: '@alice', username: 'alice' },
      { type: 'tag', text: '＃맛집', tag: '맛집' },
    ],
  )
})

test('an address is a link without the sentence around it', (t) => {
  t.deepEqual(linksIn('보세요: https://madang.kr/글?a=1#b.'), [
    ['https://madang.kr/글?a=1#b', 'https://madang.kr/%EA%B8%80?a=1#b'],
  ])
  t.deepEqual(linksIn('https://madang.kr에서 만나요'), [['https://madang.kr', 'https://madang.kr/']])
  t.deepEqual(linksIn('(www.madang.kr/a_(b))'), [['www.madang.kr/a_(b)', 'https://www.madang.kr/a_(b)']])
})

test('what is not plainly an address of the web is no link', (t) => {
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,x',
    'https://bank.kr@evil.kr/',
    'https://',
    'ftp://a.kr',
    'awww.madang.kr',
  ]) {
    t.deepEqual(linksIn(text), [], text)
  }
})

test('the parts are the text, and their tags and mentions are those of the server', (t) => {
  const pieces = fc.constantFrom(
    '#',
    '@',
    '맛집',
    'alice',
    ' ',
    '\n',
    'https://a.kr/',
    'www.b.kr',
    '.',
    ')',
    '(',
    'é',
    '_',
  )
  let found = 0
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (list) => {
      const text = list.join('')
      const { tags, names } = entitiesOf(text)

      const parts = partsOf(text, { tags, mentions: names.map((username) => ({ username })) })

      t.is(parts.map((part) => part.text).join(''), text)
      const shown = parts.flatMap((part) => (part.type === 'tag' ? [tagKey(part.tag)] : []))
      t.deepEqual(new Set(shown), new Set(tags.map(tagKey)))
      found += shown.length
    }),
    seeded(500),
  )
  t.true(found > 0)
})

test('what the client counts is what the server takes: at the limit, and one over', (t) => {
  const nfd = '가'.normalize('NFD')
  t.is(lengthOf(` ${nfd}😀\r\n.\n`), 4)
  const takes = (text: string) => newPost.safeParse({ text }).success
  const says = (text: string) => newComment.safeParse({ text }).success
  const of = (length: number) => `${nfd}😀`.repeat(length / 2)

  t.is(lengthOf(of(mostPostText)), mostPostText)
  t.deepEqual([takes(of(mostPostText)), takes(`${of(mostPostText)}!`)], [true, false])
  t.deepEqual([says(of(mostCommentText)), says(`${of(mostCommentText)}!`)], [true, false])
  const shows = (alt: string) => newPost.safeParse({ pictures: [{ media: '1', alt }] }).success
  t.deepEqual([shows(of(mostAlt)), shows(`${of(mostAlt)}!`)], [true, false])
  const isIn = (area: string) => newPost.safeParse({ text: 'x', area }).success
  t.deepEqual([isIn(of(mostArea)), isIn(`${of(mostArea)}!`)], [true, false])
})
