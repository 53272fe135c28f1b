import test from 'ava'
import type { Ended, Gap, Line, Listening, Reset, Settled } from '../../../proof/history/line.ts'
import type { Ending } from '../../../proof/checker/contract.ts'
import { afterLoss, broken, close, closedRow, heard, judge, row, send } from './story.ts'

const begin: Listening = { what: 'listening', session: 's', at: 1, room: 'r', after: '0:0' }
const settled: Settled = { what: 'settled', session: 's', at: 900, room: 'r' }
const ids = ['a', 'b', 'c']
const said = ids.map((id, index) => send(id, [10 * index, 10 * index + 5], { epoch: 1, seq: index + 1 }))
const rows = ids.map((id, index) => row(index + 1, id))

function judged(...sights: Line[]): string[] {
  return broken(judge([...said, ...sights], rows))
}

test('who hears everything in order and has waited is told the truth', (t) => {
  t.deepEqual(judged(begin, heard(1, 'a'), heard(2, 'b'), heard(3, 'c'), settled), [])
})

test('C11: a hole is seen at the beginning, in between, and for who has waited at the end', (t) => {
  t.deepEqual(judged(begin, heard(2, 'b')), ['C11'])
  t.deepEqual(judged(begin, heard(1, 'a'), heard(3, 'c')), ['C11'])
  t.deepEqual(judged(begin, heard(1, 'a'), heard(2, 'b'), settled), ['C11'])
})

test('who left early need not have heard the rest, nor who never said where to begin what came before', (t) => {
  t.deepEqual(judged(begin, heard(1, 'a')), [])
  t.deepEqual(judged(heard(2, 'b'), heard(3, 'c')), [])
})

test('C11: nothing is heard twice, or behind what comes later', (t) => {
  t.deepEqual(judged(begin, heard(1, 'a'), heard(1, 'a')), ['C11'])
  t.deepEqual(judged(begin, heard(1, 'a'), heard(2, 'b'), heard(1, 'a')), ['C11'])
})

test('who comes back hears what follows the place that it named', (t) => {
  const back = { ...begin, after: '1:1' }

  t.deepEqual(judged(begin, heard(1, 'a'), heard(2, 'b'), back, heard(2, 'b'), heard(3, 'c')), [])
  t.deepEqual(judged(begin, heard(1, 'a'), back, heard(3, 'c')), ['C11'])
})

test('who is told of a range pages through it and goes on behind it', (t) => {
  const gap: Gap = { what: 'gap', session: 's', at: 5, room: 'r', from: '1:1', to: '1:2', isFilled: true }

  t.deepEqual(judged(begin, gap, heard(3, 'c'), settled), [])
  t.deepEqual(judged(begin, { ...gap, to: '1:1' }, heard(3, 'c')), ['C11'])
})

test('C11: what is heard is what is kept', (t) => {
  t.deepEqual(judged(begin, heard(1, 'b')), ['C11'])
  t.deepEqual(judged(begin, heard(1, 'a', { body: 'something else' })), ['C11'])
  t.deepEqual(judged(begin, heard(1, 'a', { from: 'bob' })), ['C11'])
  t.deepEqual(judged(begin, heard(1, 'a'), heard(2, 'b'), heard(3, 'c'), heard(4, 'ghost')), ['C11'])
})

const wordless = heard(1, 'a', { body: undefined as never })

test('C11: what is heard without its words is not what is kept', (t) => {
  t.deepEqual(judged(begin, wordless), ['C11'])
})

test('words that were deleted since are no difference, to those who heard them and to those who came later', (t) => {
  const gone = send('x', [40, 45], { kind: 'delete', body: '', target: '1:1', epoch: 1, seq: 4 })
  const last = row(4, 'x', { kind: 'delete', body: undefined })
  const erased = [row(1, 'a', { body: undefined }), ...rows.slice(1), last]
  const buffered = [...rows, { ...last, isBuffered: true }]

  for (const first of [wordless, heard(1, 'a')]) {
    t.deepEqual(judge([...said, gone, begin, first], erased).violations, [])
  }
  t.deepEqual(judge([...said, gone, begin, wordless], buffered).violations, [])
})

