import test from 'ava'
import type { MeasureId } from '../../bench/contract.ts'
import { benchOptions } from '../../bench/options.ts'
import { Problem } from '../../tools/problem.ts'

const known: MeasureId[] = ['P1', 'P2', 'P6']

test('measures are named in any case and taken in their own order', (t) => {
  const asked = benchOptions(['p6', 'P1', '--rounds', '5', '--scale', '0.1'], known)
  t.like(asked, { ids: ['P1', 'P6'], rounds: 5, scale: 0.1, seconds: 10, isDirect: false })
  t.like(benchOptions(['P1', '--direct'], known), { isDirect: true })
  t.like(benchOptions(['all'], known), { ids: known })
  t.is(benchOptions(['--list'], known), 'list')
})

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
