import type { Page } from 'playwright-core'

/** What a page has done while it came, counted and not timed: the same on every machine, however busy it is. */
export interface Work {
  /** Elements that were put into the page at once, at most: before the next lot, somebody who presses something has their turn. */
  mostAtOnce: number
  /** Canvases that were painted. */
  painted: number
  /** Objects that write dates and numbers, by name. */
  formats: string[]
}

/** Counts from the next page on that is loaded. */
export async function watchWork(page: Page): Promise<() => Promise<Work>> {
  await page.addInitScript(watchHere)
  return () => page.evaluate(() => globalThis.madangWork)
}

declare global {
  var madangWork: Work
}

/** Runs in the page before anything of it does. */
function watchHere(): void {
  const work: Work = { mostAtOnce: 0, painted: 0, formats: [] }
  globalThis.madangWork = work

  new MutationObserver((records) => {
    const added = new Set(
      records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof Element),
    )
    const tops = [...added].filter((element) => element.isConnected && !isInsideOf(added, element))
    const count = tops.reduce((sum, element) => sum + 1 + element.querySelectorAll('*').length, 0)
    work.mostAtOnce = Math.max(work.mostAtOnce, count)
  }).observe(document, { childList: true, subtree: true })

  function isInsideOf(others: ReadonlySet<Element>, element: Element): boolean {
    for (let above = element.parentElement; above !== null; above = above.parentElement) {
      if (others.has(above)) return true
    }
    return false
  }

  const { prototype } = CanvasRenderingContext2D
  const paint = prototype.putImageData
  prototype.putImageData = function count(this: CanvasRenderingContext2D, ...args: unknown[]) {
    work.painted += 1
    return Reflect.apply(paint, this, args) as void
  }

  for (const name of [
    'DateTimeFormat',
    'NumberFormat',
    'PluralRules',
    'RelativeTimeFormat',
    'ListFormat',
    'Segmenter',
  ]) {
    const own: unknown = Reflect.get(Intl, name)
    if (typeof own !== 'function') continue
    const counting = new Proxy(own, {
      construct(made, args: unknown[]) {
        work.formats.push(name)
        return Reflect.construct(made, args) as object
      },
    })
    Reflect.set(Intl, name, counting)
  }
}
