import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import { stateOf } from '../../bench/machine.ts'
import { measures } from '../../bench/measures.ts'
import { showBar } from '../../bench/ratios.ts'
import { withBlocks } from '../../bench/report/blocks.ts'
import { drawn, readKept } from '../../bench/report/keep.ts'
import { keptOf, outcomesOf } from '../../bench/report/kept.ts'
import type { KeptMeasure } from '../../bench/report/kept.ts'
import { blocksOf, isSame } from '../../bench/report/readme.ts'
import { Problem } from '../../tools/problem.ts'

const folder = path.join(import.meta.dirname, '..', '..', 'bench')
const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8')
const kept = readKept()

test('the tables of the README are those of the results that are kept', (t) => {
  const page = read('README.md')
  t.is(withBlocks(page, blocksOf(kept.measures, measures)), page, 'npm run bench -- table')
  const better = kept.measures.map((measure) => ({
    ...measure,
    comparisons: measure.comparisons.map((each) => ({ ...each, ratios: each.ratios.map((ratio) => ratio * 2) })),
  }))
  t.not(withBlocks(page, blocksOf(better, measures)), page)
})

test('the plots are those of the results that are kept', (t) => {
  const plots = drawn(kept)
  t.true(plots.size > 20)
  for (const [name, svg] of plots) t.is(read(`plots/${name}.svg`), svg, `${name}: npm run bench -- table`)
})

for (const measure of measures) {
  test(`${measure.id} has a result that is kept, held against the bars of today`, (t) => {
    const one = kept.measures.find(({ id }) => id === measure.id)
    t.is(one?.comparisons.length, measure.comparisons.length)
    t.deepEqual(
      one?.comparisons.map(({ theirs, bars }) => [theirs, showBar(bars, 'must'), showBar(bars, 'goal')]),
      measure.comparisons.map(({ theirs, bars }) => [theirs, showBar(bars, 'must'), showBar(bars, 'goal')]),
    )
    const rows = read('README.md')
      .split('\n')
      .filter((row) => row.startsWith(`| ${measure.id} |`))
    const isUnknown = one?.run.machine.isClean !== true
    t.true(
      rows.every((row) => row.includes('an older state') === isUnknown),
      'a state that is not known is shown as old',
    )
    const isOther = one?.comparisons.map((each, nth) => !isSame(each, measure.comparisons[nth])) ?? []
    t.deepEqual(
      rows.map((row) => row.includes('by another figure than today')),
      isOther.length === 0 ? [false] : isOther,
    )
  })
}

const machine = {
  ...{ cores: 2, model: 'a model', memoryGib: 8, kernel: 'Linux', node: 'v24', redis: '7', database: '10', nginx: '1' },
  ...{ loadBefore: [1, 2, 3], commit: '1234567890', isClean: true, at: '2026-11-22T10:00:00.000Z' },
}
const run = {
  ...{ machine, command: 'npm run bench -- P1' },
  measures: [
    {
      ...{ id: 'P1', title: 'A rate', faults: [] },
      comparisons: [
        {
          ...{ title: 'rate', quantity: 'rate', ours: 'madang', theirs: 'other', median: 99 },
          ...{ bars: { least: { must: 3, goal: 5 } }, ratios: [4, 2, 6] },
          alike: { theirs: 'other, unix sockets', ratios: [2, 1, 3] },
        },
      ],
      contestants: [{ name: 'madang', terms: 'kept', rounds: [{ rate: 4 }, { rate: 2 }, { rate: 6 }] }],
    },
  ],
}

