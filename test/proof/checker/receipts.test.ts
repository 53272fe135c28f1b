import test from 'ava'
import { check } from '../../../proof/checker/index.ts'
import type { Incident } from '../../../proof/history/line.ts'
import { afterLoss, broken, close, closedRow, judge, open, record, row, sealed, send, wiped } from './story.ts'

const lines = [
  send('a', [10, 20], { epoch: 1, seq: 1 }),
  send('b', [30, 40], { epoch: 1, seq: 2 }),
  close([50, 60], { epoch: 1, lastSeq: 3 }),
]
const rows = [row(1, 'a'), row(2, 'b'), closedRow(3)]

test('C9: a hole between the rows is seen, though nobody was acknowledged there', (t) => {
  const unknown = lines.map((line) => (line.what === 'send' ? send(line.id, [10, 20], { outcome: 'unknown' }) : line))

  t.deepEqual(broken(judge(unknown, [row(1, 'a'), closedRow(3)], sealed(3))), ['C9'])
})

test('C9: a place that stands twice is seen', (t) => {
  t.true(broken(judge(lines, [...rows, row(2, 'other', { from: null })], sealed(3))).includes('C9'))
})

test('C9: epochs never go back', (t) => {
  const back = [row(1, 'a', { epoch: 2 }), row(2, 'b', { epoch: 1 })]
  const said = [send('a', [10, 20], { epoch: 2, seq: 1 }), send('b', [10, 40], { epoch: 1, seq: 2 })]

  t.true(broken(judge(said, back)).includes('C9'))
})

test('C9: the rows end where the closing says', (t) => {
  t.true(broken(judge(lines, rows, sealed(4))).includes('C9'))
})

test('C9: the ranges of the epochs join, and are those of the rows', (t) => {
  const ranges = (one: number, two: number) =>
    open([
      { epoch: 1, firstSeq: 1, lastSeq: one, cause: 'restart', suspect: undefined },
      { epoch: 2, firstSeq: two, lastSeq: 2, cause: 'restart', suspect: undefined },
    ])
  const said = [send('a', [10, 20], { epoch: 1, seq: 1 }), send('b', [30, 40], { epoch: 2, seq: 2 })]
  const kept = [row(1, 'a'), row(2, 'b', { epoch: 2 })]

  t.deepEqual(judge(said, kept, ranges(1, 2)).violations, [])
  t.deepEqual(broken(judge(said, kept, ranges(1, 3))), ['C9'])
  t.deepEqual(broken(judge(said, kept, ranges(2, 3))), ['C9'])
})

test('C9: the ranges of a final room reach its end, each under a later epoch', (t) => {
  const [only] = sealed(3).epochs
  const short = [{ ...only!, lastSeq: 2 }]
  const again = [only!, { ...only!, firstSeq: 4 }]

  t.deepEqual(broken(judge(lines, rows, sealed(3, { epochs: short }))), ['C9'])
  t.deepEqual(broken(judge(lines, rows, sealed(3, { epochs: [] }))), ['C9'])
  t.deepEqual(broken(judge(lines, rows, sealed(3, { epochs: again }))), ['C9'])
})

test('C10: a room from which something is lost is not sealed', (t) => {
  const verdict = judge(lines, [row(1, 'a'), closedRow(2)], sealed(2))

  t.true(broken(verdict).includes('C10'))
  t.true(verdict.violations.some(({ says }) => says.includes('1:2')))
})

test('C10: a room with a suspect epoch is not sealed', (t) => {
  const said = [...lines.slice(0, 1), close([50, 60], { epoch: 2, lastSeq: 2 })]
  const kept = [row(1, 'a'), closedRow(2, 2)]

  t.deepEqual(judge(said, kept, afterLoss(1, 2)).violations, [])
  t.deepEqual(broken(judge(said, kept, { ...afterLoss(1, 2), state: 'sealed' })), ['C10'])
})

test('C10: a room in which something stands apart is not sealed', (t) => {
  const parked = row(2, 'b', { isParked: true })
  const kept = [row(1, 'a'), row(2, '!parked:1:2', { from: null, kind: 'unreadable', body: undefined }), closedRow(3)]

  const harmed: Incident = { ...wiped, name: 'database: a row is refused', mayLose: true }

  t.deepEqual(judge([...lines, harmed], [...kept, parked], sealed(3, { state: 'quarantined' })).violations, [])
  t.deepEqual(broken(judge([...lines, harmed], [...kept, parked], sealed(3))), ['C10'])
})

test('C10: the suspect range is the tail of its epoch', (t) => {
  const [lost, last] = afterLoss(1, 2).epochs
  const shifted = [{ ...lost!, suspect: { from: 1, to: 2 } }, last!]
  const said = [...lines.slice(0, 1), close([50, 60], { epoch: 2, lastSeq: 2 })]

  t.deepEqual(broken(judge(said, [row(1, 'a'), closedRow(2, 2)], { ...afterLoss(1, 2), epochs: shifted })), ['C10'])
})

test('C10: a receipt that does not verify proves nothing', (t) => {
  t.deepEqual(broken(judge(lines, rows, sealed(3, { isReceiptValid: false }))), ['C10'])
  t.deepEqual(judge(lines, rows, sealed(3)).violations, [])
})

test('C10: a room is not called suspect for nothing', (t) => {
  t.deepEqual(broken(judge(lines, rows, sealed(3, { state: 'suspect' }))), ['C10'])
})

test('C10: to admit a loss is no excuse where nothing was done that may lose anything', (t) => {
  const said = [...lines.slice(0, 1), close([50, 60], { epoch: 2, lastSeq: 2 })]
  const held = record([row(1, 'a'), closedRow(2, 2)], afterLoss(1, 2))
  const killed = { ...wiped, name: 'redis: killed' }

  t.deepEqual(broken(check([...said, killed], held)), ['C10'])
  t.deepEqual(check([...said, wiped], held).violations, [])
  t.deepEqual(check([...said, { ...killed, mayLose: true }], held).violations, [])
})
