import test from 'ava'
import { broken, close, judge, row, seat, send } from './story.ts'

const joined = seat('join', 'alice', [1, 5])
const back = seat('join', 'alice', [70, 80])

for (const what of ['kick', 'leave'] as const) {
  const gone = seat(what, 'alice', [30, 40])

  test(`C8: nothing is heard between a ${what} and the next coming in`, (t) => {
    const between = send('a', [50, 60], { epoch: 1, seq: 1 })

    t.deepEqual(broken(judge([joined, gone, between], [row(1, 'a')])), ['C8'])
    t.deepEqual(broken(judge([joined, gone, between, back], [row(1, 'a')])), ['C8'])
  })

  test(`what was kept before a ${what} may be repeated, and who comes in at that moment may be heard`, (t) => {
    const before = send('a', [10, 20], { epoch: 1, seq: 1 })
    const repeated = { ...before, began: 50, ended: 60, isDuplicate: true }
    const meanwhile = send('b', [50, 75], { epoch: 1, seq: 2 })
    const lines = [joined, before, gone, repeated, meanwhile, back]

    t.deepEqual(judge(lines, [row(1, 'a'), row(2, 'b')]).violations, [])
  })
}

const refused = send('a', [10, 20], { outcome: 'fail', code: 'forbidden' })

test('C8: who has a seat is not told that they may not speak', (t) => {
  t.deepEqual(broken(judge([joined, refused], [])), ['C8'])
  t.deepEqual(broken(judge([joined, { ...refused, code: 'not_member' }], [])), ['C8'])
  t.deepEqual(judge([joined, { ...refused, code: 'muted' }], []).violations, [])
})

test('who is about to lose a seat, or never had one, or speaks to a room that is closing, may hear so', (t) => {
  const kicking = seat('kick', 'alice', [15, 40])
  const unsure = seat('kick', 'alice', [6, 8], { outcome: 'unknown' })

  t.deepEqual(judge([joined, kicking, refused], []).violations, [])
  t.deepEqual(judge([joined, unsure, refused], []).violations, [])
  t.deepEqual(judge([refused], []).violations, [])
  t.deepEqual(judge([{ ...joined, outcome: 'unknown' }, refused], []).violations, [])
  t.deepEqual(judge([joined, close([12, 30], { outcome: 'unknown' }), refused], []).violations, [])
})
