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
import { sayPlanned } from './schedule.ts'
import { screenOf } from './screen.ts'
import type { Screen } from './screen.ts'
import { brokenLine, isBroken, lineOf, summaryOf, tableOf } from './summary.ts'
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
  const screen = screenOf(process.stderr)
  // A connection of the drill's own that a fault has broken must not end a campaign of hundreds of runs.
  process.on('unhandledRejection', (error) => screen.say(`Not waited for by the drill itself: ${String(error)}`))
  const wanted = chosenFaults(options.faults)
  const sites = sitesOf(options, screen)
  const isStopped = stopOnSignal(() => void sites.close().finally(() => process.exit(130)))
  try {
    const site = await sites.site()
    for (const remark of sites.remarks) screen.say(remark)
    const faults = possible(wanted, site.patient, screen)
    if (options.isListed) {
      for (const { name, says } of faults) process.stdout.write(`${name.padEnd(36)} ${says}\n`)
      return 0
    }
    if (faults.length === 0) throw new Problem('None of these faults can be made here')
    const lines = await drillAll(sites, { options, faults, screen, isStopped })
    process.stdout.write(`${tableOf(lines)}\n`)
    return lines.some(isBroken) ? 1 : 0
  } finally {
    await sites.close()
  }
}

function sitesOf({ remote, isKept }: DrillOptions, screen: Screen): Sites {
  if (remote !== undefined) return new RemoteSites(remote)
  return new OwnStacks({ progress: screenProgress(), screen, isKept })
}

interface Drilling {
  options: DrillOptions
  faults: readonly Fault[]
  screen: Screen
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
async function drill(sites: Sites, seed: number, { options, faults, screen }: Drilling): Promise<RunLine> {
  const { seconds, people, rooms, messagesPerSecond } = options
  const folder = path.join(drillFolder, 'runs', String(seed))
  const began = performance.now()
  let planned: readonly string[] = []
  try {
    const result = await drillOnce(await sites.site(), {
      ...{ seed, seconds, people, rooms, messagesPerSecond, faults, folder },
      onSchedule(schedule) {
        planned = [...new Set(schedule.map(({ fault }) => fault.name))]
        screen.say([`Run with --seed ${seed}:`, ...schedule.map(sayPlanned)].join('\n'))
      },
      onProgress: (progress) => screen.show(progress),
    })
    const text = summaryOf(result)
    process.stdout.write(`${text}\n\n`)
    const line = lineOf(result)
    if (isBroken(line) || result.late.length > 0 || options.isKept) keepEvidence(folder, result, text)
    else rmSync(folder, { recursive: true, force: true })
    if (isBroken(line)) screen.say(`The evidence is kept in ${folder}`)
    if (result.late.length > 0) await sites.renew(folder)
    return line
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    screen.say(`Seed ${seed} came to no verdict: ${error instanceof Error ? error.stack : why}`)
    mkdirSync(folder, { recursive: true })
    await sites.renew(folder)
    return brokenLine(seed, planned, (performance.now() - began) / 1000, why)
  }
}

function chosenFaults(names: readonly string[]): readonly Fault[] {
  const unknown = names.find((name) => !allFaults.some((fault) => fault.name.startsWith(name)))
  if (unknown !== undefined) throw new Problem(`There is no fault "${unknown}"; --list says which there are`)
  if (names.length === 0) return allFaults
  return allFaults.filter((fault) => names.some((name) => fault.name.startsWith(name)))
}

/** What cannot be made here is said once, by reason. */
function possible(faults: readonly Fault[], patient: Patient, screen: Screen): readonly Fault[] {
  const missing = Map.groupBy(faults, (fault) => fault.missing(patient))
  for (const [why, without] of missing) {
    if (why !== undefined) screen.say(`Not made: ${without.map(({ name }) => name).join(', ')} (${why})`)
  }
  return missing.get(undefined) ?? []
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
