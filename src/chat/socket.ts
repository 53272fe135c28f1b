import { formatPlace } from '../ledger/index.ts'
import type { Ledger, Place } from '../ledger/index.ts'
import { Problem } from '../platform/errors.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import { isOutage } from '../platform/outage.ts'
import { refOf } from '../platform/ws/connection.ts'
import type { Connection, ConnectionHandlers, Ref } from '../platform/ws/connection.ts'
import { can } from './access.ts'
import type { KnownRooms } from './access.ts'
import { catchUp } from './channels.ts'
import type { Channels } from './channels.ts'
import { sendClosed } from './endings.ts'
import type { ClientFrame, FrameOf, KeptFrame } from './frames.ts'
import { Lanes } from './lanes.ts'
import { memberOf } from './member-store.ts'
import type { Names } from './names.ts'
import type { ReadMarkers } from './read-markers.ts'
import type { AnswerBody } from './server-frames.ts'
import type { RoomChannel } from './room.ts'
import { prepare, requireKept } from './speech.ts'
import type { SpeechRates } from './speech-rates.ts'
import { roomById } from './store.ts'
import type { Room } from './store.ts'
import { Subscription } from './subscription.ts'
import type { Whispers } from './whispers.ts'

export interface SocketParts {
  sql: Sql
  ledger: Ledger
  rooms: KnownRooms
  channels: Channels
  names: Names
  markers: ReadMarkers
  whispers: Whispers
  rates: SpeechRates
  readFrame: (value: unknown) => ClientFrame
  roomsPerSocket: number
  log: Log
}

/** What one client does over its socket: frame in, one answer for each `ref`, and its subscriptions. */
export class ChatSocket implements ConnectionHandlers {
  readonly #parts: SocketParts
  readonly #connection: Connection
  readonly #lanes: Lanes
  readonly #subscriptions = new Map<RoomId, { subscription: Subscription; channel: RoomChannel | undefined }>()
  readonly #typedAt = new Map<RoomId, number>()

  constructor(parts: SocketParts, connection: Connection) {
    this.#parts = parts
    this.#connection = connection
    this.#lanes = new Lanes(parts.ledger)
    parts.names.met(connection.viewer.account, connection.viewer.username)
  }

  frame(value: unknown): void {
    try {
      this.#handle(this.#parts.readFrame(value))
    } catch (error) {
      this.#refuse(refOf(value), error)
    }
  }

  closed(): void {
    for (const { subscription } of [...this.#subscriptions.values()]) subscription.end()
  }

  #handle(frame: ClientFrame): void {
    switch (frame.type) {
      case 'send':
      case 'edit':
      case 'delete':
      case 'react':
        return this.#answerWith(frame.ref, this.#speak(frame))
      case 'subscribe':
        return this.#settle(frame.ref, this.#subscribe(frame))
      case 'unsubscribe':
        this.#subscriptions.get(frame.room)?.subscription.end()
        return this.#answer(frame.ref, { type: 'ok' })
      case 'typing':
        return this.#typing(frame.room)
      case 'read':
        this.#read(frame)
        return this.#answer(frame.ref, { type: 'ok' })
      case 'ping':
        return this.#answer(frame.ref, { type: 'pong', now: new Date().toISOString() })
      default:
        return frame satisfies never
    }
  }

  /** ① of the life of a message: to the ledger in the order of arrival, acknowledged when the ledger has it. */
  async #speak(frame: KeptFrame): Promise<AnswerBody> {
    const { viewer } = this.#connection
    this.#parts.rates.take(viewer.account)
    const outcome = await this.#lanes.say(frame.room, () => prepare(this.#parts, viewer, frame))
    const { place, at, isDuplicate, kept } = requireKept(outcome)
    return {
      type: 'ack',
      room: String(frame.room),
      id: frame.id,
      ...place,
      at: new Date(at).toISOString(),
      duplicate: isDuplicate,
      kept,
    }
  }

  /** A second subscription to a room takes the place of the first. */
  async #subscribe(frame: FrameOf<'subscribe'>): Promise<void> {
    const after = placeAfter(frame)
    this.#subscriptions.get(frame.room)?.subscription.end()
    if (this.#subscriptions.size >= this.#parts.roomsPerSocket) {
      throw new Problem('conflict', { detail: `At most ${this.#parts.roomsPerSocket} rooms on one socket` })
    }
    const subscription = new Subscription(this.#connection, () => this.#ended(frame.room, subscription))
    this.#subscriptions.set(frame.room, { subscription, channel: undefined })
    try {
      await this.#listen(frame, subscription, after)
    } catch (error) {
      subscription.end()
      throw error
    }
  }

