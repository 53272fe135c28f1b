import test from 'ava'
import { viewOf, tabStopOf } from '../../web/src/rooms/model/view.ts'
import { text as words } from '../../web/src/rooms/view/text.ts'
import { language } from '../../web/src/text/index.ts'
import { along, toward } from '../../web/src/text/particles.ts'
import { keyOf } from '../../web/src/ui/hotkeys.ts'

/** What depends on the script that somebody writes. */

test('a letter of another script means the Latin one on its key, and every other key itself', (t) => {
  const press = (key: string, code: string, shiftKey = false): string => keyOf({ key, code, shiftKey })

  t.is(press('ㄱ', 'KeyR'), 'r')
  t.is(press('ㄲ', 'KeyR', true), 'R')
  t.is(press('п', 'KeyG'), 'g')
  // A Latin layout on which the letters stand elsewhere.
  t.is(press('r', 'KeyO'), 'r')
  t.is(press('é', 'KeyE'), 'é')
  t.is(press('?', 'Slash', true), '?')
  t.is(press('Enter', 'Enter'), 'Enter')
  t.is(press('ArrowUp', 'ArrowUp'), 'ArrowUp')
})

test('what something is renamed to is followed by 로 or 으로 as it is read', (t) => {
  const read = {
    마당: '으로',
    마루: '로',
    뜰: '로',
    '장독대 2': '로',
    '방 3': '으로',
    '마당!': '으로',
    Porch: '(으)로',
    '': '(으)로',
  }

  for (const [word, particle] of Object.entries(read)) t.is(toward(word), particle, word)
})

test('what goes together is joined by 와 or 과 as it is read', (t) => {
  const read = {
    앨리스: '와',
    캐럴: '과',
    캐럴님: '과',
    나: '와',
    '방 2': '와',
    '방 3': '과',
    '방 10': '과',
    '마당!': '과',
    bob: '와(과)',
    '': '와(과)',
  }

  for (const [word, particle] of Object.entries(read)) t.is(along(word), particle, word)
})

test('people are named to each other as one would name them, the last joined and the rest counted', (t) => {
  const said = (): string[] => [
    words.value.typing(['앨리스']),
    words.value.typing(['앨리스', 'bob']),
    words.value.typing(['앨리스', 'bob', '캐럴', 'dave']),
    words.value.joined(['앨리스', 'bob', '캐럴']),
    words.value.left(['bob', '앨리스']),
    words.value.reactedBy('👍', [undefined, 'bob'], 0),
    words.value.reactedBy('👍', ['bob', undefined], 0),
    words.value.reactedBy('👍', ['앨리스', undefined, 'bob'], 3),
  ]
  const before = language.peek()
  t.teardown(() => void (language.value = before))

  language.value = 'ko'
  t.deepEqual(said(), [
    '앨리스님이 쓰고 있어요',
    '앨리스님과 bob님이 쓰고 있어요',
    '앨리스님 외 3명이 쓰고 있어요',
    '앨리스님, bob님과 캐럴님이 들어왔어요',
    'bob님과 앨리스님이 나갔어요',
    '👍 나와 bob님',
    '👍 bob님과 나',
    '👍 앨리스님, 나, bob님 외 3명',
  ])
  language.value = 'en'
  t.deepEqual(said(), [
    '앨리스 is typing',
    '앨리스 and bob are typing',
    'Several people are typing',
    '앨리스, bob, and 캐럴 came in',
    'bob and 앨리스 left',
    '👍 you and bob',
    '👍 bob and you',
    '👍 앨리스, you, bob, and 3 more',
  ])
})

test('Tab leads to the newest message until another had the focus, and again when that one is gone', (t) => {
  const said = { epoch: 1, kind: 'text' as const, from: 'bob', editedAt: undefined, pictures: [], reactions: [] }
  const rows = [1, 2, 3].map((seq) => ({
    ...said,
    ...{ seq, id: `id-${seq}`, at: seq, content: { body: 'said' }, asOf: { epoch: 1, seq } },
  }))
  const items = viewOf({
    ...{ rows, before: undefined, pending: [], holes: [], unreadFrom: undefined, me: 'alice', dayOf: () => 'today' },
  })

  t.is(tabStopOf(items, undefined), 'bob:id-3')
  t.is(tabStopOf(items, 'bob:id-1'), 'bob:id-1')
  t.is(tabStopOf(items, 'bob:id-0'), 'bob:id-3')
  t.is(tabStopOf([], 'bob:id-1'), undefined)
})
