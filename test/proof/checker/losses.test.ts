import test from 'ava'
import { check } from '../../../proof/checker/index.ts'
import type { Ending } from '../../../proof/checker/contract.ts'
import type { Incident, Line } from '../../../proof/history/line.ts'
import { afterLoss, broken, close, closedRow, heard, record, row, sealed, send } from './story.ts'

/** Alice's second line was acknowledged at 40 and is gone; at 80 the room goes on in epoch 2. */
const kept = send('a', [10, 20], { epoch: 1, seq: 1 })
const lost = send('b', [30, 40], { epoch: 1, seq: 2 })
const later = send('c', [70, 80], { epoch: 2, seq: 2 })
const rows = [row(1, 'a'), row(2, 'c', { epoch: 2 })]

function fault(at: number): Incident {
  return { what: 'fault', at, name: 'redis: FLUSHALL', detail: 'it was typed' }
}
const over = (at: number): Incident => ({ ...fault(at), what: 'healed' })

function judged(...lines: Line[]): string[] {
  return broken(check([kept, lost, later, ...lines], record(rows, afterLoss(1))))
}

test('a loss is excused by what was done to Redis before anybody heard of a new epoch', (t) => {
  t.deepEqual(judged(fault(50), over(60)), [])
  t.deepEqual(judged(fault(35), over(36)), [])
  t.deepEqual(judged(fault(5)), [])
})

test('C10: what was done when the epoch was already over is no excuse', (t) => {
  t.deepEqual(judged(fault(90), over(95)), ['C10'])
  t.deepEqual(judged(heard(2, 'c', { epoch: 2, at: 45 }), fault(50), over(60)), ['C10'])
})

test('C10: what was over before the lost line was even sent is no excuse', (t) => {
  t.deepEqual(judged(fault(5), over(25)), ['C10'])
})

test('C10: one of two losses that has no cause of its own is seen', (t) => {
  const ending: Ending = {
    ...afterLoss(1),
    epochs: [
      ...afterLoss(1).epochs,
      { epoch: 2, firstSeq: 2, lastSeq: 2, cause: 'absent', suspect: { from: 3, to: 3 } },
    ],
  }
  const lines = [kept, lost, later, fault(50), over(60)]

  t.deepEqual(broken(check(lines, record(rows, ending))), ['C10'])
  t.deepEqual(broken(check([...lines, fault(90)], record(rows, ending))), [])
})

const asked = close([30, 40], { epoch: 1, lastSeq: 2 })
const closed = [row(1, 'a'), closedRow(2)]

test('C10: a room is not quarantined, and nothing set apart, unless something was done to what is kept', (t) => {
  const changed: Incident = { ...fault(50), name: 'database: a row was changed', mayLose: true }
  const parked = row(1, 'a', { isParked: true })
  const apart = [row(1, '!parked:1:1', { from: null, kind: 'unreadable', body: undefined }), closedRow(2), parked]
  const quarantined = sealed(2, { state: 'quarantined' })

  t.deepEqual(broken(check([kept, asked], record(closed, quarantined))), ['C10'])
  t.deepEqual(broken(check([kept, asked, changed], record(closed, quarantined))), [])
  t.deepEqual(broken(check([kept, asked], record(apart, sealed(2, { state: 'suspect' })))), ['C10'])
  t.deepEqual(broken(check([kept, asked, changed], record(apart, sealed(2, { state: 'suspect' })))), [])
})
