import { computed, effect, signal, untracked } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Row } from '../model/log.ts'
import { countUnread, isLineLoaded, isUnread } from '../model/unread.ts'
import { tabStopOf, viewOf } from '../model/view.ts'
import type { ViewItem } from '../model/view.ts'
import type { RoomVisit } from '../visit/room-visit.ts'
import { LineFocus } from './line-focus.ts'
import { ScrollAnchor } from './scroll-anchor.ts'
import {
  afterArrival,
  earlier,
  firstFrom,
  isTooLong,
  later,
  newestWindow,
  sliceOf,
  stretchAround,
  trimmed,
  windowAround,
} from './window.ts'
import type { RowWindow } from './window.ts'

/** So near to an end of what is in the page, in heights of the view, more is brought in. */
const nearViews = 1.5
const litMs = 2000

/**
 * Where somebody reads in a room: which rows are in the page, that they stay in sight while others come and go, and up to where
 * has been read. `items` is what is shown.
 */
export class Reader {
  readonly items: ReadonlySignal<ViewItem[]>
  readonly isAtEnd = signal(true)
  readonly hasEarlier: ReadonlySignal<boolean>
  /** Messages of others that were not seen yet. */
  readonly unreadBelow: ReadonlySignal<number>
  /** The message that Tab leads to, and arrows go on from: the last one that had the focus, or else the newest in the page. */
  readonly tabStop: ReadonlySignal<string | undefined>
  /** Who moves the focus among messages tells it. */
  readonly focus = new LineFocus()
  readonly #visit: RoomVisit
  readonly #me: string
  readonly #window = signal<RowWindow>({ from: 0, to: undefined })
  readonly #stopFollowing: () => void
  readonly #stopLoading: () => void
  #anchor: ScrollAnchor | undefined
  #wanted: string | undefined

  constructor(visit: RoomVisit, me: string) {
    this.#visit = visit
    this.#me = me
    this.items = computed(() => this.#itemsNow())
    this.tabStop = computed(() => tabStopOf(this.items.value, this.focus.key.value))
    this.hasEarlier = computed(() => sliceOf(visit.rows.value, this.#window.value).start > 0)
    this.unreadBelow = computed(() => countUnread(visit.rows.value, visit.marker.at.value?.seq, me))
    // Who has come to the very top scrolls no more: what comes next is asked for when the page before is there.
    const { isLoadingOlder, isReadingHole, holeTrouble } = visit.pages
    this.#stopLoading = effect(() => {
      const isStill = !isLoadingOlder.value && !isReadingHole.value && holeTrouble.value === undefined
      if (isStill) untracked(() => this.#bringNear())
    })
    this.#stopFollowing = effect(() => {
      const rows = visit.rows.value
      untracked(() => this.#arrived(rows))
    })
  }

  /** The elements that scroll. Answers how to let them go. */
  attach(scroller: HTMLElement, lines: HTMLElement): () => void {
    this.#window.value = this.#newest()
    this.#anchor = new ScrollAnchor(scroller, lines, {
      isEndShown: () => this.#window.peek().to === undefined,
      onResize: () => this.rendered(),
    })
    // Where one stopped reading, when that is not far back.
    if (this.#anchor.toLine('unread') === undefined) this.#anchor.toEnd()
    this.isAtEnd.value = this.#anchor.isAtEnd
    const onVisibility = (): void => {
      if (document.hidden) return this.#visit.marker.lookAway()
      if (this.unreadBelow.peek() === 0) this.#visit.marker.nothingNew()
      this.#markSeen()
    }
    if (this.unreadBelow.peek() === 0) this.#visit.marker.nothingNew()
    document.addEventListener('visibilitychange', onVisibility)
    this.#markSeen()
    return () => {
      document.removeEventListener('visibilitychange', onVisibility)
      this.#anchor?.close()
      this.#anchor = undefined
    }
  }

  close(): void {
    this.#stopFollowing()
    this.#stopLoading()
  }

