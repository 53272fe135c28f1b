import { computed, effect, signal, untracked } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { tabStopOf, viewOf, isUnread } from '../model/view.ts'
import type { ViewItem } from '../model/view.ts'
import type { Row } from '../model/log.ts'
import type { RoomVisit } from '../visit/room-visit.ts'
import { ScrollAnchor } from './scroll-anchor.ts'
import { afterArrival, earlier, later, newestWindow, sliceOf, windowAround } from './window.ts'
import type { RowWindow } from './window.ts'

/** So near to an end of what is in the page, in heights of the view, more is brought in. */
const nearViews = 1.5

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
  readonly #focused = signal<string | undefined>(undefined)
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
    this.tabStop = computed(() => tabStopOf(this.items.value, this.#focused.value))
    this.hasEarlier = computed(() => sliceOf(visit.rows.value, this.#window.value).start > 0)
    this.unreadBelow = computed(() => this.#countUnread(visit.rows.value))
    // Who has come to the very top scrolls no more: what comes next is asked for when the page before is there.
    this.#stopLoading = effect(() => {
      if (!visit.isLoadingOlder.value) untracked(() => this.#bringNear())
    })
    this.#stopFollowing = effect(() => {
      const rows = visit.rows.value
      untracked(() => this.#arrived(rows))
    })
  }

  /** The elements that scroll. Answers how to let them go. */
  attach(scroller: HTMLElement, lines: HTMLElement): () => void {
    this.#window.value = newestWindow(this.#visit.rows.peek())
    this.#anchor = new ScrollAnchor(scroller, lines, {
      isEndShown: () => this.#window.peek().to === undefined,
      onResize: () => this.rendered(),
    })
    // Where one stopped reading, when that is not far back.
    if (!this.#anchor.toLine('unread')) this.#anchor.toEnd()
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
    if (this.#wanted !== undefined && this.#anchor?.toLine(this.#wanted) === true) this.#wanted = undefined
    else this.#anchor?.restore()
    this.#moved()
  }

  scrolled(): void {
    this.#anchor?.note()
    this.#moved()
  }

  toNewest(): void {
    this.#window.value = newestWindow(this.#visit.rows.peek())
    this.isAtEnd.value = true
    this.#anchor?.toEnd()
    this.#markSeen()
  }

  /** Brings a row into the page and into sight. */
  show(row: Row, key: string): void {
    const { start, end } = sliceOf(this.#visit.rows.peek(), this.#window.peek())
    const isHere = this.#visit.rows.peek().slice(start, end).includes(row)
    if (isHere && this.#anchor?.toLine(key) === true) return
    this.#wanted = key
    this.#window.value = windowAround(this.#visit.rows.peek(), row.seq)
  }

  focusedOn(target: EventTarget | null): void {
    const line = target instanceof HTMLElement ? target.closest<HTMLElement>('.message') : null
    if (line?.dataset['key'] !== undefined) this.#focused.value = line.dataset['key']
  }

  /** The message of a line. */
  messageOf(key: string): { row: Row; isOwn: boolean } | undefined {
    const item = this.items.peek().find((one) => one.key === key)
    return item?.type === 'message' ? { row: item.row, isOwn: item.row.from === this.#me } : undefined
  }

  #itemsNow(): ViewItem[] {
    const rows = this.#visit.rows.value
    const { start, end } = sliceOf(rows, this.#window.value)
    const isEndShown = this.#window.value.to === undefined
    const last = rows[end - 1]?.seq
    return viewOf({
      rows: rows.slice(start, end),
      before: rows[start - 1],
      pending: isEndShown ? this.#visit.pending.value : [],
      holes: this.#visit.log.holes.filter(({ from }) => isEndShown || (last !== undefined && from <= last)),
      unreadAfter: this.#unreadAfter(rows),
      me: this.#me,
      dayOf: (at) => new Date(at).toDateString(),
    })
  }

  /** Undefined too while the line belongs among rows that are not loaded: above them it would stand wrong, and move with each page. */
  #unreadAfter([oldest]: readonly Row[]): number | undefined {
    const after = this.#visit.marker.lineAt.value?.seq
    const isLoaded = oldest === undefined || after === undefined || oldest.seq <= after + 1
    return isLoaded || !this.#visit.hasOlder.value ? after : undefined
  }

  #countUnread(rows: readonly Row[]): number {
    const readUpTo = this.#visit.marker.at.value?.seq
    let count = 0
    for (let at = rows.length - 1; at >= 0 && rows[at]!.seq > (readUpTo ?? Infinity); at -= 1) {
      if (isUnread(rows[at]!, readUpTo, this.#me)) count += 1
    }
    return count
  }

  #arrived(rows: readonly Row[]): void {
    this.#window.value = afterArrival(rows, this.#window.peek(), this.isAtEnd.peek())
    // In one step: a page that is known first and shown later takes the line of the day from above who is at the very top.
    this.#bringNear()
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
    const { above, below } = this.#anchor.distances
    const near = nearViews * this.#anchor.viewHeight
    const rows = this.#visit.rows.peek()
    const window = this.#window.peek()
    const { start } = sliceOf(rows, window)
    if (above < near && start > 0) this.#window.value = earlier(rows, window, this.#seqsWithin(2 * near).at(-1))
    else if (below < near && window.to !== undefined)
      this.#window.value = later(rows, window, this.#seqsWithin(2 * near)[0])
    else if (above < near && this.#visit.olderTrouble.peek() === undefined) void this.#visit.loadOlder()
  }

  /** Of the rows in sight, and of those that are no further from it than this. */
  #seqsWithin(px: number): number[] {
    const keys = new Set(this.#anchor?.linesWithin(px).map(({ dataset }) => dataset['key']))
    return this.items.peek().flatMap((item) => (keys.has(item.key) ? seqsOf(item) : []))
  }
}

function seqsOf(item: ViewItem): number[] {
  if (item.type === 'message') return [item.row.seq]
  return item.type === 'system' ? item.rows.map(({ seq }) => seq) : []
}
