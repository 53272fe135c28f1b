import { z } from 'zod'
import { Problem } from '../../tools/problem.ts'
import { judge } from '../ratios.ts'
import type { Outcome } from '../ratios.ts'
import { mediansOf } from '../rounds.ts'

/**
 * What of a run is kept in bench/results: of each measure the ratios of all rounds, which its plot and its verdict need, and the medians of
 * everything else. Runs of growth are kept by their points.
 */

const figures = z.record(z.string(), z.number())
const bar = z.object({ must: z.number(), goal: z.number() })
const bars = z.union([z.strictObject({ most: bar }), z.strictObject({ least: bar })])
const machineShape = z.object({
  ...{ cores: z.number(), model: z.string(), memoryGib: z.number(), kernel: z.string(), node: z.string() },
  ...{ redis: z.string(), database: z.string(), nginx: z.string(), loadBefore: z.array(z.number()) },
  commit: z.string(),
  isClean: z.boolean().optional(),
  at: z.iso.datetime(),
})
const runShape = z.object({
  machine: machineShape,
  command: z.string(),
  /** What the run itself does not say, by hand. */
  note: z.string().optional(),
})
const comparisonShape = z.object({
  ...{ title: z.string(), quantity: z.string(), ours: z.string(), theirs: z.string(), bars },
  ratios: z.array(z.number()).min(1),
  alike: z.object({ theirs: z.string(), ratios: z.array(z.number()).min(1) }).optional(),
})
const contestantShape = z.object({ name: z.string(), terms: z.string().optional() })
const measureShape = z.object({
  ...{ id: z.string(), title: z.string(), faults: z.array(z.string()) },
  comparisons: z.array(comparisonShape),
})
const growthShape = z.array(z.object({ id: z.string(), points: z.array(z.object({ size: z.number(), figures })) }))

export const keptMeasureShape = measureShape.extend({
  run: runShape,
  contestants: z.array(contestantShape.extend({ medians: figures })),
})
export type KeptMeasure = z.output<typeof keptMeasureShape>
export type KeptRun = z.output<typeof runShape>

export const keptGrowthShape = z.object({ run: runShape, growth: growthShape })
export type KeptGrowth = z.output<typeof keptGrowthShape>

/** What `npm run bench -- … --json` writes. */
const written = z.object({ ...runShape.shape, trial: z.string().optional() })
const writtenMeasures = written.extend({
  measures: z.array(
    measureShape.extend({ contestants: z.array(contestantShape.extend({ rounds: z.array(figures) })) }),
  ),
})
const writtenGrowth = written.extend({ growth: growthShape })

/**
 * What is kept of a result, by the name of its file. Errors: what is no result of the bench; a trial, of which no figure counts; and a run
 * of a state that nobody can fetch again.
 */
export function keptOf(text: string): { name: string; kept: KeptMeasure | KeptGrowth }[] {
  const result = resultIn(text)
  const { trial, command, note, machine } = result
  if (trial !== undefined) throw new Problem(`${command} was a trial, ${trial}: its figures do not count`)
  if (machine.commit === 'unknown') throw new Problem(`${command} does not know its commit: nobody could take it again`)
  const run = { machine, command, ...(note === undefined ? {} : { note }) }
  if ('growth' in result) return [{ name: 'growth', kept: { run, growth: result.growth } }]
  return result.measures.map(({ contestants, ...measure }) => ({
    name: measure.id.toLowerCase(),
    kept: {
      ...measure,
      run,
      contestants: contestants.map(({ rounds, ...one }) => ({ ...one, medians: mediansOf(rounds) })),
    },
  }))
}

function resultIn(text: string): z.output<typeof writtenGrowth> | z.output<typeof writtenMeasures> {
  const json: unknown = JSON.parse(text)
  const isOfGrowth = typeof json === 'object' && json !== null && 'growth' in json
  const parsed = isOfGrowth ? writtenGrowth.safeParse(json) : writtenMeasures.safeParse(json)
  if (!parsed.success) throw new Problem(`not a result of the bench:\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** As it was judged when it was taken: from the same ratios against the same bars. */
export function outcomesOf({ comparisons }: Pick<KeptMeasure, 'comparisons'>): Outcome[] {
  return comparisons.map(({ ratios, alike, ...comparison }) => ({
    comparison,
    ...judge(ratios, comparison.bars),
    ...(alike === undefined ? {} : { alike: { theirs: alike.theirs, ...judge(alike.ratios, comparison.bars) } }),
  }))
}
