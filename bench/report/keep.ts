import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Problem } from '../../tools/problem.ts'
import { growthPlot } from '../growth/plot.ts'
import { sweeps } from '../growth/sweeps.ts'
import { measures } from '../measures.ts'
import { benchFolder } from '../packages.ts'
import { withBlocks } from './blocks.ts'
import { keptGrowthShape, keptMeasureShape, keptOf, outcomesOf } from './kept.ts'
import type { KeptGrowth, KeptMeasure } from './kept.ts'
import { plotOf } from './plot.ts'
import { blocksOf } from './readme.ts'

/** npm run bench -- table [FILE …]: keeps results, and shows what is kept in plots and in the tables of the README. */

const pageFile = path.join(benchFolder, 'README.md')
const resultsFolder = path.join(benchFolder, 'results')

export interface Kept {
  /** In the order of their numbers. */
  measures: readonly KeptMeasure[]
  growth: KeptGrowth
}

/** `files` are what runs have written by --json. Errors in words: a file that cannot be read or is no result, and a trial. */
export function keepAndShow(files: readonly string[]): number {
  for (const { name, kept } of files.flatMap((file) => keptOf(read(file)))) {
    writeFileSync(path.join(resultsFolder, `${name}.json`), `${JSON.stringify(kept, shortened, 1)}\n`)
  }
  const kept = readKept()
  writeFileSync(pageFile, withBlocks(read(pageFile), blocksOf(kept.measures, measures)))
  for (const [name, svg] of drawn(kept)) writeFileSync(path.join(benchFolder, 'plots', `${name}.svg`), svg)
  process.stdout.write(`${pageFile} shows ${kept.measures.map(({ id }) => id).join(', ')} and growth\n`)
  return 0
}

/** Everything in bench/results. */
export function readKept(): Kept {
  const names = readdirSync(resultsFolder).filter((name) => name.endsWith('.json') && name !== 'growth.json')
  const found = names.map((name) => keptMeasureShape.parse(JSON.parse(read(path.join(resultsFolder, name)))))
  const order = measures.map(({ id }): string => id)
  return {
    measures: found.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id)),
    growth: keptGrowthShape.parse(JSON.parse(read(path.join(resultsFolder, 'growth.json')))),
  }
}

/** Plots by the names of their files, all but those that need every sample of a run (P13). */
export function drawn({ measures: kept, growth }: Kept): Map<string, string> {
  const compared = measures.flatMap((measure) => {
    const one = kept.find(({ id }) => id === measure.id)
    if (one === undefined || one.comparisons.length === 0) return []
    const plot = plotOf({ measure: { id: measure.id, title: one.title }, outcomes: outcomesOf(one) })
    return [[measure.id.toLowerCase(), plot] as const]
  })
  const grown = sweeps.flatMap((sweep) => {
    const taken = growth.growth.find(({ id }) => id === sweep.id)
    if (taken === undefined) return []
    return sweep.plots.map(
      (plot) => [`growth-${sweep.id}-${plot.name}`, growthPlot(plot, { sweep, points: taken.points })] as const,
    )
  })
  return new Map([...compared, ...grown])
}

/** Seven digits: more are noise. */
function shortened(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(7)) : value
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Problem(`${file} cannot be read`, { cause: error })
  }
}
