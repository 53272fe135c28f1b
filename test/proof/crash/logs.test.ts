import test from 'ava'
import { alarmsIn } from '../../../proof/checker/record/alarms.ts'
import { withoutRooms } from '../../../proof/crash/verdict.ts'

const doubled = (room: number): string =>
  JSON.stringify({ level: 'warn', err: { code: 'ER_DUP_ENTRY' }, room, msg: 'the room could not be flushed yet' })

test('what a log says of a room whose rows were spoilt by hand alarms nobody, and the same of another room does', (t) => {
  const log = [doubled(7), doubled(77), 'Error: Unhandled rejection'].join('\n')

  const text = withoutRooms(log, new Set(['7']))

  t.deepEqual(alarmsIn([{ name: 'worker-1', text }]), [
    `worker-1: ${doubled(77)}`,
    'worker-1: Error: Unhandled rejection',
  ])
})
