import test from 'ava'
import { afterLoss, broken, judge, row, send } from './story.ts'

const bob = { by: 'bob', client: 'c2' }

test('C7: who speaks after somebody else was answered stands below them', (t) => {
  const lines = [send('a', [10, 20], { epoch: 1, seq: 2 }), send('b', [30, 40], { ...bob, epoch: 1, seq: 1 })]
  const verdict = judge(lines, [row(1, 'b', { from: 'bob' }), row(2, 'a')])

  t.deepEqual(broken(verdict), ['C7'])
  t.is(verdict.counts.reordered, 1)
  t.is(verdict.violations[0]?.proof.length, 2)
})

test('two that speak at once may stand in either order', (t) => {
  const lines = [send('a', [10, 35], { epoch: 1, seq: 2 }), send('b', [30, 40], { ...bob, epoch: 1, seq: 1 })]

  t.deepEqual(judge(lines, [row(1, 'b', { from: 'bob' }), row(2, 'a')]).violations, [])
})

test('an attempt without an answer may have made the place that a later one was told', (t) => {
  const lines = [
    send('b', [5, 15], { ...bob, outcome: 'unknown' }),
    send('a', [10, 20], { epoch: 1, seq: 2 }),
    send('b', [30, 40], { ...bob, epoch: 1, seq: 1, isDuplicate: true }),
  ]

  t.deepEqual(judge(lines, [row(1, 'b', { from: 'bob' }), row(2, 'a')]).violations, [])
})

test('C7: an attempt that was refused has not made it', (t) => {
  const lines = [
    send('b', [5, 15], { ...bob, outcome: 'fail', code: 'buffer_full' }),
    send('a', [10, 20], { epoch: 1, seq: 2 }),
    send('b', [30, 40], { ...bob, epoch: 1, seq: 1 }),
  ]

  t.deepEqual(broken(judge(lines, [row(1, 'b', { from: 'bob' }), row(2, 'a')])), ['C7'])
})

test('C7: a row that was never acknowledged cannot stand above what was answered before it was sent', (t) => {
  const lines = [send('a', [10, 20], { epoch: 1, seq: 2 }), send('b', [30, 40], { ...bob, outcome: 'unknown' })]

  t.deepEqual(broken(judge(lines, [row(1, 'b', { from: 'bob' }), row(2, 'a')])), ['C7'])
})

test('an earlier epoch comes first, however far it went before it was lost', (t) => {
  const lines = [send('a', [10, 20], { epoch: 1, seq: 9 }), send('b', [30, 40], { ...bob, epoch: 2, seq: 1 })]

  t.deepEqual(judge(lines, [row(1, 'b', { epoch: 2, from: 'bob' })], afterLoss(0)).violations, [])
})

test('a hundred thousand lines are checked', (t) => {
  const ids = Array.from({ length: 100_000 }, (_, index) => index + 1)
  const lines = ids.map((seq) => send(`m${seq}`, [seq * 10, seq * 10 + 25], { epoch: 1, seq }))
  const rows = ids.map((seq) => row(seq, `m${seq}`))

  t.deepEqual(judge(lines, rows).violations, [])
  t.deepEqual(broken(judge(lines, rows.slice(0, -1))), ['C1'])
})
