import type { Page } from 'playwright-core'

/** The first class of all that got the focus while something was done, and for two frames more: a screen reader reads out each of them. */
export async function focusedMeanwhile(page: Page, doing: () => Promise<void>): Promise<string[]> {
  const seen = await page.evaluateHandle(() => {
    const names: string[] = []
    addEventListener('focusin', ({ target }) =>
      names.push(target instanceof Element ? (target.classList[0] ?? target.localName) : ''),
    )
    return names
  })
  await doing()
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  return seen.jsonValue()
}
