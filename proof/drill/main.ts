import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { allFaults } from '../faults/index.ts'
import type { Fault, Patient } from '../faults/fault.ts'
import { drillFolder } from '../stack/volumes.ts'
import { whenParentIsGone } from '../../tools/parent.ts'
import { Problem, runTool } from '../../tools/problem.ts'
import { screenProgress } from '../../tools/progress.ts'
import { drillOptions, usage } from './options.ts'
import type { DrillOptions } from './options.ts'
import { drillOnce, keepEvidence } from './run.ts'
import { readSchedule, sayPlanned, scheduleOf } from './schedule.ts'
import type { Planned } from './schedule.ts'
import { screenOf } from './screen.ts'
import type { Screen } from './screen.ts'
import { brokenLine, isBroken, lineOf, madeOf, summaryOf, tableOf } from './summary.ts'
import type { RunLine } from './summary.ts'
import { OwnStacks } from './own-stacks.ts'
import { RemoteSites } from './remote-site.ts'
import type { Sites } from './site.ts'

/** npm run drill: people talk while things break, and what is kept is held against what they were told. */
async function main(): Promise<number> {
  const options = drillOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const wanted = chosenFaults(options.faults)
  if (options.isListed) {
    for (const { name, says } of wanted) process.stdout.write(`${name.padEnd(36)} ${says}\n`)
    return 0
  }
  const kept = options.scheduleFile === undefined ? undefined : readSchedule(options.scheduleFile)
  const screen = screenOf(process.stderr)
  const strays = straysOf(screen)
  const sites = sitesOf(options, screen)
  const isStopped = stopOnSignal(() => void sites.close().finally(() => process.exit(130)))
  try {
    const site = await sites.site()
    for (const remark of sites.remarks) screen.say(remark)
    const possible = possibleOf(kept?.map(({ fault }) => fault) ?? wanted, site.patient, screen)
    if (possible.size === 0) throw new Problem('None of these faults can be made here')
    const scheduleFor = (seed: number): readonly Planned[] =>
      (kept ?? scheduleOf({ seed, seconds: options.seconds, faults: wanted })).filter(({ fault }) =>
        possible.has(fault),
      )
    const lines = await drillAll(sites, { options, scheduleFor, screen, strays, isStopped })
    process.stdout.write(`${madeOf(lines)}\n\n${tableOf(lines)}\n`)
    return lines.some(isBroken) ? 1 : 0
  } finally {
    await sites.close()
  }
}

/**
 * An error that nobody waited for must not end a campaign of hundreds of runs, and is a defect of the drill, the load or the checker all
 * the same: the run in which it comes has no verdict.
 */
function straysOf(screen: Screen): string[] {
  const strays: string[] = []
  process.on('unhandledRejection', (error) => {
    strays.push(`an error that nobody waited for: ${String(error)}`)
    screen.say(`Nobody waited for: ${error instanceof Error ? error.stack : String(error)}`)
  })
  return strays
}

function sitesOf({ remote, isKept }: DrillOptions, screen: Screen): Sites {
  if (remote !== undefined) return new RemoteSites(remote)
  return new OwnStacks({ progress: screenProgress(), screen, isKept })
}

interface Drilling {
  options: DrillOptions
  scheduleFor: (seed: number) => readonly Planned[]
  screen: Screen
  /** Filled by whoever was not waited for; emptied by each run. */
  strays: string[]
  isStopped: () => boolean
}

async function drillAll(sites: Sites, drilling: Drilling): Promise<RunLine[]> {
  const { options, isStopped } = drilling
  const lines: RunLine[] = []
  for (let run = 0; run < options.runs && !isStopped(); run += 1) {
    const line = await drill(sites, options.seed + run, drilling)
    if (isStopped()) break
    lines.push(line)
    if (options.json !== undefined) appendFileSync(options.json, `${JSON.stringify(line)}\n`)
  }
  return lines
}

/** A run that ends without a verdict, or leaves something that does not come back, takes its stack with it. */
async function drill(sites: Sites, seed: number, { options, scheduleFor, screen, strays }: Drilling): Promise<RunLine> {
  const { seconds, people, rooms, messagesPerSecond } = options
  const folder = path.join(drillFolder, 'runs', String(seed))
  const began = performance.now()
  const planned = scheduleFor(seed)
  screen.say([`Run with --seed ${seed}:`, ...planned.map(sayPlanned)].join('\n'))
  try {
    const result = await drillOnce(await sites.site(), {
      ...{ seed, seconds, people, rooms, messagesPerSecond, planned, folder },
      onProgress: (progress) => screen.show(progress),
    })
    const text = summaryOf(result)
    process.stdout.write(`${text}\n\n`)
    const line = withStrays(lineOf(result), strays.splice(0))
    if (isBroken(line) || options.isKept) keepEvidence(folder, result, text)
    else rmSync(folder, { recursive: true, force: true })
    if (isBroken(line)) screen.say(`The evidence is kept in ${folder}`)
    if (line.error !== undefined || line.late.length > 0) await sites.renew(folder)
    return line
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    screen.say(`Seed ${seed} came to no verdict: ${error instanceof Error ? error.stack : why}`)
    mkdirSync(folder, { recursive: true })
    await sites.renew(folder)
    const names = [...new Set(planned.map(({ fault }) => fault.name))]
    return withStrays(brokenLine(seed, names, (performance.now() - began) / 1000, why), strays.splice(0))
  }
}

function withStrays(line: RunLine, strays: readonly string[]): RunLine {
  const errors = [...(line.error === undefined ? [] : [line.error]), ...strays]
  return errors.length === 0 ? line : { ...line, error: errors.join('; ') }
}

function chosenFaults(names: readonly string[]): readonly Fault[] {
  const unknown = names.find((name) => !allFaults.some((fault) => fault.name.startsWith(name)))
  if (unknown !== undefined) throw new Problem(`There is no fault "${unknown}"; --list says which there are`)
  if (names.length === 0) return allFaults
  return allFaults.filter((fault) => names.some((name) => fault.name.startsWith(name)))
}

/** What cannot be made here is said once, by reason. */
function possibleOf(faults: readonly Fault[], patient: Patient, screen: Screen): ReadonlySet<Fault> {
  const missing = Map.groupBy(new Set(faults), (fault) => fault.missing(patient))
  for (const [why, without] of missing) {
    if (why !== undefined) screen.say(`Not made: ${without.map(({ name }) => name).join(', ')} (${why})`)
  }
  return new Set(missing.get(undefined))
}

/** Ctrl-C, SIGTERM or the death of npm throw the stack away. */
function stopOnSignal(stop: () => void): () => boolean {
  let isStopped = false
  const onSignal = (): void => {
    if (isStopped) return
    isStopped = true
    process.stderr.write('\nStopping …\n')
    stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  whenParentIsGone(onSignal)
  return () => isStopped
}

await runTool(main)
