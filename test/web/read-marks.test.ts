import test from 'ava'
import type { ClientFrame } from '../../web/src/api/frames.ts'
import { ApiProblem } from '../../web/src/api/problem.ts'
import { ReadMarks } from '../../web/src/api/read-marks.ts'
import { eventually } from '../support/eventually.ts'

/** How far one has read, and when it is said. */

function marksWith(answer: () => Promise<unknown> = () => Promise.resolve()) {
  const asked: ClientFrame[] = []
  const awaited = new Set<string>()
  const marks = new ReadMarks(
    (frame) => (asked.push(frame), answer()),
    (room) => awaited.has(room),
  )
  return { asked, awaited, marks, rooms: () => asked.map((frame) => 'room' in frame && frame.room) }
}

test('of a room that is about to be listened to nothing is said before it is', async (t) => {
  const { awaited, marks, rooms } = marksWith()
  awaited.add('7')
  marks.read('7', { epoch: 1, seq: 3 })
  marks.read('8', { epoch: 1, seq: 5 })

  await eventually(() => rooms().length > 0)
  marks.opened()
  t.deepEqual(rooms(), ['8'])
  marks.ready('7')

  t.deepEqual(rooms(), ['8', '7'])
})

test('of a room that one did not come to listen to it is said all the same', async (t) => {
  const { awaited, marks, rooms } = marksWith()
  awaited.add('7')
  marks.read('7', { epoch: 1, seq: 3 })
  marks.opened()
  t.deepEqual(rooms(), [])

  awaited.delete('7')
  marks.ended('7')
  await eventually(() => rooms().length === 1)

  t.deepEqual(rooms(), ['7'])
})

test('a server of the version before, which took it only of rooms that are listened to, is told again', async (t) => {
  const { asked, marks } = marksWith(() => Promise.reject(new ApiProblem({ code: 'conflict' })))
  marks.read('7', { epoch: 1, seq: 3 })
  marks.opened()
  await new Promise(setImmediate)

  marks.ready('7')

  t.deepEqual(asked, [
    { type: 'read', room: '7', epoch: 1, seq: 3 },
    { type: 'read', room: '7', epoch: 1, seq: 3 },
  ])
})
