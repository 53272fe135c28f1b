import test from 'ava'
import { afterLoss, broken, closedRow, heard, judge, row, sealed, send } from './story.ts'

const acked = send('a', [10, 20], { epoch: 1, seq: 1 })

test('what was acknowledged and stands in its place is as promised', (t) => {
  const verdict = judge([acked], [row(1, 'a')])

  t.deepEqual(verdict.violations, [])
  t.like(verdict.counts, { acked: 1, lost: 0, rooms: 1 })
})

test('C1: what was acknowledged and is gone is a loss, with the line that proves it', (t) => {
  const verdict = judge([acked], [])

  t.deepEqual(broken(verdict), ['C1'])
  t.true(verdict.violations[0]?.proof.some((line) => line.includes('ok 1:1')))
  t.is(verdict.counts.lost, 1)
})

test('C1: a loss below what its epoch kept is no tail, whatever the range says', (t) => {
  const lines = [acked, send('b', [30, 40], { epoch: 1, seq: 2 })]
  const verdict = judge(lines, [row(1, '!parked', { from: null }), row(2, 'b')], afterLoss(2))

  t.true(broken(verdict).includes('C1'))
})

test('what is lost with the tail of an epoch that is called suspect is declared, also behind the last that a witness saw', (t) => {
  const lines = [acked, send('b', [30, 40], { epoch: 1, seq: 2 }), send('c', [50, 60], { epoch: 1, seq: 3 })]
  const verdict = judge(lines, [row(1, 'a')], afterLoss(1))

  t.deepEqual(verdict.violations, [])
  t.like(verdict.counts, { acked: 3, lost: 0, declaredLost: 2 })
  t.deepEqual(verdict.suspectBecause, [{ cause: 'absent', rooms: 1, entries: 2 }])
})

test('C1: a tail that is lost in an epoch that nobody calls suspect is a loss', (t) => {
  const ending = afterLoss(1)
  const silent = { ...ending, epochs: ending.epochs.map((epoch) => ({ ...epoch, suspect: undefined })) }
  const verdict = judge([acked, send('b', [30, 40], { epoch: 1, seq: 2 })], [row(1, 'a')], silent)

  t.deepEqual(broken(verdict), ['C1'])
})

test('what was lost with an epoch and offered again is healed, not misplaced', (t) => {
  const again = send('b', [70, 80], { epoch: 2, seq: 2 })
  const lines = [acked, send('b', [30, 40], { epoch: 1, seq: 2 }), again]
  const verdict = judge(lines, [row(1, 'a'), row(2, 'b', { epoch: 2 })], afterLoss(1))

  t.deepEqual(verdict.violations, [])
  t.like(verdict.counts, { healed: 1, declaredLost: 0 })
})

test('C2: what was acknowledged once and stands twice is doubled', (t) => {
  const verdict = judge([acked], [row(1, 'a'), row(2, 'a')])

  t.deepEqual(broken(verdict), ['C2'])
  t.is(verdict.counts.doubled, 1)
})

test('two people may use one id', (t) => {
  const bobs = send('a', [30, 40], { by: 'bob', epoch: 1, seq: 2 })

  t.deepEqual(judge([acked, bobs], [row(1, 'a'), row(2, 'a', { from: 'bob' })]).violations, [])
})

for (const [what, wrong] of [
  ['other words', { body: 'says something else' }],
  ['another kind', { kind: 'edit' }],
] as const) {
  test(`C3: a row with ${what} is not what was said`, (t) => {
    t.deepEqual(broken(judge([acked], [row(1, 'a', wrong)])), ['C3'])
  })
}

test('C3: a row in another place than the acknowledged one is misplaced', (t) => {
  const lines = [acked, send('b', [10, 20], { epoch: 1, seq: 2 })]
  const verdict = judge(lines, [row(1, 'b'), row(2, 'a')])

  t.deepEqual(broken(verdict), ['C3'])
  t.is(verdict.counts.reordered, 2)
})

test('C3: one place that two messages were acknowledged at was given twice', (t) => {
  const verdict = judge([acked, send('b', [10, 20], { epoch: 1, seq: 1 })], [row(1, 'a')])

  t.deepEqual(broken(verdict), ['C1', 'C3'])
})

test('a row under another name is a loss for one and a phantom for the other', (t) => {
  t.deepEqual(broken(judge([acked], [row(1, 'a', { from: 'bob' })])), ['C1', 'C4'])
})

test('C3: an acknowledgement says where, and that it is new only once', (t) => {
  t.deepEqual(broken(judge([send('a', [10, 20])], [row(1, 'a')])), ['C3'])
  const again = { ...acked, began: 30, ended: 40 }

  t.deepEqual(broken(judge([acked, again], [row(1, 'a')])), ['C3'])
  t.deepEqual(judge([acked, { ...again, isDuplicate: true }], [row(1, 'a')]).violations, [])
})

test('C2 and C4: the room says each thing once, and nothing that only people say', (t) => {
  const joined = { from: null, kind: 'join', body: undefined }
  const rows = [row(1, 'a'), row(2, '!join:7:1', joined), row(3, '!join:7:2', joined)]

  t.deepEqual(judge([acked], rows).violations, [])
  t.deepEqual(broken(judge([acked], [...rows, row(4, '!join:7:2', joined)])), ['C2'])
  t.deepEqual(broken(judge([acked], [...rows, row(4, '!text', { from: null })])), ['C4'])
})

test('C4: a row that nobody sent is a phantom, unless the room itself speaks', (t) => {
  const joined = row(2, '!join:7:1', { from: null, kind: 'join', body: undefined })

  t.deepEqual(broken(judge([acked], [row(1, 'a'), joined, row(3, 'ghost')])), ['C4'])
  t.deepEqual(judge([acked], [row(1, 'a'), joined]).violations, [])
})

test('C5: what may have been kept is there at most once', (t) => {
  const unknown = send('a', [10, 20], { outcome: 'unknown' })

  t.deepEqual(broken(judge([unknown], [row(1, 'a'), row(2, 'a')])), ['C5'])
  t.deepEqual(judge([unknown], [row(1, 'a')]).violations, [])
  t.like(judge([unknown], []), { violations: [], counts: { unknown: 1, lost: 0 } })
})

test('C6: what was refused is not there', (t) => {
  const refused = send('a', [10, 20], { outcome: 'fail', code: 'muted' })

  t.deepEqual(broken(judge([refused], [row(1, 'a')])), ['C6'])
  t.like(judge([refused, heard(1, 'b')], [row(1, 'b')]), { counts: { failed: 1 } })
})

test('C6: the repeat of what was kept never hears that it was not', (t) => {
  const closed = send('a', [50, 60], { outcome: 'fail', code: 'room_closed' })
  const lost = send('a', [10, 20], { outcome: 'unknown' })

  t.deepEqual(broken(judge([acked, closed], [row(1, 'a'), closedRow(2)], sealed(2))), ['C6', 'C8'])
  t.true(broken(judge([lost, closed], [row(1, 'a')])).includes('C6'))
})

test('who was refused for a while and tried again has a message and no complaint', (t) => {
  const full = send('a', [10, 20], { outcome: 'fail', code: 'buffer_full' })
  const again = send('a', [30, 40], { epoch: 1, seq: 1 })

  t.deepEqual(judge([full, again], [row(1, 'a')]).violations, [])
})

test('what nobody of this run spoke of is not judged', (t) => {
  t.deepEqual(judge([acked], [row(1, 'a'), row(7, 'other', { room: 'another room' })]).violations, [])
})
