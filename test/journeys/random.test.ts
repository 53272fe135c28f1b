import test from 'ava'
import { replaySample } from '../support/replay.ts'
import { stackOf } from '../support/stack.ts'
import { spreadAddresses } from './spread.ts'

const stack = stackOf(test, {}, { hasRandomServers: true })

test.serial(
  'nothing depends on who stays with which server: with each connection at any of them all is sealed',
  async (t) => {
    t.timeout(180_000)
    let line = 0
    let spread = 0
    let crashed: Promise<void> | undefined
    const crash = async (): Promise<void> => {
      spread = await spreadAddresses(stack())
      await stack().kill('server-1')
      await stack().start('server-1')
    }

    const { rooms, faults } = await replaySample(stack(), ['courtyard.txt'], {
      async beforeLine() {
        line += 1
        if (line === 40) crashed = crash()
        if (line >= 60) await crashed
      },
    })
    await crashed

    t.deepEqual(faults, [])
    t.like(rooms[0], { sent: 113, acked: 113, stored: 113, state: 'sealed', verdict: 'holds' })
    t.true(spread > 0, 'one address met more than one server while both were there')
  },
)
