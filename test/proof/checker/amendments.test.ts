import test from 'ava'
import type { KeptRow } from '../../../proof/checker/contract.ts'
import { broken, judge, row, send } from './story.ts'

const said = send('a', [10, 20], { epoch: 1, seq: 1 })
const edit = send('b', [30, 40], { kind: 'edit', target: '1:1', epoch: 1, seq: 2 })
const deletion = send('c', [50, 60], { kind: 'delete', body: '', target: '1:1', epoch: 1, seq: 3 })
const lines = [said, edit, deletion]

const edited = row(2, 'b', { kind: 'edit', target: '1:1' })
const deleted = row(3, 'c', { kind: 'delete', body: undefined, target: '1:1' })
const erase = (one: KeptRow): KeptRow => ({ ...one, body: undefined })

test('the words of what was deleted, and of its edits, are gone', (t) => {
  t.deepEqual(judge(lines, [erase(row(1, 'a')), erase(edited), deleted]).violations, [])
})

test('C3: what was deleted, or an edit of it, still has its words', (t) => {
  t.deepEqual(broken(judge(lines, [row(1, 'a'), erase(edited), deleted])), ['C3'])
  t.deepEqual(broken(judge(lines, [erase(row(1, 'a')), edited, deleted])), ['C3'])
})

test('as long as the deletion is buffered, the words may be there', (t) => {
  t.deepEqual(judge(lines, [row(1, 'a'), edited, { ...deleted, isBuffered: true }]).violations, [])
})

test('C3: words that nobody deleted are there', (t) => {
  t.deepEqual(broken(judge([said], [erase(row(1, 'a'))])), ['C3'])
  t.deepEqual(broken(judge([said, edit], [row(1, 'a'), erase(edited)])), ['C3'])
  const { epoch: _epoch, seq: _seq, ...call } = deletion
  t.deepEqual(
    broken(judge([said, edit, { ...call, outcome: 'fail', code: 'forbidden' }], [erase(row(1, 'a')), edited])),
    ['C3'],
  )
})

test('C3: a deletion of what stood there in an earlier epoch leaves alone what stands there now', (t) => {
  const later = send('a', [40, 45], { epoch: 2, seq: 1 })
  const of = { ...deletion, epoch: 2, seq: 2 }
  const ending = [later, of] as const

  t.deepEqual(judge(ending, [row(1, 'a', { epoch: 2 }), { ...deleted, epoch: 2, seq: 2 }]).violations, [])
  t.deepEqual(broken(judge(ending, [erase(row(1, 'a', { epoch: 2 })), { ...deleted, epoch: 2, seq: 2 }])), ['C3'])
})

test('C3: what amends something stands with the target that it named', (t) => {
  const reaction = send('r', [30, 40], { kind: 'react', body: '', target: '1:1', epoch: 1, seq: 2 })
  const kept = row(2, 'r', { kind: 'react', body: undefined })

  t.deepEqual(judge([said, reaction], [row(1, 'a', { target: null }), { ...kept, target: '1:1' }]).violations, [])
  t.deepEqual(broken(judge([said, reaction], [row(1, 'a'), { ...kept, target: '1:2' }])), ['C3'])
  t.deepEqual(broken(judge([said, reaction], [row(1, 'a'), { ...kept, target: null }])), ['C3'])
  t.deepEqual(broken(judge([said], [row(1, 'a', { target: '1:9' })])), ['C3'])
})
