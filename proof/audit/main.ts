import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { gather } from '../../test/security/cast.ts'
import { generousLimits } from '../../test/security/settings.ts'
import { startStack } from '../../test/support/stack.ts'
import type { Stack } from '../../test/support/stack.ts'
import { dataFolder } from '../../tools/paths.ts'
import { Problem, runTool } from '../../tools/problem.ts'
import { screenProgress } from '../../tools/progress.ts'
import { everyRequest } from './asked.ts'
import type { Asked } from './asked.ts'
import { openBrokenDoor } from './broken-door.ts'
import type { Bench, Finding, Judgement, Target } from './contract.ts'
import { reasonToOverlook } from './known.ts'
import { Probe } from './probe.ts'
import { provideTools } from './programs.ts'
import type { Programs } from './programs.ts'
import { reportOf } from './report.ts'
import type { Chapter } from './report.ts'
import { judgeBySlowness } from './slowhttptest.ts'
import { judgeBySqlmap } from './sqlmap.ts'
import { judgeByWapiti } from './wapiti.ts'
import { judgeByZzuf } from './zzuf.ts'

/**
 * npm run audit:outside [-- --quick] [-- --only TOOL,…]   tools that we did not write look for holes in a stack of its own.
 *
 * Each is first shown a door that is broken, and must say so. Everything goes to the loopback. Logs and the report lie in .data/audit;
 * the exit code is not zero when anything was found.
 */
const usage = `npm run audit:outside [-- OPTIONS]
  --only TOOL,…   of slowhttptest, sqlmap, wapiti, zzuf (all)
  --quick         a minute of everything, to see whether it works`

const tools = ['slowhttptest', 'zzuf', 'wapiti', 'sqlmap'] as const
type Tool = (typeof tools)[number]

type Judge = (at: { target: Target; asked: readonly Asked[]; bench: Bench }) => Promise<Judgement>

async function main(): Promise<number> {
  const { only, isQuick } = optionsOf(process.argv.slice(2))
  const progress = screenProgress()
  const programs = await provideTools(progress)
  const folder = path.join(dataFolder, 'audit')
  rmSync(folder, { recursive: true, force: true })
  const bench = (name: string, quick = isQuick): Bench => {
    const inside = path.join(folder, name)
    mkdirSync(inside, { recursive: true, mode: 0o700 })
    return { folder: inside, isQuick: quick, say: (text) => progress.say(text) }
  }
  const chapters: Chapter[] = []
  for (const tool of only) {
    const judge = judgeOf(tool, programs)
    const stack = await progress.step(`A stack for ${tool}`, () =>
      startStack(settingsOf(tool), { hasStandardNginx: tool === 'slowhttptest' }),
    )
    try {
      const cast = await gather(stack)
      const asker = cast.player('mentor')!
      const asked = tool === 'slowhttptest' ? [] : await everyRequest(cast, asker)
      const target = { address: stack.address, token: asker.token }
      // Another account: what the tool does counts for the limits of its own.
      const bystander = { address: stack.address, token: cast.player('admin')!.token }
      const { DATABASE_URL: databaseUrl } = stack.world.config
      await requireTeeth(tool, judge, { databaseUrl, bench: bench(`${tool}-on-a-broken-door`, true) })
      chapters.push(await chapterOf(tool, judge, { stack, target, bystander, asked, bench: bench(tool) }))
    } finally {
      await stack.stop()
    }
  }
  const report = reportOf(chapters)
  writeFileSync(path.join(folder, 'report.md'), report)
  process.stdout.write(`\n${report}\nLogs: ${folder}\n`)
  return chapters.some(({ findings }) => findings.length > 0) ? 1 : 0
}

/** A token that lives as long as the audit. Whoever is slow meets the limits that people have; others would only be told to wait. */
function settingsOf(tool: Tool): Record<string, string | number> {
  const standard = { ACCESS_TOKEN_MINUTES: 60, LOG_LEVEL: 'error', REQUESTS_PER_MINUTE: 600 }
  return tool === 'slowhttptest' ? standard : { ...standard, ...generousLimits, REQUESTS_PER_MINUTE: 1_000_000 }
}

