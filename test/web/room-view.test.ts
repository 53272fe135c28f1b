import test from 'ava'
import * as fc from 'fast-check'
import type { Outgoing } from '../../web/src/api/live.ts'
import { withMineClosed, withOpened, withUpdated, withoutRoom } from '../../web/src/rooms/list/room-list.ts'
import type { MyRoom, Room } from '../../web/src/api/types.ts'
import type { Row } from '../../web/src/rooms/model/log.ts'
import { united, without } from '../../web/src/rooms/model/ranges.ts'
import { isLineLoaded } from '../../web/src/rooms/model/unread.ts'
import { viewOf } from '../../web/src/rooms/model/view.ts'
import type { ViewInput } from '../../web/src/rooms/model/view.ts'
import { bodyToSend, bytesOf, silenceOf, slowModeLeft } from '../../web/src/rooms/view/composing.ts'
import {
  afterArrival,
  earlier,
  isTooLong,
  later,
  mostRows,
  newestWindow,
  sliceOf,
  stretchAround,
  trimmed,
  windowAround,
} from '../../web/src/rooms/view/window.ts'
import { lookAgainMs, stepsOf } from '../../web/src/rooms/order/closing-steps.ts'
import { changesOf, emptyDraft, faultsOf, settingsOf } from '../../web/src/rooms/list/settings-form.ts'
import { seeded } from '../support/seeded.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

function row(seq: number, more: Partial<Row> = {}): Row {
  return {
    ...{ epoch: 1, seq, id: `id-${seq}`, kind: 'text', from: 'bob', at: seq * 1000, content: { body: `said ${seq}` } },
    ...{ editedAt: undefined, pictures: [], reactions: [], asOf: { epoch: 1, seq } },
    ...more,
  }
}

function view(rows: readonly Row[], more: Partial<ViewInput> = {}) {
  const dayOf = (at: number): string => String(Math.floor(at / dayMs))
  return viewOf({
    ...{ rows, before: undefined, pending: [], holes: [], unreadFrom: undefined, me: 'alice', dayOf },
    ...more,
  })
}

const typesOf = (items: ReturnType<typeof view>) => items.map(({ type }) => type)

test('messages of one person within five minutes stand together; a day, another person and a pause part them', (t) => {
  const items = view([
    row(1, { at: 0 }),
    row(2, { at: minuteMs }),
    row(3, { at: 2 * minuteMs, from: 'carol' }),
    row(4, { at: 8 * minuteMs, from: 'carol' }),
    row(5, { at: dayMs, from: 'carol' }),
  ])

  t.deepEqual(typesOf(items), ['day', 'message', 'message', 'message', 'message', 'day', 'message'])
  t.deepEqual(
    items.flatMap((item) => (item.type === 'message' ? [[item.row.seq, item.isFirst, item.isLast]] : [])),
    [
      [1, true, false],
      [2, false, true],
      [3, true, true],
      [4, true, true],
      [5, true, true],
    ],
  )
})

test('the line of what is new stands before its message, where that is shown', (t) => {
  const rows = [row(1), row(2, { from: 'alice' }), row(3, { kind: 'join', from: null }), row(4), row(5)]

  t.deepEqual(typesOf(view(rows, { unreadFrom: 4 })), [
    'day',
    'message',
    'message',
    'system',
    'unread',
    'message',
    'message',
  ])
  t.false(typesOf(view(rows.slice(0, 3), { unreadFrom: 4 })).includes('unread'))
  t.false(typesOf(view(rows.slice(4), { unreadFrom: 4, before: rows[3] })).includes('unread'))
})

test('who comes and goes one after the other is one line; who was put out has one of their own', (t) => {
  const moves = ['join', 'join', 'leave', 'kick', 'join'].map((kind, at) => row(at + 1, { kind, from: null }))

  const items = view(moves)

  t.deepEqual(
    items.flatMap((item) => (item.type === 'system' ? [item.rows.length] : [])),
    [3, 1, 1],
  )
})

test('what is on its way stands at the end, grouped with what was said before', (t) => {
  const pending: Outgoing[] = [{ room: '7', id: 'p', turn: 1, body: 'and this', writtenAt: 2000, state: 'sending' }]

  const items = view([row(1, { from: 'alice' })], { pending })

  t.deepEqual(typesOf(items), ['day', 'message', 'pending'])
  t.like(items[1], { isFirst: true, isLast: false })
  t.like(items[2], { isFirst: false, isLast: true, key: 'alice:p' })
})

test('what could not be sent on an earlier day stands at the end without a line of that day', (t) => {
  const outgoing = (id: string, writtenAt: number): Outgoing => ({
    ...{ room: '7', id, turn: 1, body: 'and this', state: 'failed', writtenAt },
  })
  const rows = [row(1, { at: 0 }), row(2, { at: dayMs })]
  const pending = [outgoing('p', minuteMs), outgoing('q', 2 * dayMs), outgoing('r', dayMs + minuteMs)]

  const items = view(rows, { pending })

  t.deepEqual(typesOf(items), ['day', 'message', 'day', 'message', 'pending', 'day', 'pending', 'pending'])
  t.is(new Set(items.map(({ key }) => key)).size, items.length)
})

