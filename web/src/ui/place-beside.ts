const gap = 4
const margin = 8

/**
 * Puts something of the top layer (a popover) below what opened it, or above it where that has more room, and within the window.
 */
export function placeBeside(box: HTMLElement, opener: Element): void {
  const from = opener.getBoundingClientRect()
  const { inlineSize, blockSize } = { inlineSize: box.offsetWidth, blockSize: box.offsetHeight }
  const isBelow = from.bottom + gap + blockSize + margin <= innerHeight || from.top < innerHeight - from.bottom
  const top = isBelow ? from.bottom + gap : from.top - gap - blockSize
  const isAtEnd = from.left + inlineSize + margin > document.documentElement.clientWidth
  const left = isAtEnd ? from.right - inlineSize : from.left
  box.style.top = `${Math.max(margin, Math.min(top, innerHeight - blockSize - margin))}px`
  box.style.left = `${Math.max(margin, left)}px`
}

/** The same, and again whenever the window has another size. Answers how to stop. */
export function keepBeside(box: HTMLElement, opener: Element): () => void {
  const place = (): void => placeBeside(box, opener)
  place()
  addEventListener('resize', place)
  return () => removeEventListener('resize', place)
}