function judgeOf(tool: Tool, programs: Programs): Judge {
  switch (tool) {
    case 'slowhttptest':
      return ({ target, bench }) => {
        const slowness = bench.isQuick ? { connections: 60, seconds: 8 } : { connections: 1500, seconds: 40 }
        return judgeBySlowness(programs.slowhttptest, { target, bench, slowness })
      }
    case 'zzuf':
      return (at) => judgeByZzuf(programs.zzuf, { ...at, seeds: at.bench.isQuick ? 5 : 60 })
    case 'wapiti':
      return (at) => judgeByWapiti(programs.wapiti, at)
    case 'sqlmap':
      return (at) => judgeBySqlmap(programs.sqlmap, at)
    default:
      return tool satisfies never
  }
}

/** A tool that does not notice what is broken proves nothing. */
async function requireTeeth(
  tool: Tool,
  judge: Judge,
  { databaseUrl, bench }: { databaseUrl: string; bench: Bench },
): Promise<void> {
  const door = await openBrokenDoor(databaseUrl)
  try {
    const { address, asked } = door
    const { findings } = await judge({ target: { address, token: 'none' }, asked, bench })
    bench.say(`${tool} finds ${findings.length} faults of a broken door: ${findings[0]?.where}: ${findings[0]?.what}`)
    if (findings.length === 0)
      throw new Problem(`${tool} finds nothing wrong with a door that is broken: see ${bench.folder}`)
  } finally {
    await door.close()
  }
}

async function chapterOf(
  tool: Tool,
  judge: Judge,
  {
    stack,
    target,
    bystander,
    asked,
    bench,
  }: { stack: Stack; target: Target; bystander: Target; asked: readonly Asked[]; bench: Bench },
): Promise<Chapter> {
  const startedAt = performance.now()
  const logFrom = readFileSync(stack.accessLog).length
  const probe = new Probe(bystander, () => ({
    'server-1': stack.pidOf('server-1'),
    'server-2': stack.pidOf('server-2'),
    'worker-1': stack.pidOf('worker-1'),
  }))
  const { tried, findings } = await judge({ target, asked, bench })
  const watched = await probe.stop()
  const seconds = (performance.now() - startedAt) / 1000
  const { answers, faults } = readAccessLog(readFileSync(stack.accessLog, 'utf8').slice(logFrom))
  const all: Finding[] = [
    ...findings,
    ...faults.map((what) => ({ tool, where: 'the access log', what })),
    ...watched.failures.map((what) => ({ tool, where: 'somebody else', what })),
  ]
  const judged = all.map((finding) => ({ finding, reason: reasonToOverlook(finding) }))
  return {
    ...{ tool, tried, seconds, watched, answers },
    findings: judged.filter(({ reason }) => reason === undefined).map(({ finding }) => finding),
    overlooked: judged.flatMap(({ finding, reason }) => (reason === undefined ? [] : [{ finding, reason }])),
  }
}

/** How often what was answered, and which requests were answered with an error of ours. */
function readAccessLog(text: string): { answers: Record<string, number>; faults: string[] } {
  const answers: Record<string, number> = {}
  const faults = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const { status, method, path: where } = JSON.parse(line) as { status: string; method: string; path: string }
    const digit = status[0] ?? '?'
    answers[digit] = (answers[digit] ?? 0) + 1
    if (digit !== '5') continue
    const fault = `${status} for ${method} ${where.slice(0, 200)}`
    faults.set(fault, (faults.get(fault) ?? 0) + 1)
  }
  return { answers, faults: [...faults].map(([fault, count]) => `${fault} (${count} times)`) }
}

function optionsOf(args: string[]): { only: readonly Tool[]; isQuick: boolean } {
  let values: { only?: string; quick?: boolean }
  try {
    values = parseArgs({ args, options: { only: { type: 'string' }, quick: { type: 'boolean' } } }).values
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
  const named = values.only?.split(',') ?? tools
  const only = tools.filter((tool) => named.includes(tool))
  if (only.length !== named.length) throw new Problem(usage)
  return { only, isQuick: values.quick === true }
}

await runTool(main)
