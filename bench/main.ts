import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Problem, runTool } from '../tools/problem.ts'
import { screenProgress } from '../tools/progress.ts'
import { providePrograms } from '../tools/services/provide.ts'
import type { BenchOptions, Measure } from './contract.ts'
import { describeMachine } from './machine.ts'
import { measures } from './measures.ts'
import { benchOptions, usage } from './options.ts'
import type { Asked } from './options.ts'
import { providePeers } from './packages.ts'
import { compare, showBar } from './ratios.ts'
import { jsonOf } from './report/json.ts'
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
  )
  if (asked === 'help' || asked === 'list') {
    process.stdout.write(`${asked === 'help' ? usage : listOf(measures)}\n`)
    return 0
  }
  stopOnSignals()
  const progress = screenProgress()
  const programs = await providePrograms(progress)
  await providePeers(progress.say)
  const machine = await describeMachine(programs)
  const options: BenchOptions = { ...asked, log: (line) => progress.say(`· ${line}`) }
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

function trialOf({ rounds, scale }: Asked): string | undefined {
  const reasons = [
    ...(rounds < 3 ? [`${rounds} of at least 3 rounds`] : []),
    ...(scale === 1 ? [] : [`${scale} of the full size`]),
  ]
  return reasons.length === 0 ? undefined : reasons.join(', ')
}

function commandOf({ ids, rounds, seconds, scale, isDirect }: Asked): string {
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

function write(run: Run, { jsonFile, svgFolder }: Asked): void {
  try {
    if (jsonFile !== undefined) writeFileSync(jsonFile, jsonOf(run))
    if (svgFolder === undefined) return
    mkdirSync(svgFolder, { recursive: true })
    for (const taken of run.taken) {
      const id = taken.measure.id.toLowerCase()
      if (taken.outcomes.length > 0) writeFileSync(path.join(svgFolder, `${id}.svg`), plotOf(taken))
      for (const [name, svg] of taken.measure.pictures?.() ?? []) {
        writeFileSync(path.join(svgFolder, `${id}-${name}.svg`), svg)
      }
    }
  } catch (error) {
    throw new Problem(`The results cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}

await runTool(main)
