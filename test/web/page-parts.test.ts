import test from 'ava'
import type { Connection } from '../../web/src/api/live.ts'
import { heardAfter, linkOf } from '../../web/src/shell/connection-state.ts'
import type { HeardConnection } from '../../web/src/shell/connection-state.ts'
import { initialOf, toneOf, tones } from '../../web/src/ui/avatar-looks.ts'
import { nextPlace } from '../../web/src/ui/menu-keys.ts'

const heard = (...states: Connection[]): HeardConnection | undefined =>
  states.reduce<HeardConnection | undefined>((before, now) => heardAfter(before, now), undefined)
const linked = (...connections: Connection[][]): string =>
  linkOf(
    { isOnline: true, isMissing: false },
    connections.flatMap((states) => heard(...states) ?? []),
  )

const connecting: Connection = { state: 'connecting' }
const open: Connection = { state: 'open' }
const waiting: Connection = { state: 'waiting', retryAt: 1 }

test('the page is as connected as the worst of its connections', (t) => {
  t.is(linked(), 'open')
  t.is(linked([open], [connecting]), 'open')
  t.is(linked([open], [waiting]), 'reconnecting')
  t.is(linked([waiting], [{ state: 'refused', why: 'too_many' }]), 'limited')
  t.is(linked([open], [{ state: 'refused', why: 'outdated' }]), 'outdated')
  t.is(linked([open], [{ state: 'refused', why: 'removed' }]), 'removed')
  t.is(linkOf({ isOnline: false, isMissing: false }, []), 'offline')
})

test('without the part that connects it a page is not open, and what is sooner mended is told first', (t) => {
  t.is(linkOf({ isOnline: true, isMissing: true }, []), 'missing')
  t.is(linkOf({ isOnline: false, isMissing: true }, []), 'offline')
})

test('a connection that was lost stays lost until one stands, however often another is tried', (t) => {
  t.is(linked([connecting, open]), 'open')
  t.is(linked([open, waiting, connecting]), 'reconnecting')
  t.is(linked([connecting, waiting, connecting, waiting, connecting]), 'reconnecting')
  t.is(linked([open, waiting, connecting, open]), 'open')
  t.is(linked([open, waiting, connecting, open, connecting]), 'open')
})

test('arrows go round in a menu, and letters go to the next entry that begins with them', (t) => {
  const words = ['Edit', 'Copy link', 'Delete', 'Mute']
  const from = (key: string, at: number): number | undefined => nextPlace({ key, at, words })

  t.is(from('ArrowDown', 3), 0)
  t.is(from('ArrowUp', 0), 3)
  t.is(from('ArrowUp', -1), 3)
  t.is(from('Home', 2), 0)
  t.is(from('End', 0), 3)
  t.is(from('d', 0), 2)
  t.is(from('D', 2), 2)
  t.is(from('x', 0), undefined)
  t.is(from('Enter', 0), undefined)
  t.is(nextPlace({ key: 'ArrowDown', at: -1, words: [] }), undefined)
})

test('a person without a picture has one letter and one color, everywhere the same', (t) => {
  t.is(initialOf('앨리스', 'alice'), '앨')
  t.is(initialOf('  ', 'alice'), 'A')
  t.is(initialOf('👩‍🌾 carol', 'carol'), '👩‍🌾')
  t.is(initialOf('', ''), '·')

  t.is(toneOf('alice'), toneOf('ALICE'))
  const used = new Set(Array.from({ length: 200 }, (_, at) => toneOf(`person_${at}`)))
  t.is(used.size, tones)
})
