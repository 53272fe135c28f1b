import test from 'ava'
import { afterLoss, broken, close, closedRow, judge, open, row, sealed, seat, send } from './story.ts'

const first = send('a', [10, 20], { epoch: 1, seq: 1 })
const closing = close([30, 40], { epoch: 1, lastSeq: 2 })
const rows = [row(1, 'a'), closedRow(2)]

test('a room that was closed once or twice and is sealed is as promised', (t) => {
  const lines = [first, closing, close([35, 60], { epoch: 1, lastSeq: 2 })]

  t.like(judge(lines, rows, sealed(2)), { violations: [], counts: { sealed: 1 } })
})

test('C8: nothing that was sent after the closing was answered is accepted', (t) => {
  const late = send('b', [50, 60], { epoch: 1, seq: 3 })
  const verdict = judge([first, closing, late], [...rows, row(3, 'b')], sealed(3))

  t.true(broken(verdict).includes('C8'))
  t.is(verdict.counts.acceptedAfterClose, 1)
})

test('what was sent before the closing was answered may be accepted, and its repeat may be answered again', (t) => {
  const overlapping = send('b', [35, 55], { epoch: 1, seq: 2 })
  const repeat = send('b', [70, 80], { epoch: 1, seq: 2, isDuplicate: true })
  const end = close([30, 40], { epoch: 1, lastSeq: 3 })
  const verdict = judge([first, end, overlapping, repeat], [row(1, 'a'), row(2, 'b'), closedRow(3)], sealed(3))

  t.deepEqual(verdict.violations, [])
})

test('C8: nobody hears that a room is closed before anybody has asked for it', (t) => {
  const early = send('b', [12, 22], { outcome: 'fail', code: 'room_closed' })
  const during = send('b', [12, 32], { outcome: 'fail', code: 'room_closed' })

  t.deepEqual(broken(judge([first, early, closing], rows, sealed(2))), ['C8'])
  t.deepEqual(judge([first, during, closing], rows, sealed(2)).violations, [])
})

test('C8: all who close hear one last seq', (t) => {
  const other = close([30, 45], { epoch: 1, lastSeq: 1 })

  t.deepEqual(broken(judge([first, closing, other], rows, sealed(2))), ['C8'])
})

test('a last seq that went with a tail that is called suspect is no lie', (t) => {
  const lines = [first, send('b', [12, 22], { epoch: 1, seq: 2 }), close([30, 40], { epoch: 1, lastSeq: 3 })]
  const verdict = judge(lines, [row(1, 'a'), closedRow(2, 2)], afterLoss(1, 2))

  t.deepEqual(verdict.violations, [])
  t.like(verdict.counts, { suspect: 1, declaredLost: 1 })
})

test('C8: nothing stands behind the closing', (t) => {
  const unknown = send('b', [12, 35], { outcome: 'unknown' })

  t.deepEqual(broken(judge([first, unknown, closing], [...rows, row(3, 'b')], sealed(3))), ['C8'])
})

test('C8: a closing that was answered comes to its end', (t) => {
  const stuck = { ...sealed(2), state: 'draining', isReceiptValid: undefined }
  const verdict = judge([first, closing], rows, stuck)

  t.deepEqual(broken(verdict), ['C8'])
  t.is(verdict.counts.unfinished, 1)
  t.deepEqual(broken(judge([first, closing], rows, open())), ['C8'])
})

test('C8: a room that refuses lines as closed is being closed', (t) => {
  const unknown = close([30, 40], { outcome: 'unknown' })
  const refused = send('b', [50, 60], { outcome: 'fail', code: 'room_closed' })

  t.deepEqual(broken(judge([first, unknown, refused], [row(1, 'a')])), ['C8'])
  t.deepEqual(judge([first, unknown], [row(1, 'a')]).violations, [])
})

test('C8: a room that nobody closed is not closed', (t) => {
  t.deepEqual(broken(judge([first], rows, sealed(2))), ['C8'])
})

const kicked = seat('kick', 'alice', [30, 40])

test('C8: who was put out is not heard again', (t) => {
  const after = send('b', [50, 60], { epoch: 1, seq: 2 })

  t.deepEqual(broken(judge([first, kicked, after], [row(1, 'a'), row(2, 'b')])), ['C8'])
})

test('who was put out may be heard while it happens, and after coming in again', (t) => {
  const during = send('b', [35, 60], { epoch: 1, seq: 2 })
  const back = seat('join', 'alice', [70, 80])
  const after = send('c', [90, 95], { epoch: 1, seq: 3 })
  const lines = [first, kicked, during, back, after]

  t.deepEqual(judge(lines, [row(1, 'a'), row(2, 'b'), row(3, 'c')]).violations, [])
})

test('C8: a final room ends with its closing, though nobody heard of it', (t) => {
  const unsure = close([30, 40], { outcome: 'unknown' })

  t.deepEqual(judge([first, unsure], rows, sealed(2)).violations, [])
  t.deepEqual(broken(judge([first, unsure], [row(1, 'a')], sealed(1))), ['C8'])
})

test('C8: an answer to a closing says where the room ends, and binds', (t) => {
  const nowhere = close([30, 40])

  t.deepEqual(broken(judge([first, nowhere], rows, sealed(2))), ['C8'])
  t.true(judge([first, nowhere], [row(1, 'a')]).violations.some(({ says }) => says.includes('not come to its end')))
})
