import type { Browser, Page } from 'playwright-core'
import { complaintsOf } from './complaints.ts'
import type { House } from './house.ts'
import type { Looks } from './looks.ts'
import { openContext } from './signed-in.ts'
import type { View } from './view.ts'

/** A view as somebody has it before them who comes for the first time: nothing is in the cache. */
export interface Visit {
  page: Page
  /** Errors and warnings of the console, broken policies, exceptions that nobody caught. */
  complaints: readonly string[]
  /** Bytes of each script as they came over the network. */
  scripts(): Promise<Map<string, number>>
  /** How far things were moved about since the first paint (Cumulative Layout Shift), and which. */
  shifts(): Promise<{ sum: number; moved: string[] }>
  /** What moved or faded by style sheets for longer than a frame, by the name of the animation or the property. */
  motions(): Promise<string[]>
  close(): Promise<void>
}

/** What moves by itself comes to its end: colours that change from one theme to the other would be judged half way. */
export async function whenStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity)
    await Promise.all(ending.map((one) => one.finished.catch(() => undefined)))
  })
}

/** Opens a view and waits until it shows what it is for, with all its pictures. */
export async function visit(browser: Browser, house: House, view: View, looks: Looks): Promise<Visit> {
  const state = view.who === undefined ? undefined : house.states[view.who]
  const context = await openContext(browser, house.address, looks, state)
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  const sizes = new Map<string, Promise<number>>()
  page.on('requestfinished', (request) => {
    if (request.resourceType() !== 'script') return
    sizes.set(
      request.url(),
      request.sizes().then(({ responseBodySize }) => responseBodySize),
    )
  })
  await page.addInitScript(watchShifts)
  await page.addInitScript(watchMotions)
  await view.before?.(page)
  await page.goto(view.path(house.things))
  for (const step of view.opens ?? []) {
    if (typeof step === 'string') await page.locator(step).first().click()
    else await step(page)
  }
  await whenShown(page, view)
  return {
    page,
    complaints,
    async scripts() {
      const measured = await Promise.all([...sizes].map(async ([url, size]) => [url, await size] as const))
      return new Map(measured)
    },
    shifts: () => page.evaluate(() => globalThis.madangShifts),
    motions: () => page.evaluate(() => [...globalThis.madangMotions]),
    async close() {
      // What a view answers in the server's place may be under way.
      await page.unrouteAll({ behavior: 'ignoreErrors' })
      await context.close()
    },
  }
}

export async function whenShown(page: Page, { shows }: View): Promise<void> {
  await page.locator(shows).first().waitFor()
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .skeleton') === null)
  await page.evaluate(async () => {
    await document.fonts.ready
    const inSight = [...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight)
    await Promise.all(inSight.map((image) => image.decode().catch(() => undefined)))
    // What they move about is told after the next frame.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  })
}

declare global {
  var madangShifts: { sum: number; moved: string[] }
  var madangMotions: Set<string>
}

/** Runs in the page before anything of it does. */
function watchShifts(): void {
  const shifts: { sum: number; moved: string[] } = { sum: 0, moved: [] }
  globalThis.madangShifts = shifts
  const nameOf = (node: unknown): string =>
    node instanceof Element ? `${node.localName}.${node.getAttribute('class') ?? ''}` : String(node)
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!('value' in entry && typeof entry.value === 'number')) continue
      if ('hadRecentInput' in entry && entry.hadRecentInput === true) continue
      shifts.sum += entry.value
      const sources = 'sources' in entry && Array.isArray(entry.sources) ? entry.sources : []
      shifts.moved.push(...sources.map(({ node }: { node?: unknown }) => nameOf(node)))
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** The same. */
function watchMotions(): void {
  const motions = new Set<string>()
  globalThis.madangMotions = motions
  const mostMs = 16
  const look = (event: AnimationEvent | TransitionEvent): void => {
    const name = 'animationName' in event ? event.animationName : event.propertyName
    const [running] = document.getAnimations().filter((one) => nameOf(one) === name)
    const { duration, iterations } = running?.effect?.getComputedTiming() ?? {}
    if (iterations === Infinity || Number(duration) > mostMs) motions.add(name)
  }
  const nameOf = (one: Animation): string | undefined => {
    if (one instanceof CSSAnimation) return one.animationName
    return one instanceof CSSTransition ? one.transitionProperty : undefined
  }
  addEventListener('animationstart', look, { capture: true })
  addEventListener('transitionrun', look, { capture: true })
}