test('C11: who is told to page through a range stands right before it', (t) => {
  const gap: Gap = { what: 'gap', session: 's', at: 5, room: 'r', from: '1:2', to: '1:3', isFilled: true }

  t.deepEqual(judged(begin, heard(1, 'a'), gap, settled), [])
  t.deepEqual(judged(begin, gap, settled), ['C11'])
})

const reset: Reset = { what: 'epoch', session: 's', at: 300, room: 'r', epoch: 2, keptUpTo: { epoch: 1, seq: 1 } }
const joined = { epoch: 2, from: null, kind: 'join' }
const afterwards = [row(1, 'a'), row(2, 'd', joined)]
const anew = heard(2, 'd', { ...joined, at: 400 })

test('who is told that an epoch begins drops what it lost and goes on', (t) => {
  const lines = [...said, begin, heard(1, 'a'), heard(2, 'b'), heard(3, 'c'), reset, anew, settled]

  t.deepEqual(judge(lines, afterwards, afterLoss(1)).violations, [])
})

test('C11: an epoch that begins without a word is a broken order', (t) => {
  const lines = [...said, begin, heard(1, 'a'), heard(2, 'b'), heard(3, 'c'), anew]

  t.deepEqual(broken(judge(lines, afterwards, afterLoss(1))), ['C11'])
})

test('who left before the epoch ended may still hold what it lost', (t) => {
  const lines = [...said, begin, heard(1, 'a'), heard(2, 'b')]

  t.deepEqual(judge(lines, afterwards, afterLoss(1)).violations, [])
})

test('C11: who waited for everything, or was told of a later epoch, holds nothing that was lost', (t) => {
  const lines = [...said, begin, heard(1, 'a'), heard(2, 'b'), heard(3, 'c')]
  const later = heard(4, 'e', { ...joined, at: 400 })

  t.deepEqual(broken(judge([...lines, settled], afterwards, afterLoss(1))), ['C11'])
  t.deepEqual(
    broken(judge([...lines, later], [...afterwards, row(3, 'f', joined), row(4, 'e', joined)], afterLoss(1))),
    ['C11'],
  )
})

test('C11: an epoch is not said to have been kept further than it was', (t) => {
  const lines = [...said, begin, heard(1, 'a'), { ...reset, keptUpTo: { epoch: 1, seq: 3 } }]

  t.deepEqual(broken(judge(lines, afterwards, afterLoss(1))), ['C11'])
})

test('C11: nothing of an earlier epoch follows a later one', (t) => {
  const lines = [...said, begin, heard(1, 'a'), reset, anew, heard(3, 'c')]

  t.deepEqual(broken(judge(lines, [...afterwards, row(3, 'c')], afterLoss(1))).includes('C11'), true)
})

const ended: Ended = { what: 'ended', session: 's', at: 500, room: 'r', epoch: 2, lastSeq: 2 }
const lastEntry = { kind: 'closed', from: null, epoch: 2, at: 400, body: undefined as never }
const closing = close([50, 55], { epoch: 1, lastSeq: 4 })

function judgedEnd(...sights: Line[]): string[] {
  const lines = [...said, closing, begin, heard(1, 'a'), heard(2, 'b'), ...sights]
  return broken(judge(lines, [row(1, 'a'), closedRow(2, 2)], { ...afterLoss(1, 2), ...lostUpTo(4) }))
}

/** Everything above the first line was lost, the first end too. */
function lostUpTo(to: number): Pick<Ending, 'epochs'> {
  const { epochs } = afterLoss(1, 2)
  return { epochs: epochs.map((one) => (one.suspect === undefined ? one : { ...one, suspect: { from: 2, to } })) }
}

test('who is told that the room has ended holds what is kept', (t) => {
  t.deepEqual(judgedEnd(reset, heard(2, '!closed', lastEntry), ended), [])
})

test('C11: a room has not ended before its end is kept for good', (t) => {
  t.deepEqual(judgedEnd(ended), ['C11'])
  t.deepEqual(judgedEnd(reset, ended), ['C11'])
  t.deepEqual(judgedEnd(reset, heard(2, '!closed', lastEntry), { ...ended, lastSeq: 3 }), ['C11'])
  t.deepEqual(judgedEnd(reset, heard(2, '!closed', lastEntry), ended, heard(3, 'c')), ['C11'])
})
