import { batch, computed, signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Entry, LiveEvents, Outbox, Outgoing, Place, RoomEars, RoomSocket } from '../../api/live.ts'
import { pause } from '../../api/patience.ts'
import { ApiProblem } from '../../api/problem.ts'
import type { roomsApi } from '../../api/rooms.ts'
import type { Person, RoomAndMe } from '../../api/types.ts'
import { readMove } from '../model/content.ts'
import { RoomLog } from '../model/log.ts'
import type { Row } from '../model/log.ts'
import { isTakenBack, parsePlace } from '../model/places.ts'
import { ComingPictures } from './coming-pictures.ts'
import { PresentPeople } from './present-people.ts'
import { ReadMarker } from './read-marker.ts'
import { RoomPages } from './room-pages.ts'
import { TypingPeople } from './typing-people.ts'

export interface VisitParts {
  rooms: Pick<ReturnType<typeof roomsApi>, 'one' | 'messages' | 'peopleNow'>
  socket: Pick<RoomSocket, 'listen' | 'read'>
  outbox: Outbox
  /** My username. */
  me: string
  /** These people are in the room, or have been. */
  met: (people: readonly Person[]) => void
}

export type Ended = 'left' | 'kicked' | 'banned' | 'not_found' | 'forbidden'

/** Later by up to `spreadMs`: whoever is here is told at the same moment, and they shall not ask at the same moment. */
const [refreshMs, spreadMs] = [300, 700]
/** So long is waited for what may answer late, or never, as the storage of the device. */
const patienceMs = 3000

/**
 * One room while it is looked at: its log fed by pages, socket and outbox, and what else is told of it. Everything that changes is a
 * signal; `rows` and `pending` are new lists after each change.
 */
export class RoomVisit {
  readonly id: string
  readonly log: RoomLog
  readonly pages: RoomPages
  readonly typing = new TypingPeople()
  readonly marker: ReadMarker
  /** Undefined until it is known. */
  readonly room = signal<RoomAndMe | undefined>(undefined)
  /** Why it could not be read, until it is: a try in vain takes nothing away. */
  readonly trouble = signal<ApiProblem | undefined>(undefined)
  /** Why the room could not be read again: it is shown as it was. */
  readonly refreshTrouble = signal<ApiProblem | undefined>(undefined)
  /** Whether the first page is there. */
  readonly isReady = signal(false)
  readonly present = new PresentPeople()
  /** The subscription ended, and does not come back. */
  readonly ended = signal<Ended | undefined>(undefined)
  /** Then the room has been asked for once more, or that takes long. */
  readonly isEndKnown = signal(false)
  /** The last entry stands: nothing more is accepted, and the receipt is on its way. */
  readonly isOver = signal(false)
  /** It was closed already when one came: who sees a room end goes on seeing how, and who comes later does not. */
  foundClosed: boolean | undefined
  /** Nothing of it can be shown: before its door, after one had to leave, or when it could not be read. */
  readonly isOutside = computed(
    () => this.trouble.value !== undefined || this.ended.value !== undefined || this.room.value?.me.mayRead === false,
  )
  /** Outside, with a door that may open: no seat yet, or not there for me. */
  readonly isAtDoor = computed(
    () =>
      this.ended.value === undefined &&
      (this.trouble.value?.code === 'not_found' ||
        (this.trouble.value === undefined && this.room.value?.me.mayRead === false)),
  )
  /** Changes whenever the log does. */
  readonly version = signal(0)
  readonly rows: ReadonlySignal<readonly Row[]>
  readonly pending: ReadonlySignal<readonly Outgoing[]>
  readonly #parts: VisitParts
  readonly #stops: (() => void)[] = []
  readonly #pictures: ComingPictures
  #refreshing: ReturnType<typeof setTimeout> | undefined
  /** How often the room was asked about, and the last answer: as it is, or that it is not there. */
  #asked = 0
  #latest: { turn: number; answer: Promise<RoomAndMe> } | undefined
  #isComingIn = false
  /** Until those that this device keeps are shown. */
  #showingOutgoing: Promise<void> | undefined
  #isLeft = false

