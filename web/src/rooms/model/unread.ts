import type { Row } from './log.ts'
import type { SeqRange } from './ranges.ts'

/** What is counted as new to me. */
export function isUnread(row: Row, readUpTo: number | undefined, me: string): boolean {
  return readUpTo !== undefined && row.seq > readUpTo && row.kind === 'text' && row.from !== me && row.content !== null
}

export function countUnread(rows: readonly Row[], readUpTo: number | undefined, me: string): number {
  let count = 0
  for (let at = rows.length - 1; at >= 0 && rows[at]!.seq > (readUpTo ?? Infinity); at -= 1) {
    if (isUnread(rows[at]!, readUpTo, me)) count += 1
  }
  return count
}

/** What is known of a room around the place behind which the line of what is new belongs. */
export interface KnownAround {
  oldest: number | undefined
  hasOlder: boolean
  holes: readonly SeqRange[]
}

/** Whether the line can be drawn: among rows that are not loaded it belongs nowhere yet, and would move with each page. */
export function isLineLoaded(after: number, { oldest, hasOlder, holes }: KnownAround): boolean {
  const next = after + 1
  const isBefore = hasOlder && oldest !== undefined && next < oldest
  return !isBefore && !holes.some(({ from, to }) => from <= next && next <= to)
}
