/**
 * Whoever uses the keyboard never loses their place: when what had the focus is taken away, be it by what they did with it or by
 * somebody else, the focus goes to what stands nearest. Whoever takes it somewhere else at once is not disturbed.
 */

interface Hole {
  parent: Node
  before: Node | null
  after: Node | null
}

const focusable = 'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, [tabindex]'
/** Nobody is led out of one of these. */
const grounds = 'main, dialog, nav'

/** Once, before the first page is shown. */
export function startFocusKeeper(): void {
  let held: Element | undefined
  /** What had the focus before: somebody was there before they came to a notice that has gone. */
  let earlier: Element | undefined
  addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element)) return
    if (target.closest('main, nav') !== null) earlier = target
    held = target
  })
  addEventListener('focusout', ({ target }) => {
    // One that is being taken away is told so before it goes; one that is still there a moment later was left.
    queueMicrotask(() => {
      if (target === held && held?.isConnected === true && !hasFocus()) held = undefined
    })
  })
  new MutationObserver((changes) => {
    const lost = held
    if (lost === undefined || lost.isConnected || hasFocus()) return
    const hole = holeOf(lost, changes)
    // A question may go together with what it was asked about.
    const hadEarlier = earlier && holeOf(earlier, changes)
    held = undefined
    requestAnimationFrame(() => {
      if (hasFocus()) return
      const next = nearest(hole) ?? standing(earlier) ?? nearest(hadEarlier) ?? headingOfPage()
      next?.focus({ preventScroll: true })
    })
  }).observe(document.body, { childList: true, subtree: true })
}

function hasFocus(): boolean {
  return document.activeElement !== null && document.activeElement !== document.body
}

function holeOf(lost: Element, changes: readonly MutationRecord[]): Hole | undefined {
  const change = changes.find(({ removedNodes }) => [...removedNodes].some((node) => node.contains(lost)))
  return change && { parent: change.target, before: change.previousSibling, after: change.nextSibling }
}

/** What comes next where something was taken out, else what comes before, else the same around it, up to the ground of it all. */
function nearest(hole: Hole | undefined): HTMLElement | undefined {
  if (hole === undefined || groundOf(hole.parent) === null) return undefined
  const { parent, before, after } = hole
  const next = inTurn(after, (node) => node.nextSibling, firstIn)
  const found = next ?? inTurn(before, (node) => node.previousSibling, lastIn)
  if (found !== undefined || !(parent instanceof Element) || parent.matches(grounds)) return found
  const { parentNode, previousSibling, nextSibling } = parent
  return nearest(parentNode === null ? undefined : { parent: parentNode, before: previousSibling, after: nextSibling })
}

function groundOf(node: Node): Element | null {
  return (node instanceof Element ? node : node.parentElement)?.closest(grounds) ?? null
}

function inTurn(
  from: Node | null,
  step: (node: Node) => Node | null,
  pick: (element: Element) => HTMLElement | undefined,
): HTMLElement | undefined {
  for (let node = from; node !== null; node = step(node)) {
    const found = node instanceof Element && node.isConnected ? pick(node) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

const firstIn = (element: Element): HTMLElement | undefined => reachableIn(element)[0]
const lastIn = (element: Element): HTMLElement | undefined => reachableIn(element).at(-1)

function reachableIn(element: Element): HTMLElement[] {
  const all = [...(element.matches(focusable) ? [element] : []), ...element.querySelectorAll(focusable)]
  return all.filter(
    (one): one is HTMLElement => one instanceof HTMLElement && one.tabIndex >= 0 && one.checkVisibility(),
  )
}

function standing(element: Element | undefined): HTMLElement | undefined {
  return element instanceof HTMLElement && element.isConnected ? element : undefined
}

function headingOfPage(): HTMLElement | undefined {
  return document.querySelector<HTMLElement>('main h1[tabindex]') ?? document.querySelector('main') ?? undefined
}