test('of a run ratios and medians are kept, with the state that it was taken at', (t) => {
  const [one] = keptOf(JSON.stringify(run))
  t.is(one?.name, 'p1')
  if (one === undefined || !('comparisons' in one.kept)) return t.fail()
  t.deepEqual(one.kept.contestants, [{ name: 'madang', terms: 'kept', medians: { rate: 4 } }])
  const [outcome] = outcomesOf(one.kept)
  t.like(outcome, { median: 4, least: 2, most: 6, isMustMet: true, isGoalMet: false })
  t.like(outcome?.alike, { theirs: 'other, unix sockets', median: 2, isMustMet: false })

  const today = { id: 'P1', comparisons: run.measures[0]!.comparisons }
  const { measures: table = '', missed = '' } = blocksOf([one.kept], [today])
  t.regex(table, /- P1: 2026-11-22 10:00 UTC, commit 1234567890, load before 1 2 3, `npm run bench -- P1`/)
  t.regex(
    table,
    /\| P1 \| rate vs other \| 4\.00× \| 2\.00× – 6\.00× \| ≥ 3× ✔ \| ≥ 5× ✘ \| 2\.00× \(1\.00× – 3\.00×\) ✘ \| 1234567890 \|/,
  )
  t.is(missed.split('\n').at(-1), '- P1, rate vs other: 4.00×, asked ≥ 5×')
  t.true(missed.startsWith('Of 1 comparisons 0 miss their must:'))
})

test('a row says when its state is not known, and when another figure is compared today', (t) => {
  const [one] = keptOf(JSON.stringify(run))
  if (one === undefined || !('comparisons' in one.kept)) return t.fail()
  const comparisons = run.measures[0]!.comparisons
  const tableOf = (state: object, quantity: string): string => {
    const older = {
      ...one.kept,
      run: { ...one.kept.run, machine: { ...one.kept.run.machine, ...state } },
    } as KeptMeasure
    const today = { id: 'P1', comparisons: comparisons.map((each) => ({ ...each, quantity })) }
    return blocksOf([older], [today])['measures'] ?? ''
  }
  t.regex(tableOf({ commit: 'unknown', isClean: undefined }, 'rate'), /\| an older state, 2026-11-22; not retaken \|/)
  t.regex(tableOf({ isClean: false }, 'rate'), /\| an older state, 2026-11-22; not retaken \|/)
  t.regex(tableOf({}, 'other'), /\| 1234567890; by another figure than today \|/)
})

test('a trial is not kept, nor what does not say its state, nor what is no result', (t) => {
  const refused = (result: unknown, message: RegExp) =>
    t.throws(() => keptOf(JSON.stringify(result)), { instanceOf: Problem, message })
  refused({ ...run, trial: '1 of at least 3 rounds' }, /was a trial, 1 of at least 3 rounds/)
  refused({ ...run, machine: { ...machine, commit: undefined } }, /commit/)
  refused({ ...run, machine: { ...machine, commit: 'unknown' } }, /does not know its commit/)
  refused({ any: 'thing' }, /not a result of the bench/)
})

test('the state is the commit and whether anything else is there; what the bench writes does not count', async (t) => {
  const own = mkdtempSync(path.join(tmpdir(), 'bench-state-'))
  t.teardown(() => rmSync(own, { recursive: true, force: true }))
  t.deepEqual(await stateOf(own), { commit: 'unknown' })
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=alice', '-c', 'user.email=alice@example.org', ...args], {
      cwd: own,
      encoding: 'utf8',
    })
  git('init', '--quiet')
  writeFileSync(path.join(own, 'a.ts'), '1')
  git('add', '.')
  git('commit', '--quiet', '-m', 'Begin')
  const commit = git('rev-parse', '--short=10', 'HEAD').trim()
  t.deepEqual(await stateOf(own), { commit, isClean: true })
  mkdirSync(path.join(own, 'bench', 'results'), { recursive: true })
  writeFileSync(path.join(own, 'bench', 'results', 'p1.json'), '{}')
  t.deepEqual(await stateOf(own), { commit, isClean: true })
  writeFileSync(path.join(own, 'a.ts'), '2')
  t.deepEqual(await stateOf(own), { commit, isClean: false })
})