  /**
   * Whether the person may listen is asked before anything is started for them, and again when nothing can be missed any
   * more: who is put out in between is found by the second look or heard by the subscription.
   */
  async #listen(frame: FrameOf<'subscribe'>, subscription: Subscription, after: Place | undefined): Promise<void> {
    const { ledger, channels } = this.#parts
    await this.#requireReader(frame.room, subscription)
    const channel = await channels.attach(frame.room, subscription)
    if (subscription.isEnded) {
      channel.remove(subscription)
      throw endedEarly()
    }
    this.#subscriptions.set(frame.room, { subscription, channel })
    const room = await this.#requireReader(frame.room, subscription)
    const answer = (body: AnswerBody): void => this.#answer(frame.ref, body)
    const isTold = await catchUp(ledger, channel, subscription, { after, answer })
    if (!isTold) throw endedEarly()
    if (room.state !== 'open') return sendClosed(subscription, frame.room, channel.follow.last)
    channel.welcome(subscription)
    this.#tellPresence(channel)
  }

  async #requireReader(id: RoomId, subscription: Subscription): Promise<Room> {
    const { sql } = this.#parts
    const { viewer } = this.#connection
    const [room, member] = await Promise.all([roomById(sql, id), memberOf(sql, id, viewer.account)])
    if (room === undefined) throw new Problem('not_found')
    if (!can(viewer, 'read', room, member?.standing)) throw new Problem('not_member')
    subscription.memberVersion = member?.version ?? 0
    return room
  }

  #tellPresence(channel: RoomChannel): void {
    const { count } = channel.presence
    if (count !== undefined) this.#connection.send({ type: 'presence', room: String(channel.room), count })
  }

  #ended(room: RoomId, subscription: Subscription): void {
    const current = this.#subscriptions.get(room)
    if (current?.subscription !== subscription) return
    this.#subscriptions.delete(room)
    this.#typedAt.delete(room)
    current.channel?.remove(subscription)
  }

  /** Said to the others at most every two seconds; not kept, not answered, dropped first. */
  #typing(room: RoomId): void {
    if (this.#subscriptions.get(room)?.channel === undefined) return
    const now = performance.now()
    if (now - (this.#typedAt.get(room) ?? -Infinity) < typingMs) return
    this.#typedAt.set(room, now)
    const { account, username } = this.#connection.viewer
    this.#parts.whispers.say(room, { type: 'typing', account, name: username })
  }

  /** Nobody can have read what has not been told. */
  #read({ room, epoch, seq }: FrameOf<'read'>): void {
    const channel = this.#subscriptions.get(room)?.channel
    if (channel === undefined) throw new Problem('conflict', { detail: 'Subscribe to the room first' })
    const { last } = channel.follow
    if (epoch > last.epoch || seq > last.seq) {
      const detail = `The room ends at ${formatPlace(last)}`
      throw new Problem('bad_input', { errors: [{ pointer: '/seq', code: 'not_kept', detail }] })
    }
    const { account } = this.#connection.viewer
    this.#parts.markers.move({ account, room, place: { epoch, seq } })
    this.#parts.whispers.say(room, { type: 'read', account, connection: this.#connection.id, epoch, seq })
  }

  #answerWith(ref: Ref, work: Promise<AnswerBody>): void {
    work.then(
      (body) => this.#answer(ref, body),
      (error: unknown) => this.#refuse(ref, error),
    )
  }

  /** For work that answers by itself, unless it fails. */
  #settle(ref: Ref, work: Promise<void>): void {
    work.catch((error: unknown) => this.#refuse(ref, error))
  }

  #answer(ref: Ref, body: AnswerBody): void {
    this.#connection.send({ ...body, ref })
  }

  #refuse(ref: Ref | undefined, error: unknown): void {
    if (error instanceof Problem) return this.#connection.refuse(ref, error)
    const isAway = isOutage(error)
    const facts = { err: error, connection: this.#connection.id }
    if (isAway) this.#parts.log.warn(facts, 'MySQL or Redis is away')
    else this.#parts.log.error(facts, 'a frame failed')
    this.#connection.refuse(ref, new Problem(isAway ? 'unavailable' : 'internal', { retryAfter: 1 }))
  }
}

const typingMs = 2000

function endedEarly(): Problem {
  return new Problem('conflict', { detail: 'The subscription ended before it began' })
}

function placeAfter({ epoch, after }: FrameOf<'subscribe'>): Place | undefined {
  if (epoch !== undefined && after !== undefined) return { epoch, seq: after }
  if (epoch === undefined && after === undefined) return undefined
  const detail = '`epoch` and `after` go together'
  throw new Problem('bad_input', { errors: [{ pointer: '/after', code: 'incomplete', detail }] })
}
