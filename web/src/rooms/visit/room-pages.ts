import { signal } from '@preact/signals'
import type { Place } from '../../api/live.ts'
import { ApiProblem } from '../../api/problem.ts'
import type { MessageRange } from '../../api/rooms.ts'
import type { MessagePage } from '../../api/types.ts'
import type { RoomLog, Row } from '../model/log.ts'
import { formatPlace } from '../model/places.ts'
import type { SeqRange } from '../model/ranges.ts'
import { pageOf } from './pages.ts'

export interface RoomPagesParts {
  log: RoomLog
  ask(range: MessageRange): Promise<MessagePage>
  /** A page has been told to the log. */
  onPage(page: MessagePage): void
}

const pageSize = 50
const longPage = 100
/** What was missed is read by itself up to so many pages; the rest when somebody comes there. */
const mostPagesAtOnce = 10
const mostPagesBack = 6

/** What of a room is read page by page: the newest, older ones, what was missed, and what stands around any place. */
export class RoomPages {
  readonly hasOlder = signal(false)
  readonly isLoadingOlder = signal(false)
  readonly olderTrouble = signal<ApiProblem | undefined>(undefined)
  readonly isReadingHole = signal(false)
  readonly holeTrouble = signal<ApiProblem | undefined>(undefined)
  readonly #parts: RoomPagesParts
  #isStopped = false

  constructor(parts: RoomPagesParts) {
    this.#parts = parts
  }

  /** Answers where the room is. Error: `ApiProblem`. */
  async readNewest(): Promise<MessagePage['head']> {
    const page = await this.#parts.ask({ limit: pageSize })
    this.hasOlder.value = page.page.before !== undefined
    this.#take(page, {})
    return page.head
  }

  /** To where one stopped reading, when that is not far back. */
  async readBackTo(place: Place): Promise<void> {
    for (let turn = 0; turn < mostPagesBack && !this.#isStopped; turn += 1) {
      if (this.#firstSeq <= place.seq + 1 || this.olderTrouble.peek() !== undefined) return
      await this.loadOlder()
    }
  }

  async loadOlder(): Promise<void> {
    const [oldest] = this.#parts.log.rows
    if (oldest === undefined || !this.hasOlder.peek() || this.isLoadingOlder.peek()) return
    this.isLoadingOlder.value = true
    await this.#attempt(this.olderTrouble, () => this.#readBefore(oldest.seq, longPage))
    this.isLoadingOlder.value = false
  }

  /** Reads what was missed there, as far as that is not too much at once. */
  async readMissed({ from, to }: SeqRange): Promise<void> {
    for (let turn = 0; turn < mostPagesAtOnce && !this.#isStopped; turn += 1) {
      const hole = this.#parts.log.holes.find((one) => one.from <= to && one.to >= from)
      if (hole === undefined) return
      await this.readFrom(Math.max(hole.from, from))
    }
  }

  /** Reads again what an epoch change has made doubtful. */
  async readAgain(): Promise<void> {
    for (let turn = 0; turn < mostPagesAtOnce && !this.#isStopped; turn += 1) {
      const [range] = this.#parts.log.stale
      if (range === undefined) return
      await this.readFrom(range.from)
    }
  }

  /** Reads on into a hole, from the side from which somebody comes. */
  async readInto({ from, to }: SeqRange, side: 'above' | 'below'): Promise<void> {
    if (this.isReadingHole.peek()) return
    this.isReadingHole.value = true
    await this.#attempt(this.holeTrouble, () =>
      side === 'above' ? this.readFrom(from) : this.#readBefore(to + 1, longPage),
    )
    this.isReadingHole.value = false
  }

  /**
   * The message at a place, read with what stands around it when it is not known yet: what lies between there and the rest is a hole, to be
   * read by whoever comes there. Undefined when it is not kept. Error: `ApiProblem`.
   */
  async find(place: Place): Promise<Row | undefined> {
    const { log } = this.#parts
    if (log.rowAt(place) === undefined && this.#isUnknown(place.seq)) await this.#readAround(place.seq)
    return log.rowAt(place)
  }

  /** From this seq on. Only the seq of a place is looked at when paging. */
  async readFrom(seq: number): Promise<void> {
    const { log, ask } = this.#parts
    const page = await ask({ after: formatPlace({ epoch: log.newest.epoch, seq: seq - 1 }), limit: longPage })
    this.#take(page, { after: seq - 1 })
  }

  stop(): void {
    this.#isStopped = true
  }

  async #readBefore(seq: number, limit: number): Promise<void> {
    const { log, ask } = this.#parts
    this.#take(await ask({ before: formatPlace({ epoch: log.newest.epoch, seq }), limit }), { before: seq })
  }

  async #readAround(seq: number): Promise<void> {
    const { log, ask } = this.#parts
    const before = seq + pageSize / 2 + 1
    const page = await ask({ before: formatPlace({ epoch: log.newest.epoch, seq: before }), limit: pageSize })
    const [oldest] = log.rows
    if (oldest !== undefined && before < oldest.seq) log.tellUnread({ from: before, to: oldest.seq - 1 })
    this.#take(page, { before })
  }

  #isUnknown(seq: number): boolean {
    if (this.hasOlder.peek() && seq < this.#firstSeq) return true
    return this.#parts.log.holes.some(({ from, to }) => from <= seq && seq <= to)
  }

  /** From here on the room is known, but for its holes; 1 once its beginning is. */
  get #firstSeq(): number {
    return this.hasOlder.peek() ? (this.#parts.log.rows[0]?.seq ?? Infinity) : 1
  }

  #take(page: MessagePage, asked: { before?: number; after?: number }): void {
    if (this.#isStopped) return
    const { log, onPage } = this.#parts
    const told = pageOf(page, asked)
    const isOldest = asked.after === undefined && told.covers.from <= (log.rows[0]?.seq ?? Infinity)
    log.tellPage(told)
    if (isOldest) this.hasOlder.value = page.page.before !== undefined
    onPage(page)
  }

  async #attempt(trouble: { value: ApiProblem | undefined }, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      trouble.value = undefined
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (!this.#isStopped) trouble.value = error
    }
  }
}
