import type { Row } from '../model/log.ts'
import type { SeqRange } from '../model/ranges.ts'

/**
 * Which part of a room's rows is in the page. However much is known, only some hundred rows are: the part moves with the reader, grows at
 * the end where they are and shrinks at the other.
 */
export interface RowWindow {
  /** Seq of the first row shown. */
  from: number
  /** Seq of the last; undefined where the end is shown and what comes is shown too. */
  to: number | undefined
}

export const stepRows = 60
export const mostRows = 240
/** Where the end is shown and the reader is above it, more may come before the window lets the end go. */
const mostAtEnd = 400

/** Seqs between which nothing is missing: a window does not grow over a hole, or who scrolls fast would pass it by. */
export const unbroken: SeqRange = { from: 0, to: Infinity }

/** How far the rows around one go without a hole. */
export function stretchAround(seq: number, holes: readonly SeqRange[]): SeqRange {
  const [above, below] = [holes.filter(({ to }) => to < seq), holes.filter(({ from }) => from > seq)]
  return {
    from: Math.max(0, ...above.map(({ to }) => to + 1)),
    to: Math.min(Infinity, ...below.map(({ from }) => from - 1)),
  }
}

/** The newest rows, and what follows. */
export function newestWindow(rows: readonly Row[], { from }: SeqRange = unbroken): RowWindow {
  return { from: seqAt(rows, Math.max(firstFrom(rows, from), rows.length - 2 * stepRows)), to: undefined }
}

/** First and behind-last index of the rows shown. */
export function sliceOf(rows: readonly Row[], window: RowWindow): { start: number; end: number } {
  const start = firstFrom(rows, window.from)
  const end = window.to === undefined ? rows.length : firstFrom(rows, window.to + 1)
  return { start, end: Math.max(start, end) }
}

/** The reader nears the first row shown. What they see, up to `keepTo`, stays, however little room many rows take. */
export function earlier(rows: readonly Row[], window: RowWindow, keepTo = 0, stretch = unbroken): RowWindow {
  const { start, end } = sliceOf(rows, window)
  const first = Math.max(firstFrom(rows, stretch.from), start - stepRows)
  const last = Math.min(end, Math.max(first + mostRows, firstFrom(rows, keepTo + 1)))
  return { from: seqAt(rows, first), to: last === rows.length ? window.to : seqAt(rows, last - 1) }
}

/** The reader nears the last row shown. What they see, from `keepFrom` on, stays. */
export function later(rows: readonly Row[], window: RowWindow, keepFrom = Infinity, stretch = unbroken): RowWindow {
  const { start, end } = sliceOf(rows, window)
  const last = Math.min(firstFrom(rows, stretch.to + 1), end + stepRows)
  const first = Math.max(start, Math.min(last - mostRows, firstFrom(rows, keepFrom)))
  return { from: seqAt(rows, first), to: last === rows.length ? undefined : seqAt(rows, last - 1) }
}

/** Something came at the end while the reader is there (`isAtEnd`) or reads further up. */
export function afterArrival(rows: readonly Row[], window: RowWindow, isAtEnd: boolean): RowWindow {
  if (window.to !== undefined) return window
  const { start, end } = sliceOf(rows, window)
  if (isAtEnd) return end - start > mostRows ? { from: seqAt(rows, end - 2 * stepRows), to: undefined } : window
  return end - start > mostAtEnd ? { from: window.from, to: seqAt(rows, end - 1) } : window
}

/** Rows came between those that are shown, as when a hole is read, and now there are more than may be in the page. */
export function isTooLong(rows: readonly Row[], window: RowWindow): boolean {
  const { start, end } = sliceOf(rows, window)
  return end - start > mostAtEnd
}

/** What somebody sees, by its seqs, stays, and what is far from it goes. */
export function trimmed(rows: readonly Row[], window: RowWindow, seen: readonly number[]): RowWindow {
  const { start, end } = sliceOf(rows, window)
  const [from, to] = [seen[0] ?? window.from, seen.at(-1) ?? window.from]
  const first = Math.max(start, firstFrom(rows, from) - stepRows)
  const last = Math.min(end, firstFrom(rows, to + 1) + stepRows)
  return { from: seqAt(rows, first), to: last === rows.length ? window.to : seqAt(rows, last - 1) }
}

/** Around one row. */
export function windowAround(rows: readonly Row[], seq: number, stretch = unbroken): RowWindow {
  const place = firstFrom(rows, seq)
  const first = Math.max(firstFrom(rows, stretch.from), place - stepRows)
  const last = Math.min(firstFrom(rows, stretch.to + 1), place + stepRows)
  return { from: seqAt(rows, first), to: last === rows.length ? undefined : seqAt(rows, last - 1) }
}

function seqAt(rows: readonly Row[], index: number): number {
  return rows[index]?.seq ?? 0
}

/** The index of the first row at or above a seq; behind the last where there is none. */
export function firstFrom(rows: readonly Row[], seq: number): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (seqAt(rows, middle) >= seq) high = middle
    else low = middle + 1
  }
  return low
}
