import test from 'ava'
import { replaySample } from '../support/replay.ts'
import { stackOf } from '../support/stack.ts'

/** A pace that the sample exceeds, so that it has to be waited for. */
const stack = stackOf(test, { FRAMES_PER_SECOND: 5, FRAMES_BURST: 3 })

test.serial('a day in the courtyard is replayed, closed, sealed and verified', async (t) => {
  t.timeout(60_000)

  const { rooms, servers, faults, split, limited } = await replaySample(stack(), ['courtyard.txt', 'porch.csv'])

  t.deepEqual(faults, [])
  t.deepEqual(
    rooms.map(({ name, sent, acked, stored, people, epochs, state, verdict }) => ({
      ...{ name, sent, acked, stored, people, epochs, state, verdict },
    })),
    [
      {
        name: 'courtyard',
        sent: 113,
        acked: 113,
        stored: 113,
        people: 15,
        epochs: 1,
        state: 'sealed',
        verdict: 'holds',
      },
      { name: 'porch', sent: 28, acked: 28, stored: 28, people: 5, epochs: 1, state: 'sealed', verdict: 'holds' },
    ],
  )
  t.true(
    rooms.every((room) => room.resumes > 0),
    'some must have left and resumed',
  )
  t.deepEqual([...servers.keys()].toSorted(), ['server-1', 'server-2'])
  t.regex(limited ?? '', /to go faster raise FRAMES_PER_SECOND/)
  t.is(split, 1, 'one line of the sample is longer than a message may be')
})

test.serial('the same people come back for another day', async (t) => {
  t.timeout(60_000)

  const { faults } = await replaySample(stack(), ['porch.csv'], { seed: 2 })

  t.deepEqual(faults, [])
})
