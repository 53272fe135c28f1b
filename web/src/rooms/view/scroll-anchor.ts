import { roomPlaces } from './room-keys.ts'

/** Nearer to the end than this is at the end. */
const endPx = 48

/** A line that was in sight, and how far below the beginning of all lines it began. */
interface HeldLine {
  key: string
  element: HTMLElement
  offset: number
}

/**
 * Keeps a reader where they are while lines come and go above and below, and at the end when they are there. Browsers do this
 * differently or not at all (Safari), so their own way is switched off (`overflow-anchor: none`) and this holds for all of them: the lines
 * in sight are remembered, and when what is above them has become longer or shorter, the log is scrolled by as much, before anything is
 * painted. Where a line stands among the lines does not change by scrolling, so what the reader scrolls meanwhile is never taken back.
 */
export class ScrollAnchor {
  readonly #scroller: HTMLElement
  readonly #lines: HTMLElement
  readonly #isEndShown: () => boolean
  readonly #observer: ResizeObserver
  #isAtEnd = true
  #held: readonly HeldLine[] = []
  #heldTop = 0

  /**
   * `lines`: what scrolls; its children with `data-key` are the lines. `isEndShown`: whether the last of them is the last there is.
   * `onResize`: something has changed its height, and nothing is painted yet.
   */
  constructor(
    scroller: HTMLElement,
    lines: HTMLElement,
    { isEndShown, onResize }: { isEndShown: () => boolean; onResize: () => void },
  ) {
    this.#scroller = scroller
    this.#lines = lines
    this.#isEndShown = isEndShown
    this.#observer = new ResizeObserver(onResize)
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

  get viewHeight(): number {
    return this.#scroller.clientHeight
  }

  /** The reader has scrolled; before that something may have changed its height. */
  note(): void {
    // Who is at the end leaves it upwards: when the end is further away and they have not moved, something has been added.
    this.#isAtEnd &&= this.#isEndShown() && this.#scroller.scrollTop >= this.#heldTop
    this.restore()
  }

  /** Something has changed its height: before the next paint. */
  restore(): void {
    if (this.#isAtEnd && this.#isEndShown()) this.#scroller.scrollTop = this.#scroller.scrollHeight
    else this.#putBack()
    this.#hold()
  }

  toEnd(): void {
    this.#isAtEnd = true
    this.restore()
  }

  /** Puts a line into the middle of what is in sight, and answers it. Undefined when it is not in the page. */
  toLine(key: string): HTMLElement | undefined {
    const line = this.#lineOf(key)
    if (line === undefined) return undefined
    const middle = (this.#scroller.clientHeight - line.offsetHeight) / 2
    this.#scroller.scrollTop += this.#topOf(line) - Math.max(16, middle)
    this.#hold()
    return line
  }

  /** Whether a line of this key is in the page. */
  has(key: string): boolean {
    return this.#lineOf(key) !== undefined
  }

  /** The line of this key, or else the first message that is in sight, or else the last there is. */
  messageNear(key: string): HTMLElement | undefined {
    const messages = this.#linesNow().filter((line) => line.matches(roomPlaces.message))
    return this.#lineOf(key) ?? messages.find((line) => this.#topOf(line) >= 0) ?? messages.at(-1)
  }

  /** The last line that is in sight to its end. */
  lastInSight(): string | undefined {
    const lines = this.#linesNow()
    const below = firstWhere(lines, (line) => this.#topOf(line) + line.offsetHeight > this.#scroller.clientHeight)
    return lines[below - 1]?.dataset['key']
  }

  /** The lines in sight, and those that are no further from it than this. */
  linesWithin(px: number): HTMLElement[] {
    const lines = this.#linesNow()
    const first = firstWhere(lines, (line) => this.#topOf(line) + line.offsetHeight > -px)
    const behind = firstWhere(lines, (line) => this.#topOf(line) >= this.#scroller.clientHeight + px)
    return lines.slice(first, behind).filter(({ dataset }) => dataset['key'] !== undefined)
  }

  close(): void {
    this.#observer.disconnect()
  }

  /** The first that is still there of the lines that were in sight goes back to where it was. */
  #putBack(): void {
    for (const { key, element, offset } of this.#held) {
      const line = element.isConnected ? element : this.#lineOf(key)
      if (line !== undefined) return this.#scrollBy(this.#offsetOf(line) - offset)
    }
  }

  #scrollBy(px: number): void {
    if (Math.abs(px) < 0.5) return
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller
    // When all has become too short for where they were, the browser has moved the reader up: that was no scrolling.
    const isPulled = px < 0 && scrollTop < this.#heldTop && scrollTop >= scrollHeight - clientHeight - 1
    this.#scroller.scrollTop = (isPulled ? this.#heldTop : scrollTop) + px
  }

  #hold(): void {
    this.#heldTop = this.#scroller.scrollTop
    this.#isAtEnd = this.#isEndShown() && this.distances.below < endPx
    const first = this.#lines.querySelector<HTMLElement>(roomPlaces.message)
    this.#held = this.linesWithin(0)
      .toSorted((a, b) => unsteadiness(a, first) - unsteadiness(b, first))
      .map((element) => ({ key: element.dataset['key'] ?? '', element, offset: this.#offsetOf(element) }))
  }

  #linesNow(): HTMLElement[] {
    return [...this.#lines.children].filter((line): line is HTMLElement => line instanceof HTMLElement && !line.hidden)
  }

  #lineOf(key: string): HTMLElement | undefined {
    return this.#linesNow().find(({ dataset }) => dataset['key'] === key)
  }

  #topOf(line: HTMLElement): number {
    return line.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top
  }

  #offsetOf(line: HTMLElement): number {
    return this.#topOf(line) + this.#scroller.scrollTop
  }
}

/**
 * How little a line stays with its neighbours when earlier ones come. Messages do; those of what happened become one with others; the first
 * message in the page gives its head to an earlier one; and the lines of a day and of what is unread move up to where they belong.
 */
function unsteadiness(line: HTMLElement, first: HTMLElement | null): number {
  if (line.matches(roomPlaces.message)) return line === first ? 2 : 0
  return line instanceof HTMLHeadingElement ? 3 : 1
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
