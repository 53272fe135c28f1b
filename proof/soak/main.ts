import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import cliProgress from 'cli-progress'
import { report } from '../checker/index.ts'
import { whenParentIsGone } from '../../tools/parent.ts'
import { runTool } from '../../tools/problem.ts'
import { screenProgress } from '../../tools/progress.ts'
import { soakOptions, usage } from './options.ts'
import type { SoakOptions } from './options.ts'
import { reportPage } from './page.ts'
import { soak } from './run.ts'
import type { SoakResult } from './run.ts'
import { seriesOf } from './samples.ts'
import { givenSite, ownSite } from './site.ts'
import type { Site } from './site.ts'
import { summaryOf } from './summary.ts'

/** npm run soak: an hour of mixed load, and whether anything grows that should not. */
async function main(): Promise<number> {
  const options = soakOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const early = new AbortController()
  onSignals(() => early.abort())
  mkdirSync(options.folder, { recursive: true })
  for (const name of ['samples.jsonl', 'evidence.jsonl']) rmSync(path.join(options.folder, name), { force: true })
  const site = options.stackFile === undefined ? await ownSite(screenProgress()) : givenSite(options.stackFile)
  try {
    process.stderr.write(`Soaking ${site.address} for ${options.minutes} min with --seed ${options.seed}\n`)
    return conclude(site, options, await soakWithBar(site, options, early.signal))
  } finally {
    await site.stop()
  }
}

function conclude(site: Site, options: SoakOptions, result: SoakResult): number {
  const series = seriesOf(result.samples)
  const summary = summaryOf(result, series)
  const file = path.join(options.folder, 'report.html')
  const promises = result.verdict === undefined ? '' : report(result.verdict)
  writeFileSync(file, reportPage({ site, options, result, series, summary, promises }))
  process.stdout.write(`${promises}\n\n${summary.lines.join('\n')}\n\nReport: ${file}\n`)
  return summary.isGood ? 0 : 1
}

async function soakWithBar(site: Site, options: SoakOptions, early: AbortSignal): Promise<SoakResult> {
  const format =
    '{bar} {percentage}% of {minutes} min, {eta_formatted} left; {acked} acked, {unknown} unknown, {rooms} rooms'
  const screen = { stream: process.stderr, noTTYOutput: true, notTTYSchedule: 30_000, hideCursor: true, format }
  const bar = new cliProgress.SingleBar(screen, cliProgress.Presets.shades_classic)
  bar.start(options.minutes * 60, 0, { minutes: options.minutes, acked: 0, unknown: 0, rooms: 0 })
  try {
    return await soak(site, options, {
      early,
      onProgress({ seconds, load }) {
        const { acked, unknown } = load.counts()
        bar.update(Math.floor(seconds), { acked, unknown, rooms: load.rooms().length })
      },
    })
  } finally {
    bar.stop()
  }
}

/** The first asks for an early end, with a report; asked again after a second, we leave without. */
function onSignals(end: () => void): void {
  let askedAt: number | undefined
  const onSignal = (): void => {
    if (askedAt !== undefined && performance.now() - askedAt > 1000) process.exit(130)
    if (askedAt !== undefined) return
    askedAt = performance.now()
    process.stderr.write('\nEnding early: rooms are closed and judged …\n')
    end()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  whenParentIsGone(onSignal)
}

await runTool(main)
