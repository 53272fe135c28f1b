import test from 'ava'
import type { Growth, Sweep } from '../../bench/growth/contract.ts'
import { growthPlot } from '../../bench/growth/plot.ts'
import { growthJson, growthTable } from '../../bench/growth/report.ts'
import { measureGrowth, sizesOf } from '../../bench/growth/run.ts'
import { benchOptions } from '../../bench/options.ts'
import { Problem } from '../../tools/problem.ts'

const plot = { name: 'cost', title: 'What a thing costs <b>', y: 'µs', quantities: ['cost', 'nothing'] }

function sweepOf(at: (size: number) => number, seen: string[] = []): Sweep {
  return {
    ...{
      id: 'things',
      title: 'A thing, by the things there are',
      x: 'things',
      sizes: [10, 100, 1000],
      terms: 'a thing',
    },
    plots: [plot],
    async open() {
      seen.push('open')
      return {
        async at(size) {
          seen.push(String(size))
          return { cost: at(size), nothing: 0 }
        },
        async stop() {
          seen.push('stop')
        },
      }
    },
  }
}

const options = { rounds: 1, seconds: 1, scale: 1, isDirect: false, log: () => undefined }

test('every size is measured in turn, and what was opened is stopped', async (t) => {
  const seen: string[] = []
  const [growth] = await measureGrowth([sweepOf((size) => size * 2, seen)], options)

  t.deepEqual(seen, ['open', '10', '100', '1000', 'stop'])
  t.deepEqual(
    growth?.points.map(({ size, figures }) => [size, figures['cost']]),
    [
      [10, 20],
      [100, 200],
      [1000, 2000],
    ],
  )
})

test('a size that fails stops what was opened and is an error', async (t) => {
  const seen: string[] = []
  const failing = sweepOf((size) => {
    if (size === 100) throw new Error('a hundred are too many')
    return size
  }, seen)

  await t.throwsAsync(measureGrowth([failing], options), { message: 'a hundred are too many' })
  t.deepEqual(seen, ['open', '10', '100', 'stop'])
})

test('a smaller scale leaves the largest sizes away', (t) => {
  const sizes = [10, 100, 1000]
  t.deepEqual(sizesOf({ sizes }, 1), sizes)
  t.deepEqual(sizesOf({ sizes }, 0.1), [10, 100])
  t.deepEqual(sizesOf({ sizes }, 0.001), [10])
})

const growthOf = (values: readonly number[]): Growth => ({
  sweep: sweepOf((size) => size),
  points: values.map((cost, index) => ({ size: 10 ** (index + 1), figures: { cost, nothing: 0 } })),
})

const machine = {
  ...{ cores: 2, model: 'a model', memoryGib: 8, kernel: 'Linux', node: 'v24' },
  ...{
    redis: '7',
    database: '10',
    nginx: '1',
    loadBefore: [1, 2, 3],
    commit: '1234567890',
    isClean: true,
    at: '2026-11-22T10:00:00.000Z',
  },
}

test('the table says what each size came to and how the last stands to the first', (t) => {
  const run = { machine, command: 'npm run bench -- growth', trial: undefined, taken: [growthOf([2, 3, 8])] }
  t.regex(growthTable(run), /cost\s+2\s+3\s+8\s+4×/)
  t.regex(growthTable({ ...run, trial: '0.1 of the full size' }), /do not count/)
  const { growth } = JSON.parse(growthJson(run)) as { growth: { points: unknown[] }[] }
  t.is(growth[0]?.points.length, 3)
})

test('on the plot, what grows ten times as the size does is a straight line, and markup in words stays words', (t) => {
  const svg = growthPlot(plot, growthOf([1, 10, 100]))
  const path = /d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"/.exec(svg)?.slice(1).map(Number) ?? []
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = path

  t.is(path.length, 6, svg)
  t.true(Math.abs((y2 - y1) / (x2 - x1) - (y3 - y2) / (x3 - x2)) < 0.01)
  t.true(y1 > y2)
  t.false(svg.includes('<b>'))
})

test('growth is asked for as a whole or by names', (t) => {
  const ask = (...words: string[]) => benchOptions(['growth', ...words], ['P1'], ['rooms', 'posts'])
  t.like(ask(), { ids: [], sweeps: ['rooms', 'posts'] })
  t.like(ask('posts'), { sweeps: ['posts'] })
  t.throws(() => ask('hope'), { instanceOf: Problem })
})
