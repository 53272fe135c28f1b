import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import type { Page } from 'playwright-core'
import { seedDemo } from '../../src/commands/seed/demo.ts'
import { webFolder } from '../../tools/paths.ts'
import { enterHouse } from '../../web/look/house.ts'
import type { House } from '../../web/look/house.ts'
import { layoutFaults, otherWidths, resizeTo } from '../../web/look/layout.ts'
import { looksOf, sizeOf } from '../../web/look/looks.ts'
import type { allLooks, Looks } from '../../web/look/looks.ts'
import { views } from '../../web/look/views.ts'
import type { View } from '../../web/look/view.ts'
import { visit, whenStill } from '../../web/look/visit.ts'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** What holds for every main view, as somebody sees it who comes for the first time: on a phone and at a desk, light and dark, in Korean and English. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { STREAM_OPENS_PER_MINUTE: 100_000 }, { isForBrowsers: true })
const browser = browserOf(test)
let house: House

test.serial.before('the demo people move in', async (t) => {
  t.timeout(120_000)
  if (browserPath === undefined) return
  const { config } = stack().world
  await seedDemo(config)
  house = await enterHouse(browser(), {
    ...{ address: stack().address, databaseUrl: config.DATABASE_URL, redisUrl: config.REDIS_URL },
  })
})

for (const [place, view] of views.entries()) {
  inBrowser(
    `${view.name}: nothing for axe to find, no complaint of the browser, nothing moves while it comes, and all that can be pressed is in reach`,
    async (t) => {
      t.timeout(180_000)
      for (const { language, width } of formsOf(view, place)) {
        // Once as for who has asked for less motion, and once with all that moves.
        const isMotionReduced = language === 'en'
        const seen = await visit(browser(), house, view, { language, width, isMotionReduced })
        const how = `${view.name}, ${language}, ${width}`
        const { sum, moved } = await seen.shifts()
        if (view.isAnswer !== true) t.true(sum < 0.01, `${how}: moved by ${sum}: ${moved.join(', ')}`)
        if (isMotionReduced) t.deepEqual(await seen.motions(), [], `${how}: moves for who has asked for less motion`)
        for (const theme of ['light', 'dark'] as const) {
          await seen.page.emulateMedia({ colorScheme: theme })
          await whenStill(seen.page)
          // In the dark nothing but the colours is another.
          t.deepEqual(
            await violationsOf(seen.page, theme === 'dark' ? rulesOfColour : undefined),
            [],
            `${how}, ${theme}`,
          )
        }
        t.deepEqual(
          seen.complaints.filter((complaint) => view.says?.test(complaint) !== true),
          [],
          how,
        )
        t.deepEqual(await layoutFaults(seen.page), [], how)
        if (isInEveryWidth({ language, width })) t.deepEqual(await faultsElsewhere(seen.page, view, width), [], how)
        await seen.close()
      }
    },
  )
}

/**
 * A page is looked at in every size and language, at a desk in English in one of the other widths by turns; what happens on one, on a phone in one language
 * and at a desk in the other.
 */
function formsOf(view: View, place: number): typeof allLooks {
  const all = looksOf(view).filter(({ theme }) => theme === 'light')
  const isPage = view.opens === undefined && view.before === undefined
  if (!isPage) return all.filter((looks) => (looks.language === 'ko') === (sizeOf(looks) === 'phone'))
  const other = otherWidths[place % otherWidths.length] ?? 1280
  return all.map((looks) => (isInEveryWidth(looks) ? { ...looks, width: other } : looks))
}

/** English words are the longer ones. */
function isInEveryWidth(looks: Looks): boolean {
  return looks.language === 'en' && sizeOf(looks) === 'desk'
}

/** In the widths in which the view was not loaded. */
async function faultsElsewhere(page: Page, view: View, loadedIn: number): Promise<string[]> {
  const faults: string[] = []
  for (const width of [...otherWidths, 1280].filter((other) => other !== loadedIn)) {
    await resizeTo(page, width)
    if (!(await page.locator(view.shows).first().isVisible())) faults.push(`${width}: ${view.shows} is not seen`)
    faults.push(...(await layoutFaults(page)).map((fault) => `${width}: ${fault}`))
  }
  return faults
}

