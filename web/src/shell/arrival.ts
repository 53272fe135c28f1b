import { randomId } from '../api/random-id.ts'

/**
 * Coming to a page as if it were a document of its own: the focus goes to its heading, and whoever comes back finds the place where
 * they were. Places are kept by entry of the history, for as long as the tab lives.
 */

const kept = 'madang-places'
/** How long a page that is still loading may take to become as long as it was. */
const patienceMs = 4_000

const places = new Map<string, number>()
let entry = ''
let isReturn = false
/** The way back to a place that has not been reached yet. */
let wayBack: AbortController | undefined

/** Once, before the first page is shown. */
export function startArrivals(): void {
  history.scrollRestoration = 'manual'
  recall()
  const isReload = nameEntry()
  addEventListener('scroll', () => places.set(entry, scrollY), { passive: true })
  addEventListener('popstate', () => {
    isReturn = nameEntry()
  })
  addEventListener('pagehide', remember)
  if (isReload) comeBack()
}

/** The page of an address stands. */
export function arrive(): void {
  if (!isReturn) nameEntry()
  headingOf(document).focus({ preventScroll: true })
  if (isReturn) comeBack()
  isReturn = false
}

/** Whether somebody is on the way back to a place further down: what they come back to should be there at once and not bit by bit. */
export function isComingBack(): boolean {
  return wayBack !== undefined
}

/** Each entry of the history has a name of its own. True when it had one: then somebody comes back to it. */
function nameEntry(): boolean {
  const named = nameOf(history.state)
  entry = named ?? randomId()
  if (named === undefined) history.replaceState({ entry }, '')
  return named !== undefined
}

function nameOf(state: unknown): string | undefined {
  const found = typeof state === 'object' && state !== null && 'entry' in state ? state.entry : undefined
  return typeof found === 'string' ? found : undefined
}

function headingOf(page: Document): HTMLElement {
  const heading = page.querySelector<HTMLElement>('main h1') ?? page.querySelector('main') ?? page.body
  if (!heading.hasAttribute('tabindex')) heading.tabIndex = -1
  return heading
}

/** Scrolls to the kept place as soon as the page is long enough; the reader's own scrolling ends it. */
function comeBack(): void {
  const top = places.get(entry) ?? 0
  const from = entry
  const growth = new ResizeObserver(reach)
  const stop = new AbortController()
  const end = (): void => {
    growth.disconnect()
    stop.abort()
    if (wayBack === stop) wayBack = undefined
  }
  wayBack = stop
  function reach(): void {
    if (from !== entry) return end()
    scrollTo({ top, behavior: 'instant' })
    if (scrollY >= top - 1) end()
  }
  for (const event of ['wheel', 'touchstart', 'keydown', 'pointerdown']) {
    addEventListener(event, end, { signal: stop.signal, passive: true })
  }
  setTimeout(end, patienceMs)
  growth.observe(document.body)
  reach()
}

function remember(): void {
  try {
    sessionStorage.setItem(kept, JSON.stringify([...places].slice(-100)))
  } catch {
    // Then a reload begins at the top.
  }
}

function recall(): void {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(kept) ?? '[]')
    if (!Array.isArray(found)) return
    for (const pair of found) {
      if (Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'number')
        places.set(pair[0], pair[1])
    }
  } catch {
    // The same.
  }
}
