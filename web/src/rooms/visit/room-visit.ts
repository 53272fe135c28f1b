import { computed, signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Entry, Outbox, Outgoing, Place, RoomEars, RoomSocket } from '../../api/live.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { roomsApi } from '../../api/rooms.ts'
import type { RoomAndMe } from '../../api/types.ts'
import { readMove } from '../model/content.ts'
import { RoomLog } from '../model/log.ts'
import type { Row } from '../model/log.ts'
import { formatPlace, parsePlace } from '../model/places.ts'
import { ComingPictures } from './coming-pictures.ts'
import { pageOf } from './pages.ts'
import { ReadMarker } from './read-marker.ts'
import { TypingPeople } from './typing-people.ts'

export interface VisitParts {
  rooms: Pick<ReturnType<typeof roomsApi>, 'one' | 'messages' | 'peopleNow'>
  socket: RoomSocket
  outbox: Outbox
  /** My username. */
  me: string
}

export type Ended = 'left' | 'kicked' | 'banned' | 'not_found' | 'forbidden'

const pageSize = 50
const refreshMs = 300
/** A hole is filled by itself up to so many pages; more only when it is looked at. */
const mostPagesAtOnce = 10
const mostPagesBack = 6

/**
 * One room while it is looked at: its log fed by pages, socket and outbox, and what else is told of it. Everything that changes is a
 * signal; `rows` and `pending` are new lists after each change.
 */
export class RoomVisit {
  readonly id: string
  readonly log: RoomLog
  readonly typing = new TypingPeople()
  readonly marker: ReadMarker
  /** Undefined until it is known. */
  readonly room = signal<RoomAndMe | undefined>(undefined)
  readonly trouble = signal<ApiProblem | undefined>(undefined)
  /** Whether the first page is there. */
  readonly isReady = signal(false)
  readonly hasOlder = signal(false)
  readonly isLoadingOlder = signal(false)
  readonly olderTrouble = signal<ApiProblem | undefined>(undefined)
  /** Who is connected, by name, as far as told; the count is exact. */
  readonly present = signal<ReadonlySet<string>>(new Set())
  readonly people = signal(0)
  /** The subscription ended, and does not come back. */
  readonly ended = signal<Ended | undefined>(undefined)
  /** The last entry stands: nothing more is accepted, and the receipt is on its way. */
  readonly isOver = signal(false)
  /** Changes whenever the log does. */
  readonly version = signal(0)
  readonly rows: ReadonlySignal<readonly Row[]>
  readonly pending: ReadonlySignal<readonly Outgoing[]>
  readonly #parts: VisitParts
  readonly #stops: (() => void)[] = []
  readonly #pictures: ComingPictures
  #refreshing: ReturnType<typeof setTimeout> | undefined
  #isLeft = false

  constructor(id: string, parts: VisitParts) {
    this.id = id
    this.#parts = parts
    this.log = new RoomLog(parts.me)
    this.marker = new ReadMarker((place) => parts.socket.read(id, place))
    this.#pictures = new ComingPictures({ rows: () => this.log.rows, read: (from) => this.#readFrom(from) })
    this.rows = computed(() => (this.version.value, this.log.rows))
    this.pending = computed(() => (this.version.value, this.log.pending))
  }

  /** Reads the room and its newest page, and listens from there. Without a seat only the room itself is read. */
  async enter(): Promise<void> {
    this.trouble.value = undefined
    await this.#attempt(this.trouble, async () => {
      const room = await this.#readRoom()
      if (!room.me.mayRead || this.isReady.value) return
      await this.#readNewest()
      if (this.#isLeft) return
      await this.#readBackTo(room.me.readUpTo)
      if (this.#isLeft) return
      this.marker.startAt(room.me.readUpTo === null ? undefined : parsePlace(room.me.readUpTo))
      this.isReady.value = true
      await this.#showOutgoing()
      if (room.state === 'closed') this.isOver.value = true
      else this.#listen()
    })
  }

  /** Reads the room again, without its messages: seats and rules may have changed. */
  async refresh(): Promise<void> {
    await this.#readRoom().catch(() => undefined)
  }

  /** From here on the room is known; 1 once its beginning is. */
  get firstSeq(): number {
    return this.hasOlder.value ? (this.log.rows[0]?.seq ?? Infinity) : 1
  }

