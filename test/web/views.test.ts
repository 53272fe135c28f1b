import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import type { Page } from 'playwright-core'
import { seedDemo } from '../../src/commands/seed/demo.ts'
import { webFolder } from '../../tools/paths.ts'
import { enterHouse } from '../../web/look/house.ts'
import type { House } from '../../web/look/house.ts'
import { allLooks } from '../../web/look/looks.ts'
import { views } from '../../web/look/views.ts'
import { visit, whenStill } from '../../web/look/visit.ts'
import { browserOf, browserPath } from '../support/browser.ts'
import { stackOf } from '../support/stack.ts'

/** What holds for every main view, as somebody sees it who comes for the first time: on a phone and at a desk, light and dark, in Korean and English. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { STREAM_OPENS_PER_MINUTE: 100_000 }, { isForBrowsers: true })
const browser = browserOf(test)
let house: House

test.serial.before('the demo people move in', async (t) => {
  t.timeout(120_000)
  if (browserPath === undefined) return
  await seedDemo(stack().world.config)
  house = await enterHouse(browser(), stack().address)
})

for (const view of views) {
  inBrowser(
    `${view.name}: nothing for axe to find, no complaint of the browser, and nothing moves while it comes`,
    async (t) => {
      t.timeout(180_000)
      for (const { language, width } of allLooks.filter(({ theme }) => theme === 'light')) {
        const seen = await visit(browser(), house, view, { language, width })
        const how = `${view.name}, ${language}, ${width}`
        const { sum, moved } = await seen.shifts()
        t.true(sum < 0.01, `${how}: moved by ${sum}: ${moved.join(', ')}`)
        for (const theme of ['light', 'dark'] as const) {
          await seen.page.emulateMedia({ colorScheme: theme })
          await whenStill(seen.page)
          t.deepEqual(await violationsOf(seen.page), [], `${how}, ${theme}`)
        }
        t.deepEqual(seen.complaints, [], how)
        await seen.close()
      }
    },
  )
}

/** Compressed, as they come over the network. */
const mostScriptBytes = 60_000
/** What somebody needs who comes for the first time, signs in and sees the timeline. The rest comes while they read. */
const firstParts = ['index.html', 'src/accounts/sign-in-page.tsx', 'src/timeline/timeline-page.tsx']

inBrowser(`the first view takes ${mostScriptBytes / 1000} kB of scripts at most`, async (t) => {
  const came = new Map<string, number>()
  for (const view of views.filter(({ name }) => ['sign-in', 'timeline'].includes(name))) {
    const seen = await visit(browser(), house, view, {})
    for (const [url, bytes] of await seen.scripts()) came.set(new URL(url).pathname, bytes)
    await seen.close()
  }

  const first = ['/theme.js', ...scriptsOf(firstParts)]
  const missing = first.filter((script) => !came.has(script))
  const bytes = first.reduce((sum, script) => sum + (came.get(script) ?? 0), 0)

  t.log(
    `${bytes} bytes in ${first.length} scripts; with what comes by itself afterwards ${sumOf(came)} in ${came.size}`,
  )
  t.deepEqual(missing, [])
  t.true([...came.values()].every((size) => size > 0))
  t.true(
    bytes <= mostScriptBytes,
    `${bytes} bytes: ${JSON.stringify(first.map((script) => [script, came.get(script)]))}`,
  )
})

const sumOf = (sizes: ReadonlyMap<string, number>): number => [...sizes.values()].reduce((sum, size) => sum + size, 0)

/** The scripts of these parts of the client and all that they import at once, by the build's own account. */
function scriptsOf(parts: readonly string[]): string[] {
  const manifest: Record<string, { file: string; imports?: string[] }> = JSON.parse(
    readFileSync(path.join(webFolder, '.vite', 'manifest.json'), 'utf8'),
  )
  const files = new Set<string>()
  const take = (part: string): void => {
    const chunk = manifest[part]
    if (chunk === undefined) throw new Error(`the build has no ${part}`)
    if (files.has(`/${chunk.file}`)) return
    files.add(`/${chunk.file}`)
    for (const needed of chunk.imports ?? []) take(needed)
  }
  for (const part of parts) take(part)
  return [...files]
}

inBrowser('a fault that axe knows, a shift and a complaint are found', async (t) => {
  const [view] = views
  if (view === undefined) throw new Error('there is no view')
  const seen = await visit(browser(), house, view, {})

  await seen.page.evaluate(async () => {
    const main = document.querySelector('main') ?? document.body
    main.prepend(document.createElement('button'))
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const block = document.createElement('div')
    block.style.height = '300px'
    main.prepend(block)
    console.error('said')
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  })

  t.regex((await violationsOf(seen.page)).join(), /button-name/)
  t.true((await seen.shifts()).sum > 0.01)
  t.regex(seen.complaints.join(), /said/)
  await seen.close()
})

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** Of WCAG 2.2 up to AA and of what axe takes for good practice: the rule, and what breaks it. */
async function violationsOf(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  })
}

declare global {
  var axe: { run: typeof import('axe-core').run }
}
