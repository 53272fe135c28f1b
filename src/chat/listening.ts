import type { Ledger, Place } from '../ledger/index.ts'
import { Problem } from '../platform/errors.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Connection } from '../platform/ws/connection.ts'
import { can, requireVisible } from './access.ts'
import type { AccessParts } from './access.ts'
import { catchUp } from './channels.ts'
import type { Channels } from './channels.ts'
import { sendClosed } from './endings.ts'
import type { FrameOf } from './frames.ts'
import type { RoomChannel } from './room.ts'
import type { AnswerBody } from './server-frames.ts'
import type { Room } from './store.ts'
import { Subscription } from './subscription.ts'

export interface ListeningParts extends AccessParts {
  ledger: Ledger
  channels: Channels
  roomsPerSocket: number
}

/** The rooms that one client listens to. */
export class Listening {
  readonly #parts: ListeningParts
  readonly #connection: Connection
  readonly #rooms = new Map<RoomId, { subscription: Subscription; channel: RoomChannel | undefined }>()

  constructor(parts: ListeningParts, connection: Connection) {
    this.#parts = parts
    this.#connection = connection
  }

  /** Undefined until the room is followed, and after the subscription ended. */
  in(room: RoomId): { subscription: Subscription; channel: RoomChannel } | undefined {
    const listening = this.#rooms.get(room)
    if (listening?.channel === undefined) return undefined
    return { subscription: listening.subscription, channel: listening.channel }
  }

  /**
   * Tells what was missed, answers, and goes on telling. A second subscription to a room takes the place of the first.
   * Errors: `not_found`, `not_member`, `bad_input`, `conflict` (too many rooms, or ended meanwhile).
   */
  async subscribe(frame: FrameOf<'subscribe'>, answer: (body: AnswerBody) => void): Promise<void> {
    const after = placeAfter(frame)
    this.unsubscribe(frame.room)
    if (this.#rooms.size >= this.#parts.roomsPerSocket) {
      throw new Problem('conflict', { detail: `At most ${this.#parts.roomsPerSocket} rooms on one socket` })
    }
    const subscription = new Subscription(this.#connection, () => this.#ended(frame.room, subscription))
    this.#rooms.set(frame.room, { subscription, channel: undefined })
    try {
      await this.#listen(frame.room, subscription, { after, answer })
    } catch (error) {
      subscription.end()
      throw error
    }
  }

  unsubscribe(room: RoomId): void {
    this.#rooms.get(room)?.subscription.end()
  }

  close(): void {
    for (const { subscription } of [...this.#rooms.values()]) subscription.end()
  }

  /**
   * Whether the person may listen is asked before anything is started for them, and again when nothing can be missed any
   * more: who is put out in between is found by the second look or heard by the subscription.
   */
  async #listen(
    room: RoomId,
    subscription: Subscription,
    resume: { after: Place | undefined; answer: (body: AnswerBody) => void },
  ): Promise<void> {
    await this.#requireReader(room, subscription)
    const channel = await this.#attach(room, subscription)
    const { state } = await this.#requireReader(room, subscription)
    const isTold = await catchUp(this.#parts.ledger, channel, subscription, resume)
    if (!isTold) throw endedEarly()
    if (channel.ended !== undefined) return sendClosed(subscription, room, channel.ended)
    if (state !== 'open') return
    channel.welcome(subscription)
    this.#tellPresence(channel)
  }

  async #attach(room: RoomId, subscription: Subscription): Promise<RoomChannel> {
    const channel = await this.#parts.channels.attach(room, subscription)
    if (subscription.isEnded) {
      channel.remove(subscription)
      throw endedEarly()
    }
    this.#rooms.set(room, { subscription, channel })
    return channel
  }

  async #requireReader(id: RoomId, subscription: Subscription): Promise<Room> {
    const { viewer } = this.#connection
    const { room, member } = await requireVisible(this.#parts, viewer, id)
    if (!can(viewer, 'read', room, member?.standing)) throw new Problem('not_member')
    subscription.memberVersion = member?.version ?? 0
    return room
  }

  #tellPresence(channel: RoomChannel): void {
    const { count } = channel.presence
    if (count !== undefined) this.#connection.send({ type: 'presence', room: String(channel.room), count })
  }

  #ended(room: RoomId, subscription: Subscription): void {
    const current = this.#rooms.get(room)
    if (current?.subscription !== subscription) return
    this.#rooms.delete(room)
    current.channel?.remove(subscription)
  }
}

function endedEarly(): Problem {
  return new Problem('conflict', { detail: 'The subscription ended before it began' })
}

function placeAfter({ epoch, after }: FrameOf<'subscribe'>): Place | undefined {
  if (epoch !== undefined && after !== undefined) return { epoch, seq: after }
  if (epoch === undefined && after === undefined) return undefined
  const detail = '`epoch` and `after` go together'
  throw new Problem('bad_input', { errors: [{ pointer: '/after', code: 'incomplete', detail }] })
}
