/** Nearer to the end than this is at the end. */
const endPx = 48

/**
 * Keeps a reader where they are while lines come and go above and below, and at the end when they are there. Browsers do this
 * differently or not at all (Safari), so their own way is switched off (`overflow-anchor: none`) and this holds for all of them: the first line in
 * sight is remembered, and after whatever changes the height it is put back where it was, before anything is painted.
 */
export class ScrollAnchor {
  readonly #scroller: HTMLElement
  readonly #lines: HTMLElement
  readonly #observer: ResizeObserver
  #isAtEnd = true
  #anchor: { key: string; top: number } | undefined

  /** `lines`: what scrolls; its children with `data-key` are the lines. */
  constructor(scroller: HTMLElement, lines: HTMLElement) {
    this.#scroller = scroller
    this.#lines = lines
    this.#observer = new ResizeObserver(() => this.restore())
    this.#observer.observe(scroller)
    this.#observer.observe(lines)
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd
  }

  /** How far the reader is from each end, in pixels. */
  get distances(): { above: number; below: number } {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller
    return { above: scrollTop, below: scrollHeight - scrollTop - clientHeight }
  }

  /** The reader has scrolled. */
  note(): void {
    this.#isAtEnd = this.distances.below < endPx
    this.#anchor = this.#firstInSight()
  }

  /** Something has changed its height: before the next paint. */
  restore(): void {
    if (this.#isAtEnd) return void (this.#scroller.scrollTop = this.#scroller.scrollHeight)
    const anchor = this.#anchor
    const line = anchor === undefined ? undefined : this.#lineOf(anchor.key)
    if (anchor === undefined || line === undefined) return
    const moved = this.#topOf(line) - anchor.top
    if (Math.abs(moved) >= 1) this.#scroller.scrollTop += moved
  }

  toEnd(): void {
    this.#isAtEnd = true
    this.#anchor = undefined
    this.restore()
  }

  /** Puts a line into the middle of what is in sight. False when it is not in the page. */
  toLine(key: string): boolean {
    const line = this.#lineOf(key)
    if (line === undefined) return false
    this.#isAtEnd = false
    const middle = (this.#scroller.clientHeight - line.offsetHeight) / 2
    this.#scroller.scrollTop += this.#topOf(line) - Math.max(16, middle)
    this.note()
    return true
  }

  /** The last line that is in sight to its end. */
  lastInSight(): string | undefined {
    const lines = this.#linesNow()
    const below = firstWhere(lines, (line) => this.#topOf(line) + line.offsetHeight > this.#scroller.clientHeight)
    return lines[below - 1]?.dataset['key']
  }

  get viewHeight(): number {
    return this.#scroller.clientHeight
  }

  close(): void {
    this.#observer.disconnect()
  }

  #firstInSight(): { key: string; top: number } | undefined {
    const lines = this.#linesNow()
    const first = firstWhere(lines, (line) => this.#topOf(line) + line.offsetHeight > 0)
    const line = lines.slice(first).find(({ dataset }) => dataset['key'] !== undefined)
    const key = line?.dataset['key']
    return line === undefined || key === undefined ? undefined : { key, top: this.#topOf(line) }
  }

  #linesNow(): HTMLElement[] {
    return [...this.#lines.children].filter((line): line is HTMLElement => line instanceof HTMLElement)
  }

  #lineOf(key: string): HTMLElement | undefined {
    for (const line of this.#lines.children) {
      if (line instanceof HTMLElement && line.dataset['key'] === key) return line
    }
    return undefined
  }

  #topOf(line: HTMLElement): number {
    return line.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top
  }
}

/** The first of lines from top to bottom for which something holds that holds for all behind it too. */
function firstWhere(lines: readonly HTMLElement[], holds: (line: HTMLElement) => boolean): number {
  let [low, high] = [0, lines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const line = lines[middle]
    if (line === undefined || holds(line)) high = middle
    else low = middle + 1
  }
  return low
}
