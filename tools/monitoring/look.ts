import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { localLayout } from '../local/layout.ts'
import { Problem, runTool } from '../problem.ts'
import { screenProgress } from '../progress.ts'
import { provideMonitoring } from '../services/monitoring.ts'
import { pageOf } from './page.ts'
import type { AnsweredPanel, Line } from './page.ts'
import { Prometheus, monitoringFolder } from './prometheus.ts'

const usage = `npm run look:dashboards -- --to FOLDER [--seconds N] [--data FOLDER]
  --to FOLDER      where the pages go: madang-overview.html, a dashboard each, with the answer to every panel's query
  --seconds N      how long the running stack is watched before (60)
  --data FOLDER    the stack of npm start -- --data FOLDER

It is not Grafana: it draws what the queries of the panels answer, so that somebody can see whether they say what they are meant to.`

const scrapeSeconds = 2
const stackShape = z.object({ servers: z.array(z.string()), worker: z.string() })
const place = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() })
const dashboardShape = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  panels: z.array(
    z.object({
      type: z.string(),
      title: z.string(),
      description: z.string().default(''),
      gridPos: place,
      fieldConfig: z.object({ defaults: z.object({ unit: z.string() }) }).optional(),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
    }),
  ),
})
type Panel = z.output<typeof dashboardShape>['panels'][number]
const matrix = z.object({
  result: z.array(
    z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) }),
  ),
})

async function main(): Promise<number> {
  const { to, seconds, data } = options()
  const progress = screenProgress()
  const { prometheus: program } = await provideMonitoring(progress)
  const stack = readStack(data)
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-look-'))
  const hosts = { servers: stack.servers.map(hostOf), workers: [hostOf(stack.worker)] }
  const prometheus = await Prometheus.start({ program, folder, scrapeSeconds, ...hosts })
  try {
    await progress.step(
      `Watching the stack for ${seconds} s`,
      () => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    )
    mkdirSync(to, { recursive: true })
    for (const file of globSync('grafana/dashboards/*.json', { cwd: monitoringFolder })) {
      const { uid, title, description, panels } = dashboardShape.parse(
        JSON.parse(readFileSync(path.join(monitoringFolder, file), 'utf8')),
      )
      const answered = await Promise.all(panels.map((panel) => answer(prometheus, panel, seconds)))
      writeFileSync(path.join(to, `${uid}.html`), pageOf(title, description, answered))
    }
    process.stdout.write(`Look at ${path.resolve(to)}/*.html\n`)
    return 0
  } finally {
    await prometheus.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function answer(prometheus: Prometheus, panel: Panel, seconds: number): Promise<AnsweredPanel> {
  const { type, title, description, gridPos, fieldConfig, targets } = panel
  const lines = await Promise.all(targets.map((target) => linesOf(prometheus, target, seconds)))
  return {
    ...{ type, title, description, place: gridPos, lines: lines.flat() },
    unit: fieldConfig?.defaults.unit ?? 'short',
    queries: targets.map(({ expr }) => expr),
  }
}

async function linesOf(
  prometheus: Prometheus,
  { expr, legendFormat }: Panel['targets'][number],
  seconds: number,
): Promise<Line[]> {
  const end = Date.now() / 1000
  const range = { start: String(end - seconds), end: String(end), step: String(scrapeSeconds) }
  const query = expr.replaceAll('$__rate_interval', `${4 * scrapeSeconds}s`)
  const { result } = matrix.parse(await prometheus.ask('query_range', { query, ...range }))
  return result.map(({ metric, values }) => ({
    name: legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? ''),
    points: values.map(([at, value]) => [at, Number(value)] as const),
  }))
}

function readStack(data: string | undefined): z.output<typeof stackShape> {
  const file = localLayout(data).stack
  try {
    return stackShape.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Problem(`${file} does not name a running stack: npm start it first`, { cause: error })
  }
}

function hostOf(address: string): string {
  return new URL(address).host
}

function options(): { to: string; seconds: number; data: string | undefined } {
  const { values } = parseArgs({
    options: { to: { type: 'string' }, seconds: { type: 'string', default: '60' }, data: { type: 'string' } },
  })
  const seconds = Number(values.seconds)
  if (values.to === undefined || !Number.isInteger(seconds) || seconds < 10 || seconds > 3600) throw new Problem(usage)
  return { to: values.to, seconds, data: values.data === undefined ? undefined : path.resolve(values.data) }
}

await runTool(main)
