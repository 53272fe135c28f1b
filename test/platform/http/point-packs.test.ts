import test from 'ava'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { PointPacks } from '../../../src/platform/http/point-packs.ts'

let calls = 0

/** One store that several servers share, and how often it was asked. */
function storeOf(points: number): RateLimiterMemory {
  const store = new RateLimiterMemory({ points, duration: 60 })
  const consume = store.consume.bind(store)
  store.consume = (...args) => {
    calls += 1
    return consume(...args)
  }
  return store
}

test.serial(
  'a client of one server gets every point of its limit and not one more, for few questions to the store',
  async (t) => {
    const packs = new PointPacks(storeOf(25), { points: 25, size: 10 })
    calls = 0

    const taken = []
    for (let nth = 1; nth <= 27; nth += 1) taken.push(await packs.take('alice'))

    t.deepEqual(
      taken.map(({ remaining }) => remaining),
      [...Array.from({ length: 25 }, (_, nth) => 24 - nth), 0, 0],
    )
    t.deepEqual(
      taken.map(({ isOver }) => isOver),
      [...Array.from({ length: 25 }, () => false), true, true],
    )
    t.is(calls, 5)
  },
)

test.serial('requests at once share one pack, and two servers together give no more than the limit', async (t) => {
  const store = storeOf(25)
  const servers = [1, 2].map(() => new PointPacks(store, { points: 25, size: 10 }))
  calls = 0

  const together = await Promise.all(Array.from({ length: 10 }, () => servers[0]!.take('bob')))
  const callsTogether = calls
  const others = await Promise.all(Array.from({ length: 40 }, (_, nth) => servers[nth % 2]!.take('bob')))

  t.is(callsTogether, 1)
  t.true(together.every(({ isOver }) => !isOver))
  t.is(others.filter(({ isOver }) => !isOver).length, 15)
})
