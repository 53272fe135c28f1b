import test from 'ava'
import type { MeasureId } from '../../bench/contract.ts'
import { benchOptions, trialOf } from '../../bench/options.ts'
import { Problem } from '../../tools/problem.ts'

const known: MeasureId[] = ['P1', 'P2', 'P6']

test('measures are named in any case and taken in their own order', (t) => {
  const asked = benchOptions(['p6', 'P1', '--rounds', '5', '--scale', '0.1'], known)
  t.like(asked, { ids: ['P1', 'P6'], rounds: 5, scale: 0.1, seconds: 10, isDirect: false })
  t.like(benchOptions(['P1', '--direct'], known), { isDirect: true })
  t.like(benchOptions(['all'], known), { ids: known })
  t.is(benchOptions(['--list'], known), 'list')
})

test('what was taken is kept from files that are named, or shown anew', (t) => {
  t.deepEqual(benchOptions(['table', '/a.json', '/b.json'], known), { table: ['/a.json', '/b.json'] })
  t.deepEqual(benchOptions(['table'], known), { table: [] })
})

test('few rounds, short ones and small sizes make a trial; growth has no rounds', (t) => {
  const full = { sweeps: undefined, rounds: 3, seconds: 5, scale: 1 }
  t.is(trialOf(full), undefined)
  t.is(trialOf({ ...full, rounds: 2 }), '2 of at least 3 rounds')
  t.is(trialOf({ ...full, seconds: 4.9 }), 'rounds of 4.9 of at least 5 seconds')
  t.is(trialOf({ ...full, scale: 0.5 }), '0.5 of the full size')
  t.is(trialOf({ ...full, sweeps: ['rooms'], rounds: 1 }), undefined)
  t.is(
    trialOf({ ...full, sweeps: ['rooms'], seconds: 1, scale: 0.1 }),
    'rounds of 1 of at least 5 seconds, 0.1 of the full size',
  )
})

for (const [args, words] of [
  [['growth', '--rounds', '5'], /once .*: --rounds cannot be used/],
  [['growth', '--direct'], /--direct cannot be used/],
  [['table', 'a.json', '--scale', '0.1', '--svg', 'plots'], /measures nothing: --scale, --svg cannot be used/],
] as const) {
  test(`what would be passed over is refused: ${args.join(' ')}`, (t) => {
    t.throws(() => benchOptions(args, known, ['rooms']), { instanceOf: Problem, message: words })
  })
}

for (const args of [
  [],
  ['P7'],
  ['P1', 'all'],
  ['P1', '--rounds', '0'],
  ['P1', '--rounds', '2.5'],
  ['P1', '--scale', '2'],
]) {
  test(`refused in words: ${args.join(' ') || 'nothing'}`, (t) => {
    t.throws(() => benchOptions(args, known), { instanceOf: Problem })
  })
}

for (const args of [
  ['P1', '--seconds', 'x'],
  ['P1', '--seconds', ''],
  ['P1', '--fast'],
]) {
  test(`refused in words: ${args.join(' ')}`, (t) => {
    t.throws(() => benchOptions(args, known), { instanceOf: Problem })
  })
}