  async loadOlder(): Promise<void> {
    const oldest = this.log.rows[0]
    if (oldest === undefined || !this.hasOlder.value || this.isLoadingOlder.value) return
    this.isLoadingOlder.value = true
    this.olderTrouble.value = undefined
    await this.#attempt(this.olderTrouble, async () => {
      const before = formatPlace(oldest)
      const page = await this.#parts.rooms.messages(this.id, { before, limit: pageSize })
      this.log.tellPage(pageOf(page, { before: oldest.seq }))
      this.hasOlder.value = page.page.before !== undefined
      this.#changed()
    })
    this.isLoadingOlder.value = false
  }

  /** Pages what is missing in between, or has to be read again. */
  async fill(): Promise<void> {
    for (let turn = 0; turn < mostPagesAtOnce && !this.#isLeft; turn += 1) {
      const [range] = [...this.log.holes, ...this.log.stale]
      if (range === undefined) return
      await this.#readFrom(range.from)
    }
  }

  /** The message at a place, loading older pages until it is there. */
  async find(place: Place): Promise<Row | undefined> {
    for (;;) {
      const row = this.log.rowAt(place)
      const oldest = this.log.rows[0]
      if (row !== undefined || oldest === undefined || oldest.seq <= place.seq || !this.hasOlder.value) return row
      await this.loadOlder()
      if (this.olderTrouble.value !== undefined || this.#isLeft) return undefined
    }
  }

  leave(): void {
    this.#isLeft = true
    this.typing.stop()
    this.#pictures.stop()
    clearTimeout(this.#refreshing)
    for (const stop of this.#stops) stop()
  }

  async #readFrom(seq: number): Promise<void> {
    // Only the seq of a place is looked at when paging.
    const after = formatPlace({ epoch: this.log.newest.epoch, seq: seq - 1 })
    const page = await this.#parts.rooms.messages(this.id, { after, limit: 100 })
    if (this.#isLeft) return
    this.log.tellPage(pageOf(page, { after: seq - 1 }))
    this.#changed()
  }

  async #readRoom(): Promise<RoomAndMe> {
    const room = await this.#parts.rooms.one(this.id)
    this.room.value = room
    this.people.value = room.people
    return room
  }

  async #readNewest(): Promise<void> {
    const page = await this.#parts.rooms.messages(this.id, { limit: pageSize })
    this.log.tellPage(pageOf(page, {}))
    this.log.tellStored({ epoch: page.head.epoch, seq: page.head.stored })
    this.hasOlder.value = page.page.before !== undefined
    if (page.head.state === 'closed') this.isOver.value = true
    this.#changed()
  }

  /** To where one stopped reading, when that is not far back. */
  async #readBackTo(readUpTo: string | null): Promise<void> {
    const place = readUpTo === null ? undefined : parsePlace(readUpTo)
    if (place === undefined) return
    for (let turn = 0; turn < mostPagesBack && !this.#isLeft; turn += 1) {
      if (this.firstSeq <= place.seq + 1 || this.olderTrouble.value !== undefined) return
      await this.loadOlder()
    }
  }

  async #showOutgoing(): Promise<void> {
    const { outbox } = this.#parts
    const told = new Set<string>()
    this.#stops.push(
      outbox.onChange(this.id, (message) => {
        told.add(message.id)
        if (message.state === 'discarded') this.log.tellDiscarded(message.id)
        else this.log.tellOutgoing(message)
        this.#changed()
      }),
    )
    // What was told meanwhile is newer.
    for (const message of await outbox.of(this.id)) if (!told.has(message.id)) this.log.tellOutgoing(message)
    this.#changed()
  }

  #listen(): void {
    this.#stops.push(this.#parts.socket.listen(this.id, this.#ears(), this.log.newest))
  }

  #ears(): RoomEars {
    return {
      ready: ({ epoch, head, stored }) => {
        this.log.tellHead({ epoch, seq: head })
        this.log.tellStored({ epoch, seq: stored })
        this.#changed()
        void this.#readPeople()
      },
      entry: (entry) => {
        this.log.tellEntry(entry)
        if (entry.from !== null) this.typing.spoke(entry.from)
        if (this.#concernsMe(entry)) this.#refreshSoon()
        if (entry.kind === 'closed') this.isOver.value = true
        this.#changed()
      },
      dropped: (kept) => {
        this.log.tellDropped(kept)
        this.#changed()
        void this.fill().catch(() => undefined)
      },
      gap: (gap) => {
        this.log.tellHole(gap)
        this.#changed()
        void this.fill().catch(() => undefined)
      },
      stored: (place) => {
        this.log.tellStored(place)
        this.#changed()
      },
      presence: ({ count, joined, left }) => {
        this.people.value = count
        const present = new Set([...this.present.value, ...joined])
        for (const name of left) present.delete(name)
        this.present.value = present
      },
      typing: (username) => this.typing.types(username),
      read: (place) => this.marker.heard(place),
      closed: () => {
        this.isOver.value = true
        void this.refresh()
      },
      ended: (reason) => {
        this.ended.value = reason
        void this.refresh()
      },
    }
  }

  /** Entries after which the rules, or my own standing, may be others. */
  #concernsMe({ kind, content }: Entry): boolean {
    if (kind === 'settings' || kind === 'closed') return true
    return moves.has(kind) && content !== null && readMove(content).who === this.#parts.me
  }

  /** Several changes at once are read once. */
  #refreshSoon(): void {
    clearTimeout(this.#refreshing)
    this.#refreshing = setTimeout(() => void this.refresh(), refreshMs)
  }

  async #readPeople(): Promise<void> {
    const { count, items } = await this.#parts.rooms.peopleNow(this.id).catch(() => ({ count: undefined, items: [] }))
    if (count === undefined || this.#isLeft) return
    this.people.value = count
    this.present.value = new Set(items.map(({ username }) => username))
  }

  async #attempt(trouble: { value: ApiProblem | undefined }, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isProblem(error)) throw error
      if (!this.#isLeft) trouble.value = error
    }
  }

  #changed(): void {
    this.version.value += 1
    if (!this.#isLeft) this.#pictures.look()
  }
}

const moves = new Set(['word', 'unword', 'join', 'leave', 'kick', 'ban', 'unban'])

function isProblem(error: unknown): error is ApiProblem {
  return error instanceof Error && error.name === 'ApiProblem'
}
