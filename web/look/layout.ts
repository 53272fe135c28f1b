import type { Page } from 'playwright-core'

/** Between and beyond the two widths that every view is loaded in: below and above where the frame changes (48 and 72 rem), and a wide desk. */
export const otherWidths = [600, 800, 1100, 1920] as const

/** Gives the window another width, and waits until the page has taken it. */
export async function resizeTo(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: page.viewportSize()?.height ?? 900 })
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
}

/**
 * What of a page somebody could not reach in a window of this width, each in words: a page that is wider than it, and what can be pressed but is cut off by
 * what it stands in, lies under something else, or has words that do not fit. It scrolls to each of them, and leaves the page there.
 */
export async function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(findFaults, page.viewportSize()?.width ?? 0)
}

/** Runs in the page. */
function findFaults(width: number): string[] {
  const faults: string[] = []
  /** Lines are drawn between pixels. */
  const tolerancePx = 1.5

  const root = document.documentElement
  if (root.scrollWidth > width) faults.push(`the page is ${root.scrollWidth} px wide`)
  // What was opened on the page lies over it: a dialog, a menu, a row of buttons that has the focus.
  const opened = [...document.querySelectorAll(':modal, :popover-open, [role=toolbar]:focus-within')].at(-1)
  const ground = opened ?? document
  for (const one of ground.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')) {
    if (!isShown(one)) continue
    one.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' })
    for (let around = one.parentElement; around !== null; around = around.parentElement) unscroll(around)
    const box = one.getClientRects()[0]
    if (box === undefined) continue
    const fault = cutBy(one, box) ?? coveredBy(one, box) ?? overflowOf(one)
    if (fault !== undefined) faults.push(`${nameOf(one)} ${fault}`)
  }
  return faults

  /** Not what a screen reader alone finds, nor what comes when one points at it or leads the focus there. */
  function isShown(one: Element): boolean {
    const isSeen = one.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    if (!isSeen || getComputedStyle(one).pointerEvents === 'none') return false
    for (let part: Element | null = one; part !== null; part = part.parentElement) if (isForReaders(part)) return false
    return true
  }

  function isForReaders(part: Element): boolean {
    const { width: wide, height: high } = part.getBoundingClientRect()
    return (wide <= 1 || high <= 1) && getComputedStyle(part).overflow !== 'visible'
  }

  /** As far as nobody could scroll it. */
  function unscroll(around: Element): void {
    const { overflowX, overflowY } = getComputedStyle(around)
    if (overflowX === 'hidden') around.scrollLeft = 0
    if (overflowY === 'hidden') around.scrollTop = 0
  }

  function cutBy(one: Element, box: DOMRect): string | undefined {
    if (box.left < -tolerancePx || box.right > width + tolerancePx)
      return `goes from ${Math.round(box.left)} to ${Math.round(box.right)} px`
    if (getComputedStyle(one).position === 'fixed') return undefined
    for (let around = one.parentElement; around !== null; around = around.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(around)
      const edge = around.getBoundingClientRect()
      const isCutAcross =
        overflowX !== 'visible' && (box.left < edge.left - tolerancePx || box.right > edge.right + tolerancePx)
      const isHigher = box.height > edge.height
      const isCutDown =
        overflowY !== 'visible' &&
        !isHigher &&
        (box.top < edge.top - tolerancePx || box.bottom > edge.bottom + tolerancePx)
      if (around !== root && around !== document.body && (isCutAcross || isCutDown))
        return `is cut by ${nameOf(around)}`
      if (position === 'fixed' || around.matches(':modal, :popover-open')) return undefined
    }
    return undefined
  }

  function coveredBy(one: Element, box: DOMRect): string | undefined {
    const y = Math.min(Math.max((box.top + box.bottom) / 2, 0), innerHeight - 1)
    for (const x of [1 / 3, 1 / 2, 2 / 3].map((part) => box.left + part * box.width)) {
      const hit = document.elementFromPoint(x, y)
      if (hit === null || one.contains(hit)) continue
      const isOwnLabel = hit.closest('label')?.control === one
      if (!isOwnLabel) return `lies under ${nameOf(hit)}`
    }
    return undefined
  }

  function overflowOf(one: Element): string | undefined {
    if (!one.matches('button, a.button')) return undefined
    const edge = one.getBoundingClientRect()
    const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT)
    while (walker.nextNode() !== null) {
      const words = document.createRange()
      words.selectNode(walker.currentNode)
      const { left, right } = words.getBoundingClientRect()
      const isInside = left >= edge.left - tolerancePx && right <= edge.right + tolerancePx
      const around = walker.currentNode.parentElement
      if (!isInside && (around === null || !isForReaders(around))) return 'has words that end outside it'
    }
    return undefined
  }

  function nameOf(one: Element): string {
    const words = (one.getAttribute('aria-label') ?? one.textContent).trim().slice(0, 30)
    return `${one.localName}.${one.getAttribute('class') ?? ''}“${words}”`
  }
}