  /** What is in the page has changed, or how much room it takes. */
  rendered(): void {
    if (this.#wanted !== undefined && this.#comeTo(this.#wanted)) this.#wanted = undefined
    else this.#anchor?.restore()
    this.focus.follow((key) => this.#anchor?.messageNear(key))
    this.#moved()
  }

  scrolled(): void {
    this.#anchor?.note()
    this.#moved()
  }

  toNewest(): void {
    this.#window.value = this.#newest()
    this.isAtEnd.value = true
    this.#anchor?.toEnd()
    this.#markSeen()
  }

  /** Brings a row into the page and into sight, and gives it the focus. */
  show(row: Row, key: string): void {
    const { start, end } = sliceOf(this.#visit.rows.peek(), this.#window.peek())
    const isHere = this.#visit.rows.peek().slice(start, end).includes(row)
    if (isHere && this.#comeTo(key)) return
    this.#wanted = key
    this.#window.value = windowAround(this.#visit.rows.peek(), row.seq, stretchAround(row.seq, this.#visit.log.holes))
  }

  /** The message of a line. */
  messageOf(key: string): { row: Row; isOwn: boolean } | undefined {
    const item = this.items.peek().find((one) => one.key === key)
    return item?.type === 'message' ? { row: item.row, isOwn: item.row.from === this.#me } : undefined
  }

  #newest(): RowWindow {
    const rows = this.#visit.rows.peek()
    return newestWindow(rows, stretchAround(rows.at(-1)?.seq ?? 0, this.#visit.log.holes))
  }

  #itemsNow(): ViewItem[] {
    const rows = this.#visit.rows.value
    const { start, end } = sliceOf(rows, this.#window.value)
    const isEndShown = this.#window.value.to === undefined
    const next = rows[end]?.seq ?? Infinity
    return viewOf({
      rows: rows.slice(start, end),
      before: rows[start - 1],
      pending: isEndShown ? this.#visit.pending.value : [],
      holes: this.#visit.log.holes.filter(({ from }) => from < next),
      unreadFrom: this.#unreadFrom(rows),
      me: this.#me,
      dayOf: (at) => new Date(at).toDateString(),
    })
  }

  /** The first message of others that is new, once its place is known: see `isLineLoaded`. */
  #unreadFrom(rows: readonly Row[]): number | undefined {
    const { marker, pages, log } = this.#visit
    const after = marker.lineAt.value?.seq
    const known = { oldest: rows[0]?.seq, hasOlder: pages.hasOlder.value, holes: log.holes }
    if (after === undefined || !isLineLoaded(after, known)) return undefined
    for (let at = firstFrom(rows, after + 1); at < rows.length; at += 1) {
      const row = rows[at]
      if (row !== undefined && isUnread(row, after, this.#me)) return row.seq
    }
    return undefined
  }

  #arrived(rows: readonly Row[]): void {
    this.#leaveOutLine(rows)
    const window = afterArrival(rows, this.#window.peek(), this.isAtEnd.peek())
    this.#window.value = isTooLong(rows, window) ? trimmed(rows, window, this.#seqsWithin(2 * this.#near)) : window
    // In one step: a page that is known first and shown later takes the line of the day from above who is at the very top.
    this.#bringNear()
  }

  /**
   * Where the line of what is new belongs is known once all before it is loaded. Where its place is before the reader's eyes by then, it
   * would push what they read, and tell them nothing: they have come by there. A line that stands stays.
   */
  #leaveOutLine(rows: readonly Row[]): void {
    if (this.#anchor === undefined || this.#anchor.has('unread')) return
    const from = this.#unreadFrom(rows)
    if (from !== undefined && this.#seqsWithin(0).includes(from)) this.#visit.marker.nothingNew()
  }

  /** What was in sight of somebody who looks has been read, and everything above it. */
  #markSeen(): void {
    if (document.hidden || this.#anchor === undefined) return
    const row = this.isAtEnd.peek() ? this.#visit.rows.peek().at(-1) : this.#lastInSight(this.#anchor)
    if (row !== undefined) this.#visit.marker.seen({ epoch: row.epoch, seq: row.seq })
  }

  #lastInSight(anchor: ScrollAnchor): Row | undefined {
    if (this.unreadBelow.peek() === 0) return undefined
    const key = anchor.lastInSight()
    const item = this.items.peek().find((one) => one.key === key)
    return item?.type === 'message' ? item.row : undefined
  }

  #moved(): void {
    if (this.#anchor !== undefined) this.isAtEnd.value = this.#anchor.isAtEnd
    this.#markSeen()
    this.#bringNear()
  }

  #bringNear(): void {
    if (this.#anchor === undefined || this.#wanted !== undefined) return
    if (this.#readsHole()) return
    const { above, below } = this.#anchor.distances
    const window = this.#window.peek()
    const isAtBeginning = sliceOf(this.#visit.rows.peek(), window).start === 0
    if (above < this.#near && !isAtBeginning) this.#grow(earlier, window.from)
    else if (below < this.#near && window.to !== undefined) this.#grow(later, window.to)
    else if (above < this.#near && this.#visit.pages.olderTrouble.peek() === undefined)
      void this.#visit.pages.loadOlder()
  }

  /** As far as nothing is missing; at a hole the window ends until that is read. */
  #grow(way: typeof earlier, edge: number): void {
    const window = this.#window.peek()
    const seen = this.#seqsWithin(2 * this.#near)
    const stretch = stretchAround(edge, this.#visit.log.holes)
    const grown = way(this.#visit.rows.peek(), window, way === earlier ? seen.at(-1) : seen[0], stretch)
    if (grown.from !== window.from || grown.to !== window.to) this.#window.value = grown
  }

  /** Whether somebody is near a hole, into which is read then from the side on which they are. What could not be read waits to be asked for. */
  #readsHole(): boolean {
    const { pages, log } = this.#visit
    if (log.holes.length === 0 || pages.holeTrouble.peek() !== undefined) return false
    const hole = this.#itemsWithin(this.#near).find((item) => item.type === 'hole')
    if (hole === undefined) return false
    const seen = this.#itemsWithin(0).find(({ type }) => type === 'message')
    const isBelow = seen?.type === 'message' && seen.row.seq > hole.range.to
    void pages.readInto(hole.range, isBelow ? 'below' : 'above')
    return true
  }

  get #near(): number {
    return nearViews * (this.#anchor?.viewHeight ?? 0)
  }

  /** In sight, or no further from it than this. */
  #itemsWithin(px: number): ViewItem[] {
    const keys = new Set(this.#anchor?.linesWithin(px).map(({ dataset }) => dataset['key']))
    return this.items.peek().filter(({ key }) => keys.has(key))
  }

  #seqsWithin(px: number): number[] {
    return this.#itemsWithin(px).flatMap(seqsOf)
  }

  /** Where somebody wanted to go is lit up for a moment. False while it is not in the page. */
  #comeTo(key: string): boolean {
    const line = this.#anchor?.toLine(key)
    if (line === undefined) return false
    line.focus({ preventScroll: true })
    line.animate({ backgroundColor: ['var(--persimmon-soft)', 'transparent'] }, { duration: litMs, easing: 'ease-in' })
    return true
  }
}

function seqsOf(item: ViewItem): number[] {
  if (item.type === 'message') return [item.row.seq]
  return item.type === 'system' ? item.rows.map(({ seq }) => seq) : []
}