  constructor(id: string, parts: VisitParts) {
    this.id = id
    this.#parts = parts
    this.log = new RoomLog(parts.me)
    this.marker = new ReadMarker((place) => parts.socket.read(id, place))
    this.pages = new RoomPages({
      log: this.log,
      ask: (range) => parts.rooms.messages(id, range),
      onPage: ({ people }) => {
        parts.met(people)
        this.#changed()
      },
    })
    this.#pictures = new ComingPictures({ rows: () => this.log.rows, read: (from) => this.pages.readFrom(from) })
    this.rows = computed(() => (this.version.value, this.log.rows))
    this.pending = computed(() => (this.version.value, this.log.pending))
  }

  /** Reads the room and its newest page, and listens from there. Without a seat only the room itself is read. */
  async enter(): Promise<void> {
    try {
      const room = await this.#readRoom()
      // Whoever comes in has it taken away with the first page.
      if (!room.me.mayRead || this.isReady.peek()) this.trouble.value = undefined
      await this.#comeIn(room)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (!this.#isLeft) this.trouble.value = error
    }
  }

  /** Reads the room again, without its messages: seats and rules may have changed. Who is outside comes in where the door has opened. */
  async refresh(): Promise<void> {
    try {
      const { me } = await this.#readRoom()
      if (this.#isLeft || this.isReady.peek() || this.#isComingIn) return
      if (me.mayRead) await this.enter()
      else this.trouble.value = undefined
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      // Hidden since, from those who have not been asked in.
      if (error.code === 'not_found' && this.isAtDoor.peek()) this.trouble.value = error
      else this.refreshTrouble.value = error
    }
  }

  /** Something may be otherwise. Several changes at once are read once. */
  refreshSoon(): void {
    clearTimeout(this.#refreshing)
    this.#refreshing = setTimeout(() => void this.refresh(), refreshMs + Math.random() * spreadMs)
  }

  /**
   * Settings or counts as they are now, but for the people inside, whom one does not see from outside. False: it has to be read, since nothing is known, or an
   * answer is on its way that may be older.
   */
  tellChange(told: LiveEvents['room.updated']): boolean {
    const known = this.room.peek()
    const isKnown = known !== undefined && this.trouble.peek() === undefined && this.#latest?.turn === this.#asked
    if (isKnown) this.room.value = { ...known, ...told, people: known.people }
    return isKnown
  }

  /** What I changed, as it was answered: no answer that was on its way already takes it back. Others may have changed it since, when its own came late. */
  tellOwnChange(told: LiveEvents['room.updated']): void {
    const known = this.room.peek()
    if (known === undefined) return void this.refresh()
    const room = { ...known, ...told, people: known.people }
    this.#asked += 1
    this.#latest = { turn: this.#asked, answer: Promise.resolve(room) }
    this.room.value = room
    this.refreshSoon()
  }

  leave(): void {
    this.#isLeft = true
    this.pages.stop()
    this.typing.stop()
    this.#pictures.stop()
    clearTimeout(this.#refreshing)
    for (const stop of this.#stops) stop()
  }

  /** Once, however many find the door open at the same time. */
  async #comeIn(room: RoomAndMe): Promise<void> {
    if (!room.me.mayRead || this.isReady.value || this.#isComingIn) return
    this.#isComingIn = true
    try {
      await this.#showInside(room)
    } finally {
      this.#isComingIn = false
    }
  }

  async #showInside({ me, state }: RoomAndMe): Promise<void> {
    const readUpTo = me.readUpTo === null ? undefined : parsePlace(me.readUpTo)
    if (this.#isLeft) return
    // What I write is shown at once, and not with the messages.
    this.#showingOutgoing ??= this.#showOutgoing()
    await this.#readPages(readUpTo)
    if (this.#isLeft) return
    this.marker.startAt(readUpTo)
    batch(() => {
      this.trouble.value = undefined
      this.isReady.value = true
    })
    // What its first page tells of may have happened since the room was read.
    if (state !== 'closed' && this.log.rows.some((row) => this.#concernsMe(row))) this.refreshSoon()
    await Promise.race([this.#showingOutgoing, pause(patienceMs)])
    if (state === 'closed') this.isOver.value = true
    else if (!this.#isLeft) this.#listen()
  }

  /** What is shown then: an answer that was overtaken by a later one takes nothing back. */
  async #readRoom(): Promise<RoomAndMe> {
    // It answers for what was to be asked a moment later, too.
    clearTimeout(this.#refreshing)
    this.#asked += 1
    const turn = this.#asked
    const answer = this.#parts.rooms.one(this.id)
    const isAnswered = await answer.then(() => true, isNotFound)
    if (this.#latest !== undefined && turn < this.#latest.turn) return this.#latest.answer
    if (isAnswered) this.#latest = { turn, answer }
    const room = await answer
    this.refreshTrouble.value = undefined
    this.foundClosed ??= room.state === 'closed'
    this.room.value = room
    this.present.count.value = room.people
    return room
  }

  /** The newest, and back to where one stopped reading. */
  async #readPages(readUpTo: Place | undefined): Promise<void> {
    const { epoch, stored, state } = await this.pages.readNewest()
    this.log.tellStored({ epoch, seq: stored })
    if (state === 'closed') this.isOver.value = true
    if (readUpTo !== undefined) await this.pages.readBackTo(readUpTo)
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
    for (const message of await this.#kept()) if (!told.has(message.id)) this.log.tellOutgoing(message)
    this.#changed()
  }

  /** A storage that does not work, or not soon, is told where something is written; here it keeps nobody from hearing the room. */
  #kept(): Promise<Outgoing[]> {
    return this.#parts.outbox.of(this.id).catch(() => [])
  }

  #listen(): void {
    this.#stops.push(this.#parts.socket.listen(this.id, this.#ears(), this.log.newest))
  }

  #ears(): RoomEars {
    return {
      ready: ({ epoch, head, stored }) => {
        this.log.tellHead({ epoch, seq: head })
        this.log.tellStored({ epoch, seq: stored })
        // What could not be read while there was no connection may be read now.
        this.pages.holeTrouble.value = undefined
        this.#changed()
        void this.#readPeople()
      },
      entry: (entry) => {
        this.log.tellEntry(entry)
        if (entry.from !== null) this.typing.spoke(entry.from)
        if (this.#concernsMe(entry)) this.refreshSoon()
        if (entry.kind === 'closed') this.#end()
        this.#changed()
      },
      dropped: (kept) => {
        const isOther = this.log.rows.some((row) => isTakenBack(row, kept) && this.#concernsMe(row))
        this.log.tellDropped(kept)
        if (isOther) this.refreshSoon()
        this.#changed()
        void this.pages.readAgain().catch(() => undefined)
      },
      gap: (gap) => {
        this.log.tellHole(gap)
        this.refreshSoon()
        this.#changed()
        void this.pages.readMissed({ from: gap.from.seq + 1, to: gap.to.seq }).catch(() => undefined)
      },
      stored: (place) => {
        this.log.tellStored(place)
        this.#changed()
      },
      presence: (presence) => this.present.hear(presence),
      typing: (username) => this.typing.types(username),
      read: (place) => this.marker.heard(place),
      closed: () => {
        this.#end()
        this.refreshSoon()
      },
      ended: (reason) => {
        this.ended.value = reason
        void Promise.race([this.refresh(), pause(patienceMs)]).finally(() => (this.isEndKnown.value = true))
      },
    }
  }

  /** Nobody is here any more, and nobody types. */
  #end(): void {
    this.isOver.value = true
    this.typing.stop()
    this.present.tell({ count: 0, items: [] })
  }

  /** Entries after which the rules, or my own standing, may be others. What was missed, or taken back, may have been some of them. */
  #concernsMe({ kind, content }: Pick<Entry, 'kind' | 'content'>): boolean {
    if (kind === 'settings' || kind === 'closed') return true
    return moves.has(kind) && content !== null && readMove(content).who === this.#parts.me
  }

  async #readPeople(): Promise<void> {
    const now = await this.#parts.rooms.peopleNow(this.id).catch(() => undefined)
    if (now === undefined || this.#isLeft) return
    this.#parts.met(now.items)
    this.present.tell(now)
  }

  #changed(): void {
    this.version.value += 1
    if (!this.#isLeft) this.#pictures.look()
  }
}

const moves = new Set(['word', 'unword', 'join', 'leave', 'kick', 'ban', 'unban'])

/** That it is not there is an answer; that nothing could be asked is none. */
function isNotFound(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'not_found'
}
