import test from 'ava'
import { compare, isMet, median, pairedRatios, percentile, showBar, showRatio } from '../../bench/ratios.ts'

const rounds = new Map([
  ['madang', [{ rate: 30 }, { rate: 44 }, { rate: 10 }]],
  ['other', [{ rate: 10 }, { rate: 11 }, { rate: 5 }]],
])
const comparison = { title: 'rate', quantity: 'rate', ours: 'madang', theirs: 'other' }

test('the median of an odd number is the middle one, of an even number the mean of the two in the middle', (t) => {
  t.is(median([9, 1, 5]), 5)
  t.is(median([4, 1, 3, 2]), 2.5)
  t.throws(() => median([]))
})

test('a percentile is a value that was there', (t) => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  t.is(percentile(values, 0.5), 50)
  t.is(percentile(values, 0.99), 99)
  t.is(percentile([7], 0.99), 7)
  t.throws(() => percentile([], 0.5))
})

test('a ratio pairs what was measured in the same round', (t) => {
  t.deepEqual(pairedRatios(comparison, rounds), [3, 4, 2])
  const { median: middle, least, most } = compare({ ...comparison, bars: { least: { must: 3, goal: 4 } } }, rounds)
  t.deepEqual([middle, least, most], [3, 2, 4])
})

test('rounds that do not pair, quantities nobody measured and zeroes are errors', (t) => {
  const uneven = new Map([...rounds, ['other', [{ rate: 1 }]]])
  t.throws(() => pairedRatios(comparison, uneven), { message: /same rounds/ })
  t.throws(() => pairedRatios({ ...comparison, quantity: 'speed' }, rounds), { message: /did not say its speed/ })
  t.throws(() => pairedRatios({ ...comparison, theirs: 'nobody' }, rounds), { message: /nobody did not take part/ })
  const zero = new Map([...rounds, ['other', [{ rate: 0 }, { rate: 1 }, { rate: 1 }]]])
  t.throws(() => pairedRatios(comparison, zero), { message: /by 0/ })
  const negative = new Map([...rounds, ['madang', [{ rate: -1 }, { rate: 1 }, { rate: 1 }]]])
  t.throws(() => pairedRatios(comparison, negative), { message: /-1 of madang/ })
})

test('a bar is met as measured, not as rounded', (t) => {
  const least = { least: { must: 10, goal: 15 } }
  t.true(isMet(10, least, 'must'))
  t.false(isMet(9.999, least, 'must'))
  t.false(isMet(14, least, 'goal'))
  const most = { most: { must: 0.6, goal: 0.45 } }
  t.true(isMet(0.6, most, 'must'))
  t.false(isMet(0.6001, most, 'must'))
  t.true(isMet(0.4, most, 'goal'))
})

test('ratios and bars are shown as people say them', (t) => {
  t.is(showRatio(12.345), '12.3×')
  t.is(showRatio(1.268), '1.27×')
  t.is(showRatio(1 / 16), '0.063× (1/16.0)')
  t.is(showBar({ least: { must: 10, goal: 15 } }, 'goal'), '≥ 15×')
  t.is(showBar({ most: { must: 0.6, goal: 0.45 } }, 'must'), '≤ 0.60×')
})
