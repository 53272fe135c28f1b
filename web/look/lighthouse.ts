import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import type { BrowserContext } from 'playwright-core'
import { freePort } from '../../tools/ports.ts'
import { Problem, runTool } from '../../tools/problem.ts'
import { screenProgress } from '../../tools/progress.ts'
import { provideSidePackages } from '../../tools/side-packages.ts'
import type { House } from './house.ts'
import { categories, judge, lighthouseFolder } from './judged.ts'
import type { Judgement, Judging } from './judged.ts'
import { inOwnStack } from './own-stack.ts'
import { views } from './views.ts'
import type { View } from './views.ts'

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
  const port = await freePort()
  const work = async (house: House): Promise<[string, Judgement][]> => {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
    const [context] = browser.contexts()
    if (context === undefined) throw new Error('the browser has no window of its own')
    const found: [string, Judgement][] = []
    for (const view of views.filter(({ name }) => names.includes(name))) {
      await progress.step(view.name, async (note) => {
        const judgements: Judgement[] = []
        for (let run = 1; run <= runs; run += 1) {
          note(`${run} of ${runs}`)
          judgements.push(await judgeView(context, house, view, { port, form }))
        }
        found.push([view.name, middleOf(judgements)])
      })
    }
    return found
  }
  const found = await inOwnStack(progress, (_, house) => work(house), [`--remote-debugging-port=${port}`])
  process.stdout.write(`${tableOf(found)}\n`)
  if (to !== undefined) keep(found, path.resolve(to))
  return found.filter(([, { scores }]) => categories.some((category) => scores[category] < bar)).length
}

/** Lighthouse opens a window in the browser's own profile: whoever is signed in there is signed in for it. */
async function judgeView(context: BrowserContext, house: House, view: View, judging: Judging): Promise<Judgement> {
  const page = await context.newPage()
  try {
    await context.clearCookies()
    await page.goto(`${house.address}/robots.txt`)
    await page.evaluate(() => localStorage.clear())
    if (view.who !== undefined) {
      const { cookies, origins } = house.states[view.who]
      await context.addCookies(cookies)
      for (const { localStorage: kept } of origins) {
        await page.evaluate((items) => items.forEach(({ name, value }) => localStorage.setItem(name, value)), kept)
      }
    }
  } finally {
    await page.close()
  }
  return judge(`${house.address}${view.path(house.things)}`, judging)
}

function middleOf(judgements: readonly Judgement[]): Judgement {
  const sorted = judgements.toSorted((one, other) => one.scores.performance - other.scores.performance)
  const middle = sorted[(sorted.length - 1) >> 1]
  if (middle === undefined) throw new Problem(usage)
  return middle
}

function tableOf(found: readonly [string, Judgement][]): string {
  const head = ['view', ...categories, ...measured]
  const rows = found.map(([name, { scores, measures }]) => [
    name,
    ...categories.map((category) => String(scores[category])),
    ...measured.map((measure) => measures[measure] ?? '–'),
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
