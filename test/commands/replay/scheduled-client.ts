import type { Scheduler } from 'fast-check'
import type { Answer } from '../../../src/commands/replay/answer.ts'
import { readFrame } from '../../../src/commands/replay/frames.ts'
import type { Frame } from '../../../src/commands/replay/frames.ts'
import { RoomSession } from '../../../src/commands/replay/room-session.ts'
import type { SeenEntry } from '../../../src/commands/replay/room-view.ts'
import { formatPlace } from '../../../src/ledger/index.ts'
import type { Entry, Place, RoomEvent } from '../../../src/ledger/index.ts'
import { MovingRoom } from '../../support/moving-room.ts'

const room = '7'
const resumeMaxEntries = 4
const pageItems = 3

/** What becomes of the next entry on its way. */
export type Fate = 'comes' | 'is lost' | 'comes twice'

/** A client in a room, over connections that break; answers, pages and what is pushed come when the scheduler says so. */
export class ScheduledClient {
  readonly truth = new MovingRoom()
  readonly session: RoomSession
  fate: Fate = 'comes'
  readonly #scheduler: Scheduler
  #connection = 0
  /** Up to where this connection was told; undefined until it is subscribed. */
  #told: Place | undefined

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
    this.session = new RoomSession({
      room,
      line: {
        request: async (frame, answeredBy) =>
          (await this.#subscribe(frame as unknown as { epoch: number; after: number })) as Answer<typeof answeredBy>,
        page: (_, after) => this.#page(after),
        onLimited: () => undefined,
      },
    })
  }

  turn(what: string): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve(), what)
  }

  cut(): void {
    this.#connection += 1
    this.#told = undefined
    this.session.disconnected()
    this.session.connected()
  }

  /** Something has happened in the room: it is told some time. */
  async changed(): Promise<void> {
    const connection = this.#connection
    await this.turn('push')
    if (connection === this.#connection) this.#push()
  }

  #push(): void {
    if (this.#told === undefined) return
    const events = this.truth.eventsSince(this.#told, 1)
    this.#told = this.truth.head
    for (const event of events) this.#tell(event)
  }

  #tell(event: RoomEvent): void {
    if (event.type === 'epoch') {
      this.#hear({ type: 'epoch', epoch: event.epoch, keptUpTo: formatPlace(event.keptUpTo) })
    } else if (event.type === 'entries') {
      for (const entry of event.entries) this.#send(entry)
    }
  }

  #send(entry: Entry): void {
    const { fate } = this
    this.fate = 'comes'
    for (let times = { comes: 1, 'is lost': 0, 'comes twice': 2 }[fate]; times > 0; times -= 1)
      this.#hear(frameOf(entry))
  }

  async #subscribe(frame: { epoch: number; after: number }): Promise<Answer> {
    const connection = this.#connection
    await this.turn('subscribe')
    if (connection !== this.#connection) return { type: 'lost' }
    const { truth } = this
    const to = truth.head
    const missed = truth.resume({ epoch: frame.epoch, seq: frame.after }, to, resumeMaxEntries)
    if (missed.type === 'superseded') throw new Error('the server of this client knows everything at once')
    const kept = missed.keptUpTo && { keptUpTo: formatPlace(missed.keptUpTo) }
    if (kept !== undefined) this.#hear({ type: 'epoch', epoch: to.epoch, ...kept })
    if (missed.type === 'gap') this.#hear({ type: 'gap', from: formatPlace(missed.from), to: formatPlace(missed.to) })
    else for (const entry of missed.entries) this.#hear(frameOf(entry))
    this.#told = to
    const place = formatPlace(to)
    const said = {
      type: 'subscribed',
      ref: 1,
      epoch: to.epoch,
      head: to.seq,
      from: place,
      to: place,
      ...kept,
      stored: 0,
    }
    const answer = this.#hear({ ...said, recovered: missed.type === 'entries' })
    return { type: 'answered', frame: answer }
  }

  /** Read at one moment, heard at a later one, whatever becomes of the room or the connection in between. */
  async #page(after: Place): Promise<SeenEntry[]> {
    await this.turn('page is read')
    const messages = this.truth.entries.filter(({ seq, kind }) => seq > after.seq && kind !== 'edit')
    const page = messages.slice(0, pageItems).map(({ epoch, seq, id, kind, payload }) => {
      const { body } = JSON.parse(payload.toString()) as { body: string }
      return { epoch, seq, id, kind, body }
    })
    await this.turn('page is heard')
    return page
  }

  #hear(json: object): Extract<Frame, { room: string }> {
    const frame = readFrame(JSON.stringify({ room, ...json }))
    if (frame instanceof Error) throw frame
    if (!('room' in frame)) throw new Error('of no room')
    this.session.hear(frame)
    return frame
  }
}

function frameOf({ epoch, seq, id, kind, payload }: Entry): object {
  return { type: 'entry', epoch, seq, id, kind, content: JSON.parse(payload.toString()) as object }
}