test('a hole stands where something is missing, and the key of a message does not change when it arrives', (t) => {
  const items = view([row(1), row(9)], { holes: [{ from: 2, to: 8 }] })

  t.deepEqual(typesOf(items), ['day', 'message', 'hole', 'message'])
  t.is(view([row(1, { from: 'alice', id: 'p' })])[1]?.key, 'alice:p')
})

test('ranges: what is taken away is gone, what touches is one', (t) => {
  t.deepEqual(without([{ from: 1, to: 10 }], { from: 4, to: 6 }), [
    { from: 1, to: 3 },
    { from: 7, to: 10 },
  ])
  t.deepEqual(without([{ from: 5, to: 6 }], { from: 1, to: 9 }), [])
  t.deepEqual(
    united([
      { from: 4, to: 6 },
      { from: 1, to: 3 },
      { from: 8, to: 9 },
    ]),
    [
      { from: 1, to: 6 },
      { from: 8, to: 9 },
    ],
  )
})

test('however far somebody scrolls, some hundred rows are in the page, and both ends are reached', (t) => {
  const moves = fc.array(fc.constantFrom('up', 'down'), { maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), moves, (count, list) => {
      const rows = Array.from({ length: count }, (_, at) => row(2 * at + 1))
      let window = newestWindow(rows)
      t.is(sliceOf(rows, window).end, count)
      for (const move of list) {
        window = move === 'up' ? earlier(rows, window) : later(rows, window)
        const { start, end } = sliceOf(rows, window)
        t.true(end > start && end - start <= mostRows)
      }
      for (let turn = 0; turn < 100; turn += 1) window = earlier(rows, window)
      t.is(sliceOf(rows, window).start, 0)
      for (let turn = 0; turn < 100; turn += 1) window = later(rows, window)
      t.is(window.to, undefined)
      const around = sliceOf(rows, windowAround(rows, rows[count >> 1]!.seq))
      t.true(around.start <= count >> 1 && around.end > count >> 1)
    }),
    seeded(100),
  )
})

test('what comes while one reads above does not grow the page without end; who is at the end stays there', (t) => {
  const rows = Array.from({ length: 2000 }, (_, at) => row(at + 1))
  let [reading, following] = [newestWindow(rows.slice(0, 500)), newestWindow(rows.slice(0, 500))]
  for (let count = 501; count <= 2000; count += 1) {
    reading = afterArrival(rows.slice(0, count), reading, false)
    following = afterArrival(rows.slice(0, count), following, true)
  }

  t.true(sliceOf(rows, reading).end - sliceOf(rows, reading).start <= 401)
  t.is(sliceOf(rows, reading).start, 380)
  t.true(sliceOf(rows, following).end - sliceOf(rows, following).start <= mostRows)
  t.is(sliceOf(rows, following).end, 2000)
})

test('rows that come between others do not grow the page without end, and what is seen stays in it', (t) => {
  const rows = Array.from({ length: 900 }, (_, at) => row(at + 1))
  const window = { from: 1, to: undefined }
  t.false(isTooLong(rows.slice(0, 400), window))
  t.true(isTooLong(rows, window))

  const middle = sliceOf(rows, trimmed(rows, window, [400, 405, 420]))
  t.deepEqual(middle, { start: 339, end: 480 })
  const end = trimmed(rows, window, [890, 900])
  t.is(end.to, undefined)
  t.is(sliceOf(rows, end).end, 900)
})

test('what is in the page does not grow over a hole, from whichever side somebody comes', (t) => {
  const rows = [
    ...Array.from({ length: 100 }, (_, at) => row(at + 1)),
    ...Array.from({ length: 100 }, (_, at) => row(at + 901)),
  ]
  const holes = [{ from: 101, to: 900 }]
  t.deepEqual(stretchAround(950, holes), { from: 901, to: Infinity })
  t.deepEqual(stretchAround(50, holes), { from: 0, to: 100 })

  t.deepEqual(newestWindow(rows, stretchAround(1000, holes)), { from: 901, to: undefined })
  const around = windowAround(rows, 90, stretchAround(90, holes))
  t.deepEqual(around, { from: 30, to: 100 })
  t.deepEqual(later(rows, around, 90, stretchAround(100, holes)), around)
  const below = { from: 910, to: undefined }
  t.deepEqual(earlier(rows, below, 950, stretchAround(910, holes)), { from: 901, to: undefined })
})

test('the line of what is new waits while the rows beside it are not loaded', (t) => {
  const known = { oldest: 50, hasOlder: true, holes: [{ from: 100, to: 200 }] }
  t.true(isLineLoaded(49, known))
  t.false(isLineLoaded(48, known))
  t.true(isLineLoaded(48, { ...known, hasOlder: false }))
  t.true(isLineLoaded(98, known))
  t.false(isLineLoaded(99, known))
  t.false(isLineLoaded(199, known))
  t.true(isLineLoaded(200, known))
})

