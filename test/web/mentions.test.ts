import test from 'ava'
import * as fc from 'fast-check'
import type { Page, Person } from '../../web/src/api/types.ts'
import { MentionCompletion } from '../../web/src/mentions/mention-completion.ts'
import { PeopleSearch } from '../../web/src/person/people-search.ts'
import { mentionBefore, withMention } from '../../web/src/mentions/mention-text.ts'
import { eventually } from '../support/eventually.ts'
import { seeded } from '../support/seeded.ts'

const at = (marked: string) => mentionBefore(marked.replace('|', ''), marked.indexOf('|'))

test('a mention begins with @ at the beginning of a word and goes to the caret', (t) => {
  t.deepEqual(at('@|'), { at: 0, typed: '' })
  t.deepEqual(at('hello @ali| there'), { at: 6, typed: 'ali' })
  t.deepEqual(at('(＠마|'), { at: 1, typed: '마' })
  t.deepEqual(at('안녕\n@김민ㅈ|'), { at: 3, typed: '김민ㅈ' })
  t.deepEqual(at(`@${'마'.normalize('NFD')}|`)?.typed, '마')
})

test('what only looks like one is none', (t) => {
  for (const text of [
    'a@b|',
    'alice@example|',
    '@ali ce|',
    'https://x/@ali|',
    '@@ali|',
    '#@ali|',
    'ali|',
    '|@ali',
    `@${'a'.repeat(60)}|`,
  ]) {
    t.is(at(text), undefined, text)
  }
})

test('a mention that is taken stands with one space behind it, and the caret behind that', (t) => {
  const taken = (marked: string, name: string): string => {
    const caret = marked.indexOf('|')
    const next = withMention(marked.replace('|', ''), { ...at(marked)!, caret }, name)
    return `${next.text.slice(0, next.caret)}|${next.text.slice(next.caret)}`
  }

  t.is(taken('@마|', 'minji'), '@minji |')
  t.is(taken('hi @al| there', 'alice'), 'hi @alice |there')
  t.is(taken('＠|,', 'bob'), '@bob |,')
})

test('whatever stands around it, only the mention changes', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
      const text = `${before} @ali${after}`
      const caret = before.length + 5
      const next = withMention(text, { at: before.length + 1, typed: 'ali', caret }, 'alice')
      return (
        next.text.startsWith(`${before} @alice`) &&
        next.text.endsWith(after) &&
        /\s/.test(next.text.slice(next.caret - 1, next.caret))
      )
    }),
    seeded(100),
  )
  t.pass()
})

/** A server whose answers come when a test says so. */
function answering() {
  const asked: { typed: string; answer: (names: string[]) => void; fail: () => void; signal: AbortSignal }[] = []
  const found: string[][] = []
  const search = new PeopleSearch<Person>({
    waitMs: 1,
    onFound: (people) => found.push(people.map(({ username }) => username)),
    ask: (typed, signal) =>
      new Promise<Page<Person>>((resolve, reject) =>
        asked.push({
          ...{ typed, signal, fail: () => reject(new Error('offline')) },
          answer: (names) => resolve({ items: names.map(person), page: {} }),
        }),
      ),
  })
  const nextAsked = (count: number) => eventually(() => (asked.length === count ? asked[count - 1] : undefined))
  return { search, asked, found, nextAsked }
}

const person = (username: string): Person => ({ id: username, username, displayName: username, picture: null })

test('only the last answer is told, whatever the order in which they come', async (t) => {
  const { search, found, nextAsked } = answering()

  search.look('a')
  const first = await nextAsked(1)
  search.look('al')
  const second = await nextAsked(2)
  second.answer(['alice'])
  first.answer(['adam', 'alice'])

  await eventually(() => found.length > 0)
  t.deepEqual(found, [['alice']])
  t.true(first.signal.aborted)
})

test('nobody is asked for what was typed over at once, nor twice for the same', async (t) => {
  const { search, asked, found, nextAsked } = answering()

  for (const typed of ['a', 'al', 'ali']) search.look(typed)
  const only = await nextAsked(1)
  only.answer(['alice'])
  await eventually(() => found.length === 1)
  search.look('ALI')

  t.is(only.typed, 'ali')
  t.deepEqual(found, [['alice'], ['alice']])
  t.is(asked.length, 1)
})

test('what fails shows nobody, says nothing, and is asked again the next time', async (t) => {
  const { search, found, nextAsked } = answering()

  search.look('a')
  const failed = await nextAsked(1)
  failed.fail()
  await eventually(() => found.length === 1)
  search.look('a')
  const again = await nextAsked(2)
  again.answer(['alice'])

  await eventually(() => found.length === 2)
  t.deepEqual(found, [[], ['alice']])
})

test('after the end nobody is told any more', async (t) => {
  const { search, found, nextAsked } = answering()
  search.look('a')
  const asked = await nextAsked(1)

  search.stop()
  asked.answer(['alice'])
  search.look('b')
  const other = await nextAsked(2)
  other.answer(['bob'])

  await eventually(() => found.length > 0)
  t.deepEqual(found, [['bob']])
})

/** Somebody who writes, with people who are found at once. */
function writing(names: string[]) {
  const completion = new MentionCompletion<Person>({
    waitMs: 1,
    find: async (typed) => ({ items: names.filter((name) => name.startsWith(typed)).map(person), page: {} }),
    isMe: ({ username }) => username === 'me',
  })
  const shown = (): string[] | undefined => completion.choices.value?.people.map(({ username }) => username)
  return { completion, shown, open: () => eventually(shown) }
}

test('who may be meant is chosen by going up and down and round, and taken', async (t) => {
  const { completion, open } = writing(['alice', 'alan', 'me', 'bob'])

  completion.follow('hi @a', 5)
  t.deepEqual(await open(), ['alice', 'alan'])
  completion.step(1)
  t.is(completion.chosen?.username, 'alan')
  completion.step(1)
  t.is(completion.chosen?.username, 'alice')
  completion.step(-1)

  t.deepEqual(completion.take(completion.chosen!, 'hi @a', 5), { text: 'hi @alan ', caret: 9 })
  t.is(completion.choices.value, undefined)
})

test('who was chosen stays chosen when a later answer has them too', async (t) => {
  const { completion, open, shown } = writing(['alban', 'albert', 'alice', 'alan'])
  completion.follow('@al', 3)
  await open()
  completion.step(1)

  completion.follow('@alb', 4)
  await eventually(() => shown()?.length === 2)

  t.is(completion.chosen?.username, 'albert')
  completion.follow('@ali', 4)
  await eventually(() => shown()?.length === 1)
  t.is(completion.chosen?.username, 'alice')
})

test('what was turned away stays closed until another mention is begun', async (t) => {
  const { completion, open, shown } = writing(['alice'])
  completion.follow('@a', 2)
  await open()

  completion.dismiss()
  completion.follow('@al', 3)

  t.is(shown(), undefined)
  completion.follow('@al @a', 6)
  t.deepEqual(await open(), ['alice'])
})

test('a name that is written out leaves Enter to the text', async (t) => {
  const { completion, open } = writing(['alice'])

  completion.follow('@alice', 6)

  t.deepEqual(await open(), ['alice'])
  t.is(completion.chosen, undefined)
})

test('a caret that leaves the mention, or a selection, closes it', async (t) => {
  const { completion, open, shown } = writing(['alice'])
  completion.follow('@a b', 2)
  await open()

  completion.follow('@a b', 4)
  t.is(shown(), undefined)
  completion.follow('@a b', 2)
  await open()
  completion.follow('@a b', undefined)
  t.is(shown(), undefined)
})
