import test from 'ava'
import * as fc from 'fast-check'
import { domainToUnicode } from 'node:url'
import { entitiesOf } from '../../src/timeline/entities.ts'
import { isEmojiAlone, knownFrom, partsOf, tagKey } from '../../web/src/text/parts.ts'
import { writtenIn } from '../../web/src/text/written-in.ts'
import { seeded } from '../support/seeded.ts'

const nobody = knownFrom({ mentions: [] })
const linksIn = (text: string) =>
  partsOf(text, nobody).flatMap((part) => (part.type === 'link' ? [[part.text, part.href]] : []))

test('tags and mentions that the server found become links, and nothing else does', (t) => {
  const text = '#맛집#서울 @alice @nobody a@bob.kr #없는것 ＃맛집'

  const parts = partsOf(
    text,
    knownFrom({ tags: ['맛집', '서울'], mentions: [{ username: 'alice' }, { username: 'bob' }] }),
  )

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
  t.deepEqual(linksIn('https://마당.kr에서 만나요'), [['https://마당.kr', new URL('https://마당.kr').href]])
  t.deepEqual(linksIn('See https://madang.kr/a_(b)?c=1. (또는 http://x.kr:81/가나)'), [
    ['https://madang.kr/a_(b)?c=1', 'https://madang.kr/a_(b)?c=1'],
    ['http://x.kr:81/가나', 'http://x.kr:81/%EA%B0%80%EB%82%98'],
  ])
  t.deepEqual(linksIn('(www.madang.kr/a_(b))'), [['www.madang.kr/a_(b)', 'https://www.madang.kr/a_(b)']])
})

test('what is not plainly an address of the web is no link', (t) => {
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,x',
    'https://bank.kr@evil.kr/',
    'https://bank.example:443@evil.example',
    'https://bank.kr\\@evil.kr',
    'www.bank.kr@evil.kr',
    'https://\\evil.kr',
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

      const parts = partsOf(text, knownFrom({ tags, mentions: names.map((username) => ({ username })) }))

      t.is(parts.map((part) => part.text).join(''), text)
      const shown = parts.flatMap((part) => (part.type === 'tag' ? [tagKey(part.tag)] : []))
      t.deepEqual(new Set(shown), new Set(tags.map(tagKey)))
      found += shown.length
    }),
    seeded(500),
  )
  t.true(found > 0)
})

test('one to three emoji alone are shown large', (t) => {
  t.true(isEmojiAlone('👍'))
  t.true(isEmojiAlone(' 👨‍👩‍👧‍👦 🇰🇷 '))
  for (const text of ['', '1', '☀', 'ok 👍', '👍👍👍👍']) t.false(isEmojiAlone(text))
})

test('every emoji that Unicode recommends is one, by itself, with a tone, and joined with others', (t) => {
  const recommended = /^\p{RGI_Emoji}$/v
  const endings = [
    '',
    '\u{FE0F}',
    '\u{1F3FD}',
    '\u{FE0F}\u{20E3}',
    '\u{200D}♂️',
    '\u{1F3FD}\u{200D}♀️',
    '\u{200D}🌈',
    '\u{1F1F7}',
  ]
  const letters = Array.from({ length: 0x20000 }, (_, code) => code).filter((code) => code < 0xd800 || code > 0xdfff)
  const all = letters.flatMap((code) => endings.map((ending) => String.fromCodePoint(code) + ending))
  const known = all.filter((one) => recommended.test(one))
  t.true(known.length > 1000)

  t.deepEqual(
    known.filter((one) => !isEmojiAlone(one)),
    [],
  )
})

test('where no server says whom a text means, a name is a mention only of somebody who is known', (t) => {
  const parts = partsOf('@Bob, mail a@carol.kr, @stranger @no', { isPerson: (name) => name === 'bob' })

  t.deepEqual(parts, [
    { type: 'mention', text: '@Bob', username: 'bob' },
    { type: 'text', text: ', mail a@carol.kr, @stranger @no' },
  ])
})

test('a link leads to the site that stands in it, whatever else is written', (t) => {
  const pieces = fc.constantFrom(
    'https://',
    'www.',
    'bank.kr',
    'evil.kr',
    '@',
    '\\',
    '/',
    ':',
    '에서',
    '.',
    '?',
    '#',
    '%40',
    '\u202e',
  )
  let seen = 0
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
      for (const [text = '', href = ''] of linksIn(list.join(''))) {
        const written = text.replace(/^https?:\/\//i, '')
        t.true(written.toLowerCase().startsWith(domainToUnicode(new URL(href).hostname)), `${text} → ${href}`)
        seen += 1
      }
    }),
    seeded(2000),
  )
  t.true(seen > 0)
})

test('no text becomes an address that runs', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const parts = partsOf(text, nobody)
      t.is(parts.map((part) => part.text).join(''), text)
      for (const part of parts) if (part.type === 'link') t.regex(part.href, /^https?:\/\//)
    }),
    seeded(300),
  )
})

test('what has Hangul in it is Korean, composed or not, and nothing else is', (t) => {
  t.is(writtenIn('hello 안녕'), 'ko')
  t.is(writtenIn('안녕'.normalize('NFD')), 'ko')
  t.is(writtenIn('ㅋㅋ'), 'ko')
  t.is(writtenIn('hello'), undefined)
  t.is(writtenIn('漢字 かな'), undefined)
})
