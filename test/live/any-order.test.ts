import { mock } from 'node:test'
import test from 'ava'
import * as fc from 'fast-check'
import type { AccountId } from '../../src/platform/ids.ts'
import { ScheduledHouse } from './scheduled-house.ts'
import { heartbeatMs } from './scheduled-settings.ts'
import { seeded } from '../support/seeded.ts'

const [alice, bob, carol] = [1, 2, 3] as AccountId[] as [AccountId, AccountId, AccountId]
const thing = fc.constantFrom('a post', 'another')
const actor = fc.constantFrom(undefined, carol)
const happening = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('told' as const),
      audience: fc.constantFrom(undefined, alice, bob),
      actor,
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('shown' as const), thing, actor }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('ended' as const), thing, actor }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('hidden' as const),
      reader: fc.constantFrom(alice, bob),
      actor: fc.constant(carol),
    }),
  },
)
const which = fc.nat(20)
const server = fc.nat(1)
const reader = fc.nat(1)
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('happen' as const),
      what: fc.array(happening, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), server, which, isKept: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), server, which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('look' as const), server }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const), server }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), server }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const), which }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('come back' as const),
      reader,
      server,
      from: fc.option(which, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), reader }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), reader }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('beat' as const) }) },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('come' as const), what: fc.array(which, { minLength: 1, maxLength: 3 }) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

async function take(at: ScheduledHouse, taken: Step): Promise<void> {
  const ofServer = at.servers['server' in taken ? taken.server : 0]!
  const ofReader = at.readers['reader' in taken ? taken.reader : 0]!
  switch (taken.do) {
    case 'happen':
      return at.happen(taken.what)
    case 'deliver':
      return ofServer.deliver(taken.which, taken.isKept)
    case 'lose':
      return ofServer.lose(taken.which)
    case 'look':
      return void (ofServer.isUp && ofServer.hub.catchUp().catch((error: unknown) => at.faults.push(error)))
    case 'reconnect':
      return ofServer.reconnect()
    case 'restart':
      return ofServer.restart()
    case 'sweep':
      at.truth.swept = Math.max(at.truth.swept, taken.which % (at.truth.head + 1))
      return
    case 'come back':
      return ofReader.comeBack(ofServer, taken.from)
    case 'leave':
      return ofReader.leave()
    case 'read':
      return void ofReader.read()
    case 'beat':
      return mock.timers.tick(heartbeatMs)
    case 'come':
      return at.moments.come(taken.what)
    default:
      return taken satisfies never
  }
}

test('whatever comes when, and wherever one comes back, all is told once and in order, as it stands', async (t) => {
  t.timeout(120_000)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      mock.timers.enable({ apis: ['setInterval'] })
      const at = new ScheduledHouse([alice, bob])
      try {
        await at.moments.rest()
        for (const taken of steps) await take(at, taken)
        await at.settle()
        if (at.faults.length > 0) throw at.faults[0]
        for (const one of at.readers) one.holdToTruth()
      } finally {
        at.close()
        mock.timers.reset()
        await at.moments.rest()
      }
    }),
    seeded(2000),
  )
  t.pass()
})
