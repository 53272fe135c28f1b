import { formatPlace } from '../ledger/index.ts'
import type { AppendOutcome, Place } from '../ledger/index.ts'
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
import type { Speaker } from './lanes.ts'
import { Listening } from './listening.ts'
import type { ListeningParts } from './listening.ts'
import type { PictureParts } from './message-pictures.ts'
import type { Names } from './names.ts'
import type { ReadMarkers } from './read-markers.ts'
import type { Answer, AnswerBody } from './server-frames.ts'
import { refuse } from './outcome.ts'
import type { Kept } from './outcome.ts'
import { prepare } from './speech.ts'
import type { Said, Sends } from './sends.ts'
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

/** What is left of a frame while the ledger has its words: what its answer names. */
interface Line extends Said {
  ref: Ref
}

/** What one client does over its socket: frames in, and one answer for each `ref`. */
export class ChatSocket implements ConnectionHandlers, Speaker<Line> {
  readonly #parts: SocketParts
  readonly #connection: Connection
  readonly #lanes: Lanes<Line>
  readonly #listening: Listening

  constructor(parts: SocketParts, connection: Connection) {
    this.#parts = parts
    this.#connection = connection
    this.#lanes = new Lanes(parts.ledger, this)
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
  #speak(frame: KeptFrame): void | Promise<void> {
    const { viewer } = this.#connection
    const line = { room: frame.room, sender: viewer.account, id: frame.id, ref: frame.ref }
    this.#parts.sends.began(line)
    try {
      this.#parts.rates.take(viewer.account)
    } catch (error) {
      return this.failed(line, error)
    }
    return this.#lanes.say(line, () => prepare(this.#parts, viewer, frame))
  }

  told(line: Line, outcome: AppendOutcome): void | Promise<void> {
    if (outcome.type !== 'kept') {
      const { viewer } = this.#connection
      return refuse(this.#parts, line.room, viewer, outcome).catch((error: unknown) => this.failed(line, error))
    }
    try {
      this.#parts.sends.kept(line, outcome.isDuplicate)
      this.#connection.send(ackOf(line, outcome))
    } catch (error) {
      this.failed(line, error)
    }
  }

  failed(line: Line, error: unknown): void {
    this.#parts.sends.failed(line, error)
    this.#refuse(line.ref, error)
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

function ackOf({ ref, room, id }: Line, { place, at, isDuplicate, kept }: Kept): Answer {
  const { epoch, seq } = place
  const time = new Date(at).toISOString()
  return { type: 'ack', room: String(room), id, epoch, seq, at: time, duplicate: isDuplicate, kept, ref }
}
