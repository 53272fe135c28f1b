import type { Outgoing } from '../../api/live.ts'
import type { Row } from './log.ts'
import type { SeqRange } from './ranges.ts'

/** What a list of messages shows, from top to bottom. Keys are the same as long as it is the same thing. */
export type ViewItem =
  | { type: 'day'; key: string; at: number }
  | { type: 'unread'; key: string }
  | { type: 'hole'; key: string; range: SeqRange }
  | { type: 'message'; key: string; row: Row; isFirst: boolean; isLast: boolean; isOwn: boolean }
  | { type: 'pending'; key: string; message: Outgoing; isFirst: boolean; isLast: boolean }
  | { type: 'system'; key: string; rows: Row[] }

export interface ViewInput {
  /** The part of a room's rows that is shown. */
  rows: readonly Row[]
  /** The row before them, when there is one. */
  before: Row | undefined
  /** Shown at the end: none when the end is not shown. */
  pending: readonly Outgoing[]
  holes: readonly SeqRange[]
  /** The line of what is new stands before this seq. */
  unreadFrom: number | undefined
  me: string
  /** The same for two moments of one day, where the reader is. */
  dayOf: (at: number) => string
}

/** Messages of one person within this time stand together. */
const groupMs = 5 * 60_000

/** Lays out rows with days, the unread line, groups of one person, and what is still on its way. */
export function viewOf(input: ViewInput): ViewItem[] {
  const { rows, before, unreadFrom, me, dayOf } = input
  const items: ViewItem[] = []
  const holes = input.holes.filter(({ from }) => before === undefined || from > before.seq)
  let day = before === undefined ? undefined : dayOf(before.at)

  for (const row of rows) {
    for (let [hole] = holes; hole !== undefined && hole.from < row.seq; hole = holes[0])
      items.push(holeOf(holes.shift()!))
    if (dayOf(row.at) !== day) items.push(dayLine((day = dayOf(row.at)), row.at))
    if (row.seq === unreadFrom) items.push({ type: 'unread', key: 'unread' })
    add(items, row, me)
  }
  for (const hole of holes) if (rows.length > 0 || before === undefined) items.push(holeOf(hole))
  let at = (rows.at(-1) ?? before)?.at ?? -Infinity
  for (const message of input.pending) {
    const { writtenAt } = message
    // What could not be sent on an earlier day stands at the end, below what was said since.
    if (writtenAt > at && dayOf(writtenAt) !== day) items.push(dayLine((day = dayOf(writtenAt)), (at = writtenAt)))
    addPending(items, message, me)
  }
  return items
}

export function keyOf(from: string | null, id: string): string {
  return `${from ?? ''}:${id}`
}

/** Of all lines the one that Tab leads to: the wanted one while it is there, otherwise the last that somebody said. */
export function tabStopOf(items: readonly ViewItem[], wanted: string | undefined): string | undefined {
  const said = items.filter(({ type }) => type === 'message' || type === 'pending')
  return (said.find(({ key }) => key === wanted) ?? said.at(-1))?.key
}

/** Whether a row is something that was said, and not something that happened. */
export function isMessage(row: Row): boolean {
  return row.kind === 'text' || row.kind === 'unreadable'
}

function add(items: ViewItem[], row: Row, me: string): void {
  const last = items.at(-1)
  if (!isMessage(row)) {
    if (last?.type === 'system' && arePassing(last.rows, row)) last.rows.push(row)
    else items.push({ type: 'system', key: keyOf(row.from, row.id), rows: [row] })
    return
  }
  const isFirst = !continues(last, row.from, row.at, me)
  if (!isFirst) endLater(last)
  items.push({ type: 'message', key: keyOf(row.from, row.id), row, isFirst, isLast: true, isOwn: row.from === me })
}

function addPending(items: ViewItem[], message: Outgoing, me: string): void {
  const last = items.at(-1)
  const isFirst = !continues(last, me, message.writtenAt, me)
  if (!isFirst) endLater(last)
  items.push({ type: 'pending', key: keyOf(me, message.id), message, isFirst, isLast: true })
}

function continues(last: ViewItem | undefined, from: string | null, at: number, me: string): boolean {
  if (last?.type === 'message') return last.row.from === from && at - last.row.at < groupMs
  return last?.type === 'pending' && from === me
}

function endLater(last: ViewItem | undefined): void {
  if (last?.type === 'message' || last?.type === 'pending') last.isLast = false
}

/** People who come and go one after the other are one line. */
function arePassing(rows: readonly Row[], row: Row): boolean {
  const isPassing = ({ kind }: Row): boolean => kind === 'join' || kind === 'leave'
  return isPassing(row) && rows.every(isPassing)
}

function dayLine(day: string, at: number): ViewItem {
  return { type: 'day', key: `day ${day}`, at }
}

function holeOf(range: SeqRange): ViewItem {
  return { type: 'hole', key: `hole ${range.from}`, range }
}
