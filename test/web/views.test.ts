import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import type { Page } from 'playwright-core'
import { seedDemo } from '../../src/commands/seed/demo.ts'
import { enterHouse } from '../../web/look/house.ts'
import type { House } from '../../web/look/house.ts'
import { allLooks } from '../../web/look/looks.ts'
import { views } from '../../web/look/views.ts'
import { visit } from '../../web/look/visit.ts'
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
          t.deepEqual(await violationsOf(seen.page), [], `${how}, ${theme}`)
        }
        t.deepEqual(seen.complaints, [], how)
        await seen.close()
      }
    },
  )
}

/** Compressed, as they came over the network: theme, page, and what the page wants before it shows anything. */
const mostScriptBytes = 60_000

for (const name of ['welcome', 'sign-in', 'timeline']) {
  inBrowser(`${name}, seen for the first time, takes ${mostScriptBytes / 1000} kB of scripts at most`, async (t) => {
    const view = views.find((one) => one.name === name)
    if (view === undefined) throw new Error(`there is no view ${name}`)

    const seen = await visit(browser(), house, view, {})
    const scripts = await seen.scripts()

    const bytes = [...scripts.values()].reduce((sum, size) => sum + size, 0)
    t.log(`${bytes} bytes in ${scripts.size} scripts`)
    t.true(scripts.size >= 3, 'the theme, the client and a view')
    t.true([...scripts.values()].every((size) => size > 0))
    t.true(bytes <= mostScriptBytes, `${bytes} bytes: ${JSON.stringify(Object.fromEntries(scripts))}`)
    await seen.close()
  })
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
