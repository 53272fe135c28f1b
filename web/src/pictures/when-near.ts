/** So far above and below the window something is near. */
const nearPx = 300

const awaited = new Map<Element, () => void>()
let observer: IntersectionObserver | undefined

/** Calls once, when an element is in the window or near it: each in a task of its own, so that who presses something comes between. Answers how to call it off. */
export function whenNear(element: Element, call: () => void): () => void {
  observer ??= new IntersectionObserver(notice, { rootMargin: `${nearPx}px 0px` })
  awaited.set(element, call)
  observer.observe(element)
  return () => {
    awaited.delete(element)
    observer?.unobserve(element)
  }
}

function notice(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue
    observer?.unobserve(target)
    setTimeout(() => take(target))
  }
}

function take(element: Element): void {
  const call = awaited.get(element)
  awaited.delete(element)
  call?.()
}