test('what is sent is in normal form C, without controls, and counted in bytes', (t) => {
  t.is(bodyToSend('\n  마당\r\n'.normalize('NFD')), '  마당')
  t.is(bodyToSend('a\u0007b\tc'), 'ab\tc')
  t.is(bodyToSend(' \n '), '')
  t.is(bodyToSend('\u200b \u3164\u2060'), '')
  t.is(bodyToSend('👩\u200d🌾'), '👩\u200d🌾')
  t.is(bytesOf('마당'), 6)
})

test('slow mode counts down from the last message, and not for whom it does not hold', (t) => {
  t.is(slowModeLeft(undefined, 30, 0), 0)
  t.is(slowModeLeft(1000, 30, 1500), 30)
  t.is(slowModeLeft(1000, 30, 30_999), 1)
  t.is(slowModeLeft(1000, 30, 31_000), 0)
  t.is(slowModeLeft(1000, 0, 1001), 0)
})

test('slow mode asks for no more than its seconds, however late a clock is', (t) => {
  t.is(slowModeLeft(300_000, 30, 0), 30)
  t.is(slowModeLeft(1000, 30, 0), 30)
  t.is(slowModeLeft(1000, 30, 2000), 29)
})

test('why one cannot write is said: the room is over, is ending, or one has not the word', (t) => {
  const room = { isOver: false, state: 'open', speak: 'members', hasWord: false, keepsOrder: false } as const
  t.is(silenceOf(room), undefined)
  t.is(silenceOf({ ...room, speak: 'mentors' }), 'muted')
  t.is(silenceOf({ ...room, speak: 'mentors', hasWord: true }), undefined)
  t.is(silenceOf({ ...room, speak: 'mentors', keepsOrder: true }), undefined)
  t.is(silenceOf({ ...room, isOver: true }), 'closing')
  t.is(silenceOf({ ...room, state: 'closed' }), 'over')
})

function listed(id: string, more: Partial<Room> = {}): Room {
  return {
    ...{ id, kind: 'hosted', name: `room ${id}`, topic: '', mentor: null, seats: 3, seatsTaken: 0, people: 0 },
    ...{ entry: 'open', speak: 'members', slowModeSeconds: 0, state: 'open', openedAt: '2026-11-21T00:00:00.000Z' },
    ...more,
  } as Room
}

test('what the stream tells of rooms may be told twice', (t) => {
  const list = [listed('9'), listed('3')]
  const opened = withOpened(withOpened(list, listed('5')), listed('5'))
  t.deepEqual(
    opened.map(({ id }) => id),
    ['9', '5', '3'],
  )
  t.is(withUpdated(opened, { id: '5', people: 7 })[1]?.people, 7)
  t.deepEqual(withUpdated(list, { id: '77', people: 7 }), list)
  t.deepEqual(withoutRoom(withoutRoom(opened, '5'), '5'), list)
})

test('a room of mine stays while it is being closed, and goes when it is', (t) => {
  const mine: MyRoom[] = [{ ...listed('3'), unread: 1, readUpTo: null }]
  const closing = withMineClosed(mine, { id: '3', state: 'closing' })
  t.is(closing[0]?.state, 'closing')
  t.deepEqual(withMineClosed(closing, { id: '3', state: 'closed' }), [])
  t.deepEqual(
    withMineClosed(mine, { id: '3', state: 'hidden' }).map(({ id, entry }) => [id, entry]),
    mine.map(({ id, entry }) => [id, id === '3' ? 'invited' : entry]),
  )
})

test('a closing is told step by step, and looked at ever less often', (t) => {
  const closing = { room: '7', stored: 3, parked: 0, attempts: 1, requestedAt: '', receipt: '' }
  const states = (state: 'draining' | 'sealed' | 'quarantined') =>
    stepsOf({ ...closing, state }).map((one) => one.state)
  t.deepEqual(states('draining'), ['done', 'done', 'now', 'to_come', 'to_come'])
  t.deepEqual(states('sealed'), ['done', 'done', 'done', 'done', 'done'])
  t.deepEqual(states('quarantined'), ['done', 'done', 'done', 'done', 'to_come'])
  t.deepEqual([0, 1, 20].map(lookAgainMs), [500, 750, 5000])
})

test('what is wrong with the settings of a room is said before the server is asked', (t) => {
  t.deepEqual(faultsOf({ ...emptyDraft, name: ' 마당 ' }), {})
  t.deepEqual(faultsOf({ ...emptyDraft, name: ' ', seats: '2.5', topic: 'x'.repeat(501) }), {
    name: 'empty',
    seats: 'not_a_number',
    topic: 'too_long',
  })
  t.deepEqual(faultsOf({ ...emptyDraft, name: '마'.repeat(81) }), { name: 'too_long' })
  t.like(settingsOf({ ...emptyDraft, name: ' 마당 ' }), { name: '마당', seats: 20, slowModeSeconds: 0 })
  const begun = { ...emptyDraft, name: '마당' }
  t.deepEqual(changesOf(begun, { ...begun, name: '마당 ', seats: '20' }), {})
  t.deepEqual(changesOf(begun, { ...begun, seats: '30', entry: 'invited' }), { seats: 30, entry: 'invited' })
})
