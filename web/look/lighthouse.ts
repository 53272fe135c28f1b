import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { Problem, runTool } from '../../tools/problem.ts'
import { screenProgress } from '../../tools/progress.ts'
import { provideBrowser } from '../../tools/services/provide.ts'
import { provideSidePackages } from '../../tools/side-packages.ts'
import type { House } from './house.ts'
import { categories, judge, lighthouseFolder } from './judged.ts'
import type { Judgement, Judging } from './judged.ts'
import { inOwnChromium } from './own-chromium.ts'
import { inOwnStack } from './own-stack.ts'
import { views } from './views.ts'
import type { View } from './view.ts'

const usage = `npm run web:lighthouse -- [--runs N] [--desk] [--view NAME]… [--to FOLDER]
  --runs N       how often each view is judged; the middle one by performance counts (3)
  --desk         as at a desk; else as on a middling phone with a slow network
  --view NAME    only this view: ${views.map(({ name }) => name).join(', ')}
  --to FOLDER    where whole reports are put`

/** Each of them must have this much, of 100. */
const bar = 95
const judged = ['welcome', 'sign-in', 'timeline', 'rooms', 'room']
const measured = [
  'first-contentful-paint',
  'largest-contentful-paint',
  'total-blocking-time',
  'cumulative-layout-shift',
]

/** What Lighthouse says of the client as it is built, behind Nginx, on a stack of its own with the demo data. */
async function main(): Promise<number> {
  const { runs, form, names, to } = options()
  const progress = screenProgress()
  await provideSidePackages(lighthouseFolder, 'Lighthouse', progress.say)
  const program = await provideBrowser(progress)
  if (program === undefined) throw new Problem('No Chromium was found here: say in CHROMIUM where it is')
  const found = await inOwnStack(progress, (_, house) =>
    inOwnChromium(program, async (port) => {
      const judgements: [string, Judgement][] = []
      for (const view of views.filter(({ name }) => names.includes(name))) {
        await progress.step(view.name, async (note) => {
          judgements.push([view.name, await judgeOften(house, view, { runs, judging: { port, form }, note })])
        })
      }
      return judgements
    }),
  )
  process.stdout.write(`${tableOf(found)}\n`)
  if (to !== undefined) keep(found, path.resolve(to))
  return found.filter(([, { scores }]) => categories.some((category) => scores[category] < bar)).length
}

interface Often {
  runs: number
  judging: Judging
  note: (line: string) => void
}

/** The middle one by performance. */
async function judgeOften(house: House, view: View, { runs, judging, note }: Often): Promise<Judgement> {
  const judgements: Judgement[] = []
  for (let run = 1; run <= runs; run += 1) {
    note(`${run} of ${runs}`)
    await comeIn(house, view, judging.port)
    judgements.push(await judge(`${house.address}${view.path(house.things)}`, judging))
  }
  return middleOf(judgements)
}

/** Lighthouse opens a window in the browser's own profile: whoever is signed in there is signed in for it. Nobody else is connected meanwhile. */
async function comeIn(house: House, view: View, port: number): Promise<void> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  try {
    const [context] = browser.contexts()
    if (context === undefined) throw new Error('the browser has no window of its own')
    const { cookies, origins } = view.who === undefined ? { cookies: [], origins: [] } : house.states[view.who]
    const page = await context.newPage()
    await context.clearCookies()
    await context.addCookies(cookies)
    await page.goto(`${house.address}/robots.txt`)
    await page.evaluate(
      (kept) => {
        localStorage.clear()
        for (const { name, value } of kept) localStorage.setItem(name, value)
      },
      origins.flatMap(({ localStorage: kept }) => kept),
    )
    await page.close()
  } finally {
    await browser.close()
  }
}

function middleOf(judgements: readonly Judgement[]): Judgement {
  const sorted = judgements.toSorted((one, other) => one.scores.performance - other.scores.performance)
  const middle = sorted[(sorted.length - 1) >> 1]
  if (middle === undefined) throw new Problem(usage)
  return middle
}

function tableOf(found: readonly [string, Judgement][]): string {
  const head = ['view', ...categories, ...measured, 'machine', 'slowdown']
  const rows = found.map(([name, { scores, measures, machine }]) => [
    name,
    ...categories.map((category) => String(scores[category])),
    ...measured.map((measure) => measures[measure] ?? '–'),
    String(Math.round(machine.benchmark)),
    `${machine.slowdown}×`,
  ])
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  const costs = found.flatMap(([name, judgement]) => judgement.costs.map((cost) => `${name}: ${cost}`))
  return [...lines, ...(costs.length > 0 ? ['', ...costs] : [])].join('\n')
}

function keep(found: readonly [string, Judgement][], folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, { html }] of found) writeFileSync(path.join(folder, `${name}.html`), html)
}

function options(): { runs: number; form: Judging['form']; names: readonly string[]; to: string | undefined } {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '3' },
      desk: { type: 'boolean', default: false },
      view: { type: 'string', multiple: true, default: judged },
      to: { type: 'string' },
    },
  })
  const runs = Number(values.runs)
  const unknown = values.view.find((name) => !views.some((view) => view.name === name))
  if (!Number.isInteger(runs) || runs < 1 || unknown !== undefined) throw new Problem(usage)
  return { runs, form: values.desk ? 'desk' : 'phone', names: values.view, to: values.to }
}

await runTool(main)
