import { formatPlace } from '../ledger/index.ts'
import type { Place } from '../ledger/index.ts'
import { causeNow } from '../platform/cause.ts'
import { Problem } from '../platform/errors.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { isOutage } from '../platform/outage.ts'
import { refOf } from '../platform/ws/client-frame.ts'
import type { Ref } from '../platform/ws/client-frame.ts'
import type { Connection, ConnectionHandlers } from '../platform/ws/connection.ts'
import { readableRoom } from './access.ts'
import type { KnownRooms } from './access.ts'
import type { ClientFrame, FrameOf, KeptFrame } from './frames.ts'
import { Lanes } from './lanes.ts'
import { Listening } from './listening.ts'
import type { ListeningParts } from './listening.ts'
import type { PictureParts } from './message-pictures.ts'
import type { Names } from './names.ts'
import type { ReadMarkers } from './read-markers.ts'
import type { AnswerBody } from './server-frames.ts'
import { keptIn } from './outcome.ts'
import type { Kept } from './outcome.ts'
import { prepare } from './speech.ts'
import type { Sends } from './sends.ts'
import type { SpeechRates } from './speech-rates.ts'
import type { Whispers } from './whispers.ts'

export interface SocketParts extends ListeningParts {
  rooms: KnownRooms
  names: Names
  markers: ReadMarkers
  whispers: Whispers
  rates: SpeechRates
  sends: Sends
  media: PictureParts['media']
  readFrame: (value: unknown) => ClientFrame
  log: Log
}

/** What one client does over its socket: frames in, and one answer for each `ref`. */
export class ChatSocket implements ConnectionHandlers {
  readonly #parts: SocketParts
  readonly #connection: Connection
  readonly #lanes: Lanes
  readonly #listening: Listening

  constructor(parts: SocketParts, connection: Connection) {
    this.#parts = parts
    this.#connection = connection
    this.#lanes = new Lanes(parts.ledger)
    this.#listening = new Listening(parts, connection)
    parts.names.met(connection.viewer.account, connection.viewer.username)
  }

  frame(value: unknown): void | Promise<void> {
    try {
      return this.#handle(this.#parts.readFrame(value))
    } catch (error) {
      this.#refuse(refOf(value), error)
    }
  }

  closed(): void {
    this.#listening.close()
  }

  #handle(frame: ClientFrame): void | Promise<void> {
    switch (frame.type) {
      case 'send':
      case 'edit':
      case 'delete':
      case 'react':
        return this.#speak(frame)
      case 'subscribe':
        return this.#subscribe(frame)
      case 'unsubscribe':
        this.#listening.unsubscribe(frame.room)
        return this.#answer(frame.ref, { type: 'ok' })
      case 'typing':
        return this.#typing(frame.room)
      case 'read':
        return this.#read(frame)
      case 'ping':
        return this.#answer(frame.ref, { type: 'pong', now: new Date().toISOString() })
      default:
        return frame satisfies never
    }
  }

  /** ① of the life of a message: to the ledger in the order of arrival, acknowledged when the ledger has it. */
  async #speak(frame: KeptFrame): Promise<void> {
    const { viewer } = this.#connection
    const said = { room: frame.room, sender: viewer.account, id: frame.id }
    const { sends, rates } = this.#parts
    sends.began(said)
    try {
      rates.take(viewer.account)
      const outcome = await this.#lanes.say(frame.room, () => prepare(this.#parts, viewer, frame))
      const kept = outcome.type === 'kept' ? outcome : await keptIn(this.#parts, frame.room, viewer, outcome)
      sends.kept(said, kept.isDuplicate)
      this.#answer(frame.ref, ackOf(frame, kept))
    } catch (error) {
      sends.failed(said, error)
      this.#refuse(frame.ref, error)
    }
  }

  /** Answered when the client has been told what it missed. */
  #subscribe(frame: FrameOf<'subscribe'>): Promise<void> {
    return this.#listening
      .subscribe(frame, (body) => this.#answer(frame.ref, body))
      .catch((error: unknown) => this.#refuse(frame.ref, error))
  }

  /** Not kept, not answered, dropped first. */
  #typing(room: RoomId): void {
    const listening = this.#listening.in(room)
    if (listening === undefined || !listening.subscription.mayTellTyping(performance.now())) return
    const { account, username } = this.#connection.viewer
    this.#parts.whispers.say(room, { type: 'typing', account, name: username })
  }

  /** Where one listens the end is known here. Elsewhere it is looked up, as in a room that one comes to when it is closed. */
  #read(frame: FrameOf<'read'>): void | Promise<void> {
    const channel = this.#listening.in(frame.room)?.channel
    if (channel !== undefined) return this.#mark(frame, channel.follow.last)
    return this.#endOf(frame.room)
      .then((last) => this.#mark(frame, last))
      .catch((error: unknown) => this.#refuse(frame.ref, error))
  }

  /** Error: `not_found`, also for a room that one may not read. */
  async #endOf(room: RoomId): Promise<Place> {
    await readableRoom(this.#parts.sql, this.#connection.viewer, room)
    return this.#parts.ledger.head(room)
  }

  /** Nobody can have read what has not been told. */
  #mark({ ref, room, epoch, seq }: FrameOf<'read'>, last: Place): void {
    if (epoch > last.epoch || seq > last.seq) {
      const detail = `The room ends at ${formatPlace(last)}`
      throw new Problem('bad_input', { errors: [{ pointer: '/seq', code: 'not_kept', detail }] })
    }
    const { account } = this.#connection.viewer
    this.#parts.markers.move({ account, room, place: { epoch, seq } })
    this.#parts.whispers.say(room, { type: 'read', account, connection: this.#connection.id, epoch, seq })
    this.#answer(ref, { type: 'ok' })
  }

  #answer(ref: Ref, body: AnswerBody): void {
    this.#connection.send({ ...body, ref })
  }

  #refuse(ref: Ref | undefined, error: unknown): void {
    const problem = error instanceof Problem ? error : this.#unexpected(error)
    causeNow()?.span?.fail(problem.code)
    this.#connection.refuse(ref, problem)
  }

  #unexpected(error: unknown): Problem {
    const isAway = isOutage(error)
    if (isAway) this.#parts.log.warn({ err: error }, 'MySQL or Redis is away')
    else this.#parts.log.error({ err: error }, 'a frame failed')
    return new Problem(isAway ? 'unavailable' : 'internal', { retryAfter: 1 })
  }
}

function ackOf({ room, id }: KeptFrame, { place, at, isDuplicate, kept }: Kept): AnswerBody {
  const time = new Date(at).toISOString()
  return { type: 'ack', room: String(room), id, ...place, at: time, duplicate: isDuplicate, kept }
}
