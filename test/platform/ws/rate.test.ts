import test from 'ava'
import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import { TokenBucket } from '../../../src/platform/ws/rate.ts'
import { seeded } from '../../support/seeded.ts'

const rate = { perSecond: 10, burst: 3 }

function take(bucket: TokenBucket, times: number, nowMs: number): string[] {
  return Array.from({ length: times }, () => bucket.take(nowMs))
}

test('a burst is served, the next is refused', (t) => {
  const bucket = new TokenBucket(rate, 0)

  t.deepEqual(take(bucket, 4, 0), ['ok', 'ok', 'ok', 'refused'])
})

test('as many refusals as the burst, then it is excess', (t) => {
  const bucket = new TokenBucket(rate, 0)

  t.deepEqual(take(bucket, 8, 0).slice(3), ['refused', 'refused', 'refused', 'excess', 'excess'])
})

test('the sustained rate is served for ever', (t) => {
  const bucket = new TokenBucket(rate, 0)
  take(bucket, 3, 0)

  const verdicts = Array.from({ length: 100 }, (_, frame) => bucket.take((frame + 1) * 100))

  t.deepEqual(new Set(verdicts), new Set(['ok']))
})

test('who waits as told is served again, one moment earlier not', (t) => {
  const [early, told] = [new TokenBucket(rate, 0), new TokenBucket(rate, 0)]
  for (const bucket of [early, told]) take(bucket, 4, 0)

  t.is(told.retryAfter, 1)
  t.is(told.take(1000), 'ok')
  t.is(early.take(199), 'refused')
})

test('parts of a token add up to a whole one', (t) => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 1 }, 0)

  t.deepEqual(
    [...take(bucket, 2, 0), ...take(bucket, 1, 15), ...take(bucket, 1, 300)],
    ['ok', 'refused', 'excess', 'ok'],
  )
})

test('a bucket that has rested is full again', (t) => {
  const [early, rested] = [new TokenBucket(rate, 0), new TokenBucket(rate, 0)]
  for (const bucket of [early, rested]) take(bucket, 3, 0)

  t.false(early.isFull(299))
  t.true(rested.isFull(300))
})

const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 50 }) })
/** Of waits between frames, in ms: most at once, some about as long as a token takes, some a rest. */
const waits = fc.array(fc.oneof(fc.constant(0), fc.nat(40), fc.nat(1200)), { minLength: 1, maxLength: 150 })

/** The same bucket in whole thousandths of a token, which a millisecond fills exactly. */
function exactly({ perSecond, burst }: { perSecond: number; burst: number }) {
  let [thousandths, filledAt] = [burst * 1000, 0]
  const fill = (nowMs: number): void => {
    thousandths = Math.min(burst * 1000, thousandths + (nowMs - filledAt) * perSecond)
    filledAt = nowMs
  }
  return {
    take(nowMs: number): string {
      fill(nowMs)
      const isServed = thousandths >= 1000
      thousandths = Math.max(thousandths - 1000, (-burst - 1) * 1000)
      if (isServed) return 'ok'
      return thousandths < -burst * 1000 ? 'excess' : 'refused'
    },
    waitSeconds: (): number => Math.max(1, Math.ceil((1000 - thousandths) / perSecond / 1000)),
  }
}

test('for any rate and any schedule: never more in any time than it gives, and who waits as told is served', (t) => {
  fc.assert(
    fc.property(rates, waits, (given, pauses) => {
      const [bucket, exact] = [new TokenBucket(given, 0), exactly(given)]
      const served: number[] = []
      let now = 0
      for (const pause of pauses) {
        now += pause
        const verdict = bucket.take(now)
        assert.equal(verdict, exact.take(now))
        if (verdict === 'ok') served.push(now)
        else assert.equal(bucket.retryAfter, exact.waitSeconds())
      }
      served.forEach((from, index) => {
        for (const [more, to] of served.slice(index).entries()) {
          assert.ok(more + 1 <= given.burst + ((to - from) / 1000) * given.perSecond + 1e-9)
        }
      })
      if (bucket.take(now) !== 'ok') assert.equal(bucket.take(now + bucket.retryAfter * 1000), 'ok')
    }),
    seeded(2000),
  )
  t.pass()
})
