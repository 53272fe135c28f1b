import test from 'ava'
import type { Comparison } from '../../bench/contract.ts'
import { compare } from '../../bench/ratios.ts'
import { jsonOf } from '../../bench/report/json.ts'
import { plotOf } from '../../bench/report/plot.ts'
import { isEveryMustMet, tableOf } from '../../bench/report/table.ts'
import type { Run } from '../../bench/report/table.ts'

const comparison: Comparison = {
  ...{ title: 'rate <b>', quantity: 'rate', ours: 'madang', theirs: 'other' },
  bars: { least: { must: 3, goal: 5 } },
}

function runOf(rates: readonly number[], faults: readonly string[] = [], compared = comparison): Run {
  const rounds = new Map([
    ['madang', rates.map((rate) => ({ rate }))],
    ['other', rates.map(() => ({ rate: 1 }))],
    ['other, unix sockets', rates.map(() => ({ rate: 2 }))],
  ])
  const machine = {
    ...{ cores: 2, model: 'a model', memoryGib: 8, kernel: 'Linux', node: 'v24' },
    ...{ redis: '7', database: '10', nginx: '1', loadBefore: [1, 2, 3] },
    ...{ commit: '1234567890', isClean: false, at: '2026-11-22T10:00:00.000Z' },
  }
  const measure = { id: 'P1', title: 'A rate', comparisons: [compared], contestants: () => [] } as const
  const taken = {
    measure,
    rounds,
    outcomes: [compare(compared, rounds)],
    faults,
    terms: new Map([['other', 'kept']]),
  }
  return { machine, command: 'npm run bench -- P1', trial: undefined, taken: [taken] }
}

test('the table says the ratio, its range, both bars and what was met', (t) => {
  const table = tableOf(runOf([4, 3, 6]))
  t.regex(table, /madang ÷ other\s+4\.00×\s+3\.00× – 6\.00×\s+≥ 3×\s+✔\s+≥ 5×\s+–/)
  t.regex(table, /rate\s+4\s+1/)
  t.regex(table, /^commit 1234567890 with changes that are not committed; 2 cores .*load before 1 2 3$/m)
  t.regex(table, /other: kept/)
})

test('a peer that is set up as we are has a line of its own, which is judged and does not count', (t) => {
  const run = runOf([4, 3, 6], [], { ...comparison, alike: 'other, unix sockets' })
  t.regex(tableOf(run), /\(rate <b>: madang ÷ other, unix sockets\)\s+2\.00×\s+1\.50× – 3\.00×\s+≥ 3×\s+✘/)
  t.true(isEveryMustMet(run))
  const { measures } = JSON.parse(jsonOf(run))
  t.like(measures[0].comparisons[0], { median: 4, alike: { theirs: 'other, unix sockets', ratios: [2, 1.5, 3] } })
  const alone = runOf([4, 3, 6], [], { ...comparison, alike: 'who did not take part' })
  t.notRegex(tableOf(alone), /who did not take part/)
  t.false('alike' in JSON.parse(jsonOf(alone)).measures[0].comparisons[0])
})

test('a missed bar, or a fault, is shown and told by the exit code', (t) => {
  t.true(isEveryMustMet(runOf([4, 3, 6])))
  t.false(isEveryMustMet(runOf([2, 2, 6])))
  t.regex(tableOf(runOf([2, 2, 6])), /≥ 3×\s+✘/)
  t.false(isEveryMustMet(runOf([4, 4, 4], ['too large'])))
  t.regex(tableOf(runOf([4, 4, 4], ['too large'])), /✘ too large/)
})

test('the JSON holds every round', (t) => {
  const { measures, machine } = JSON.parse(jsonOf(runOf([4, 3, 6])))
  t.is(machine.cores, 2)
  t.deepEqual(measures[0].comparisons[0].ratios, [4, 3, 6])
  t.deepEqual(measures[0].contestants[0], { name: 'madang', rounds: [{ rate: 4 }, { rate: 3 }, { rate: 6 }] })
})

test('the plot is an SVG in which text stays text, with a point a round and both bars', (t) => {
  const [taken] = runOf([4, 3, 6]).taken
  if (taken === undefined) return t.fail()
  const svg = plotOf(taken)
  t.regex(svg, /^<svg xmlns/)
  t.true(svg.includes('rate &lt;b&gt;'))
  t.is(svg.match(/<circle/g)?.length, 3)
  t.is(svg.match(/class="(must|goal)"/g)?.length, 2)
})
