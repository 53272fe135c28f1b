import test from 'ava'
import { viewOf, tabStopOf } from '../../web/src/rooms/model/view.ts'
import { toward } from '../../web/src/text/particles.ts'
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

test('Tab leads to the newest message until another had the focus, and again when that one is gone', (t) => {
  const said = { epoch: 1, kind: 'text' as const, from: 'bob', editedAt: undefined, pictures: [], reactions: [] }
  const rows = [1, 2, 3].map((seq) => ({
    ...said,
    ...{ seq, id: `id-${seq}`, at: seq, content: { body: 'said' }, asOf: { epoch: 1, seq } },
  }))
  const items = viewOf({
    ...{ rows, before: undefined, pending: [], holes: [], unreadAfter: undefined, me: 'alice', dayOf: () => 'today' },
  })

  t.is(tabStopOf(items, undefined), 'bob:id-3')
  t.is(tabStopOf(items, 'bob:id-1'), 'bob:id-1')
  t.is(tabStopOf(items, 'bob:id-0'), 'bob:id-3')
  t.is(tabStopOf([], 'bob:id-1'), undefined)
})