/** Compressed, as they come over the network. */
const mostScriptBytes = 60_000
/** Each page that may be the first one: somebody looks in, signs in, is signed in. */
const firstPages = {
  welcome: 'src/accounts/welcome-page.tsx',
  'sign-in': 'src/accounts/sign-in-page.tsx',
  timeline: 'src/timeline/timeline-page.tsx',
} as const
/** What comes by itself once who is signed in has the page before them: what one writes with, and what keeps the page live. */
const liveParts = ['src/api/live-client.ts', 'src/api/outbox-idb.ts']
const laterParts = ['src/timeline/new-post.tsx', ...liveParts]
const mostWithLaterBytes = 76_000

inBrowser(
  `the first view takes ${mostScriptBytes / 1000} kB of scripts at most, even of who looks in, signs in and comes to the timeline`,
  async (t) => {
    t.timeout(120_000)
    const all = new Map<string, number>()
    for (const [name, page] of Object.entries(firstPages)) {
      const view = views.find((one) => one.name === name)
      if (view === undefined) throw new Error(`there is no view ${name}`)
      const first = ['/theme.js', ...scriptsOf([page])]
      const later = view.who === undefined ? [] : scriptsOf(laterParts).filter((script) => !first.includes(script))
      const came = await scriptsOfView(view, first.length + later.length)

      // The build's account of what needs what is the browser's, too, and nothing comes that is not counted.
      t.deepEqual([...came.keys()].toSorted(), [...first, ...later].toSorted(), name)
      t.true([...came.values()].every((bytes) => bytes > 0))
      for (const script of first) all.set(script, came.get(script) ?? Number.NaN)
      const withLater = sumOf(came)
      t.true(withLater <= mostWithLaterBytes, `${name} and what comes by itself afterwards: ${withLater} bytes`)
      t.log(
        `${name}: ${withLater - sumOf(came, later)} bytes in ${first.length} scripts, afterwards ${sumOf(came, later)} in ${later.length}`,
      )
    }
    const bytes = sumOf(all)
    t.log(`together: ${bytes} bytes in ${all.size} scripts`)
    t.true(bytes <= mostScriptBytes, `${bytes} bytes: ${JSON.stringify([...all])}`)
  },
)

/** Rooms, and one of them, show nothing without what keeps them live: the most of a room's own, and the most with that. */
const mostOfRoom = 79_000
const mostOfLiveRoom = 91_500

test(`each page takes ${mostScriptBytes / 1000} kB of scripts at most where it is the first one, and a room ${mostOfLiveRoom / 1000}`, (t) => {
  const pages = pagesOfMap()
  t.true(pages.length > 10)
  for (const known of ['src/rooms/room-page.tsx', 'src/timeline/post-page.tsx']) t.true(pages.includes(known), known)
  for (const page of pages) {
    const isRoom = page === 'src/rooms/room-page.tsx'
    const bytes = bytesOf([page])
    t.log(`${page}: ${bytes} bytes, with what keeps it live ${bytesOf([page, ...liveParts])}`)
    t.true(bytes <= (isRoom ? mostOfRoom : mostScriptBytes), `${page}: ${bytes} bytes`)
    if (page.startsWith('src/rooms/room')) {
      t.true(bytesOf([page, ...liveParts]) <= (isRoom ? mostOfLiveRoom : mostScriptBytes), page)
    }
  }
})

