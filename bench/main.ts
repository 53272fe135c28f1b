import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Problem, runTool } from '../tools/problem.ts'
import { screenProgress } from '../tools/progress.ts'
import { providePrograms } from '../tools/services/provide.ts'
import type { BenchOptions, Measure } from './contract.ts'
import { growthPlot } from './growth/plot.ts'
import { growthJson, growthTable } from './growth/report.ts'
import { measureGrowth } from './growth/run.ts'
import { sweeps } from './growth/sweeps.ts'
import { describeMachine } from './machine.ts'
import type { Machine } from './machine.ts'
import { measures } from './measures.ts'
import { benchOptions, trialOf, usage } from './options.ts'
import type { Asked } from './options.ts'
import { providePeers } from './packages.ts'
import { compare, showBar } from './ratios.ts'
import { jsonOf } from './report/json.ts'
import { keepAndShow } from './report/keep.ts'
import { plotOf } from './report/plot.ts'
import { columns, isEveryMustMet, tableOf } from './report/table.ts'
import type { Run, Taken } from './report/table.ts'
import { runRounds } from './rounds.ts'
import { stopOnSignals } from './under-way.ts'

/** npm run bench: Madang beside what people would pick instead. The exit code is 1 when a bar that must be met is not, in a run that counts. */
async function main(): Promise<number> {
  const asked = benchOptions(
    process.argv.slice(2),
    measures.map(({ id }) => id),
    sweeps.map(({ id }) => id),
  )
  if (asked === 'help' || asked === 'list') {
    process.stdout.write(`${asked === 'help' ? usage : listOf(measures)}\n`)
    return 0
  }
  if ('table' in asked) return keepAndShow(asked.table)
  stopOnSignals()
  const progress = screenProgress()
  const programs = await providePrograms(progress)
  await providePeers(progress.say)
  const machine = await describeMachine(programs)
  const options: BenchOptions = { ...asked, log: (line) => progress.say(`· ${line}`) }
  if (asked.sweeps !== undefined) return grow(asked, asked.sweeps, machine, options)
  const chosen = measures.filter(({ id }) => asked.ids.includes(id))
  const taken: Taken[] = []
  for (const group of Map.groupBy(chosen, ({ contestants }) => contestants).values()) {
    taken.push(...(await take(group, options)))
  }
  const run = { machine, command: commandOf(asked), trial: trialOf(asked), taken }
  process.stdout.write(`${tableOf(run)}\n`)
  write(run, asked)
  return run.trial !== undefined || isEveryMustMet(run) ? 0 : 1
}

/** Nothing here has a bar: it shows where a cost does not stay what it was. */
async function grow(asked: Asked, wanted: readonly string[], machine: Machine, options: BenchOptions): Promise<number> {
  const taken = await measureGrowth(
    sweeps.filter(({ id }) => wanted.includes(id)),
    options,
  )
  const run = { machine, command: commandOf(asked), trial: trialOf(asked), taken }
  process.stdout.write(`${growthTable(run)}\n`)
  writeFiles(asked, growthJson(run), (draw) => {
    for (const growth of taken) {
      for (const plot of growth.sweep.plots) draw(`growth-${growth.sweep.id}-${plot.name}`, growthPlot(plot, growth))
    }
  })
  return 0
}

/** Measures with the same rounds. */
async function take(group: readonly Measure[], options: BenchOptions): Promise<Taken[]> {
  const [first] = group
  if (first === undefined) return []
  for (const { id, title } of group) options.log(`${id}  ${title}`)
  const contestants = first.contestants(options)
  const terms = new Map(contestants.map((contestant) => [contestant.name, contestant.terms]))
  const rounds = await runRounds(contestants, options)
  return group.map((measure) => ({
    ...{ measure, rounds, terms },
    outcomes: measure.comparisons.map((comparison) => compare(comparison, rounds)),
    faults: measure.judge?.(rounds) ?? [],
  }))
}

function commandOf({ ids, sweeps: grown, rounds, seconds, scale, isDirect }: Asked): string {
  if (grown !== undefined) return `npm run bench -- growth ${grown.join(' ')} --seconds ${seconds} --scale ${scale}`
  return `npm run bench -- ${ids.join(' ')} --rounds ${rounds} --seconds ${seconds} --scale ${scale}${isDirect ? ' --direct' : ''}`
}

function listOf(all: readonly Measure[]): string {
  const lines = all.flatMap(({ id, title, comparisons }) => [
    [id, title, '', ''],
    ...comparisons.map(({ title: what, theirs, bars }) => [
      ...['', `  ${what} vs ${theirs}`, showBar(bars, 'must'), showBar(bars, 'goal')],
    ]),
  ])
  return columns([['', '', 'must', 'goal'], ...lines])
}

function write(run: Run, asked: Asked): void {
  writeFiles(asked, jsonOf(run), (draw) => {
    for (const taken of run.taken) {
      const id = taken.measure.id.toLowerCase()
      if (taken.outcomes.length > 0) draw(id, plotOf(taken))
      for (const [name, svg] of taken.measure.pictures?.() ?? []) draw(`${id}-${name}`, svg)
    }
  })
}

/** `drawAll` draws each plot by the name of its file. */
function writeFiles(
  { jsonFile, svgFolder }: Asked,
  json: string,
  drawAll: (draw: (name: string, svg: string) => void) => void,
): void {
  try {
    if (jsonFile !== undefined) writeFileSync(jsonFile, json)
    if (svgFolder === undefined) return
    mkdirSync(svgFolder, { recursive: true })
    drawAll((name, svg) => writeFileSync(path.join(svgFolder, `${name}.svg`), svg))
  } catch (error) {
    throw new Problem(`The results cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}

await runTool(main)
