import test from 'ava'
import { RoomView, entryPool } from '../../../src/commands/replay/room-view.ts'
import type { SeenEntry } from '../../../src/commands/replay/room-view.ts'

function entry(epoch: number, seq: number, body = `${epoch}:${seq}`): SeenEntry {
  return { epoch, seq, id: `id ${body}`, kind: 'text', body }
}

function viewOf(...entries: SeenEntry[]): RoomView {
  const view = new RoomView()
  for (const one of entries) view.apply(one)
  return view
}

function bodies(view: RoomView): (string | undefined)[] {
  return view.entries.map((one) => one.body)
}

test('what is next is applied, what is known is dropped, what is further on is a hole', (t) => {
  const view = viewOf(entry(1, 1), entry(1, 2))

  t.is(view.apply(entry(1, 2)), 'dropped')
  t.is(view.apply(entry(1, 4)), 'hole')
  t.is(view.apply(entry(1, 3)), 'new')
  t.deepEqual(bodies(view), ['1:1', '1:2', '1:3'])
  t.deepEqual(view.last, { epoch: 1, seq: 3 })
})

test('a new epoch goes on with the next seq', (t) => {
  const view = viewOf(entry(1, 1), entry(1, 2))

  view.beginEpoch(2, { epoch: 1, seq: 2 })

  t.deepEqual(view.last, { epoch: 2, seq: 2 })
  t.is(view.apply(entry(2, 3)), 'new')
})

test('what the old epoch did not keep is dropped, whether it was heard before or comes late', (t) => {
  const view = viewOf(entry(1, 1), entry(1, 2), entry(1, 3))

  view.beginEpoch(2, { epoch: 1, seq: 1 })

  t.deepEqual(bodies(view), ['1:1'])
  t.is(view.apply(entry(1, 2)), 'dropped')
  t.is(view.apply(entry(2, 2)), 'new')
  t.deepEqual(bodies(view), ['1:1', '2:2'])
})

test('an entry of a later epoch takes the place of one that was not kept, also before that is said', (t) => {
  const view = viewOf(entry(1, 1), entry(1, 2), entry(1, 3))

  t.is(view.apply(entry(3, 2)), 'new')

  t.deepEqual(bodies(view), ['1:1', '3:2'])
})

test('what a page folds away leaves no hole', (t) => {
  const view = viewOf(entry(1, 1))

  view.applyFolded(entry(1, 4))

  t.deepEqual(
    view.entries.map((one) => one.kind),
    ['text', 'folded', 'folded', 'text'],
  )
})

test('a page that was read before an epoch ended adds nothing of what that epoch did not keep, and no place for it', (t) => {
  const view = viewOf(entry(1, 1))
  view.beginEpoch(2, { epoch: 1, seq: 1 })

  view.applyFolded(entry(1, 2))
  view.applyFolded(entry(1, 3))

  t.deepEqual(bodies(view), ['1:1'])
  t.deepEqual(view.last, { epoch: 2, seq: 1 })
})

test('views of one room share what is the same, and only that', (t) => {
  const share = entryPool()
  const [hers, his] = [new RoomView(share), new RoomView(share)]

  hers.apply(entry(1, 1))
  his.apply(entry(1, 1))
  hers.apply(entry(1, 2))
  his.apply(entry(1, 2, 'another'))

  t.is(hers.entries[0], his.entries[0])
  t.deepEqual(bodies(his), ['1:1', 'another'])
})