/** What an address of the client leads to, by `app.tsx`. */
function pagesOfMap(): string[] {
  const map = readFileSync(path.join(webFolder, '..', 'src', 'app.tsx'), 'utf8')
  return [...map.matchAll(/import\('\.\/([^']+)'\)/g)].map(([, page]) => `src/${page}`)
}

/** Compressed as Nginx sends it: the build lays that beside each file. */
function bytesOf(parts: readonly string[]): number {
  const sizeOfScript = (script: string): number => {
    const file = path.join(webFolder, script)
    return statSync(existsSync(`${file}.gz`) ? `${file}.gz` : file).size
  }
  return ['/theme.js', ...scriptsOf(parts)].reduce((sum, script) => sum + sizeOfScript(script), 0)
}

/** The scripts that somebody's browser fetches who comes for the first time, once there are as many as are expected. */
async function scriptsOfView(view: View, expected: number): Promise<Map<string, number>> {
  const seen = await visit(browser(), house, view, {})
  await eventually(async () => (await seen.scripts()).size >= expected)
  await whenStill(seen.page)
  const scripts = await seen.scripts()
  await seen.close()
  return new Map([...scripts].map(([url, bytes]) => [new URL(url).pathname, bytes]))
}

function sumOf(sizes: ReadonlyMap<string, number>, of: Iterable<string> = sizes.keys()): number {
  return [...of].reduce((sum, script) => sum + (sizes.get(script) ?? 0), 0)
}

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

inBrowser('what moves is seen by who likes motion, and stands still for who has asked for less', async (t) => {
  const [view] = views
  if (view === undefined) throw new Error('there is no view')
  for (const isMotionReduced of [true, false]) {
    const seen = await visit(browser(), house, view, { isMotionReduced })

    await seen.page.evaluate(async () => {
      const bar = document.createElement('progress')
      bar.className = 'progress'
      document.querySelector('main')?.append(bar)
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    })

    const motions = await seen.motions()
    if (isMotionReduced) t.deepEqual(motions, [])
    else t.true(motions.includes('progress-wander'), motions.join())
    await seen.close()
  }
})

inBrowser('a fault that axe knows, a shift, a complaint, and what cannot be reached are found', async (t) => {
  const [view] = views
  if (view === undefined) throw new Error('there is no view')
  const seen = await visit(browser(), house, view, {})

  await seen.page.evaluate(() => {
    const main = document.querySelector('main') ?? document.body
    main.prepend(document.createElement('button'))
    const block = document.createElement('div')
    block.style.height = '300px'
    main.prepend(block)
    console.error('said')
  })

  t.regex((await violationsOf(seen.page)).join(), /button-name/)
  await becomes(t, async () => (await seen.shifts()).sum > 0.01, true)
  t.regex(seen.complaints.join(), /said/)

  await seen.page.evaluate(() => {
    const div = (style: Partial<CSSStyleDeclaration>): HTMLElement => {
      const made = document.createElement('div')
      Object.assign(made.style, style)
      return made
    }
    const named = (width: string): HTMLElement => {
      const button = Object.assign(document.createElement('button'), { textContent: 'no room for this' })
      Object.assign(button.style, { inlineSize: width, whiteSpace: 'nowrap' })
      return button
    }
    const hole = div({ inlineSize: '20px', overflow: 'hidden' })
    hole.append(named('50px'))
    document.body.append(named('10px'), hole, div({ inlineSize: '3000px', blockSize: '1px' }))
  })
  const faults = (await layoutFaults(seen.page)).join()
  for (const fault of [/px wide/, /is cut by/, /words that end outside/]) t.regex(faults, fault)
  t.notRegex(faults, /Create account” lies under/)
  await seen.page.evaluate(() => {
    const cover = document.createElement('div')
    Object.assign(cover.style, { position: 'fixed', inset: '0' })
    document.body.append(cover)
  })
  t.regex((await layoutFaults(seen.page)).join(), /Create account” lies under/)
  await seen.close()
})

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** Those of axe that look at colours. */
const rulesOfColour = ['color-contrast', 'link-in-text-block']

/** Of WCAG 2.2 up to AA and of what axe takes for good practice: the rule, and what breaks it. */
async function violationsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  return page.evaluate(async (only) => {
    // What a finger hits is in WCAG 2.2 and in none before: axe leaves it out unless it is asked for.
    const all = { rules: { 'target-size': { enabled: true } } }
    const chosen = only === undefined ? all : { runOnly: { type: 'rule' as const, values: [...only] } }
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'], ...chosen })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  }, rules)
}

declare global {
  var axe: { run: typeof import('axe-core').run }
}
