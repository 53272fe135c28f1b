import test from 'ava'
import { replaySample } from '../support/replay.ts'
import { stackOf } from '../support/stack.ts'
import { spreadAddresses } from './spread.ts'

const stack = stackOf(test, {}, { balance: 'least_conn' })

test.serial('with each connection at the server that has the fewest, all is kept and the room is sealed', async (t) => {
  t.timeout(180_000)
  let line = 0
  let restarted: Promise<void> | undefined
  const restart = async (): Promise<void> => {
    await stack().kill('server-2')
    await stack().start('server-2')
  }

  const { rooms, faults } = await replaySample(stack(), ['courtyard.txt'], {
    async beforeLine() {
      line += 1
      if (line === 40) restarted = restart()
      if (line >= 60) await restarted
    },
  })
  await restarted

  t.deepEqual(faults, [])
  t.like(rooms[0], { sent: 113, acked: 113, stored: 113, state: 'sealed', verdict: 'holds' })
  t.true((await spreadAddresses(stack())) > 0, 'one address met more than one server')
})
