import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { isComingBack } from '../shell/arrival.ts'

/** About what the window of a phone shows: a slow one makes it in a task that nobody notices, and is through a page within a second. */
const portion = 2

/**
 * What of a list is in the page by now: what came is brought in a portion at a time, one a frame, so that a long page of it keeps nobody who
 * presses or scrolls waiting. What somebody comes back to is there at once, as it was left: else their place would not be.
 */
export function usePortions<Item>(items: readonly Item[]): readonly Item[] {
  const shown = useRef({ count: items.length, last: items.at(-1) })
  const [, lookAgain] = useState(0)
  const { count, last } = shown.current
  // What was put above the last one is no new page, and the last one may be gone.
  const known = last === undefined ? 0 : items.lastIndexOf(last) + 1
  const end = isComingBack() ? items.length : Math.min(items.length, Math.max(known, count) + portion)
  useLayoutEffect(() => {
    shown.current = { count: end, last: items[end - 1] }
  })
  // After what there is has been painted.
  useEffect(() => {
    if (end < items.length) lookAgain((times) => times + 1)
  })
  return end < items.length ? items.slice(0, end) : items
}
