import test from 'ava'
import { TokenBucket } from '../../../src/platform/ws/rate.ts'

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

test('a bucket that has rested is full again', (t) => {
  const [early, rested] = [new TokenBucket(rate, 0), new TokenBucket(rate, 0)]
  for (const bucket of [early, rested]) take(bucket, 3, 0)

  t.false(early.isFull(299))
  t.true(rested.isFull(300))
})
