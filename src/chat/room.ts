import { systemSender } from '../ledger/index.ts'
import type { Entry, Follow, Ledger, Place, RoomEvent } from '../ledger/index.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import { entryFrames, epochFrame, pushFrame } from './entry-frame.ts'
import type { EntryFrames } from './entry-frame.ts'
import { GatheredEvents } from './gathered-events.ts'
import type { GatheringParts } from './gathered-events.ts'
import { readMember } from './message.ts'
import { NamedEvents, unnamedSpeakers } from './named-events.ts'
import type { Names } from './names.ts'
import type { Pictures } from './pictures.ts'
import { Replays } from './replays.ts'
import { RoomPresence } from './room-presence.ts'
import type { RoomPresenceParts } from './room-presence.ts'
import { sendAway, sendClosed } from './endings.ts'
import type { Sound, Subscription } from './subscription.ts'
import type { Whisper } from './whispers.ts'

export interface RoomParts extends RoomPresenceParts, GatheringParts {
  ledger: Ledger
  names: Names
  pictures: Pictures
  /** Hears what so many listeners here have just been told, once a batch. */
  onTold?: (room: RoomId, entries: readonly Entry[], listeners: number) => void
}

/**
 * A room on this server while somebody listens to it. It follows the ledger once, frames each event once, and fans out in the
 * ledger's order.
 */
export class RoomChannel {
  readonly room: RoomId
  readonly presence: RoomPresence
  readonly replays = new Replays()
  readonly #parts: RoomParts
  readonly #onEmpty: () => void
  readonly #subscriptions = new Set<Subscription>()
  readonly #present = new Set<Subscription>()
  readonly #events: NamedEvents
  readonly #gathered: GatheredEvents
  #follow: Follow | undefined
  #stopHearing: (() => void) | undefined
  #ended: Place | undefined
  #isStopped = false

  constructor(parts: RoomParts, room: RoomId, onEmpty: () => void) {
    this.room = room
    this.#parts = parts
    this.#onEmpty = onEmpty
    this.#gathered = new GatheredEvents(parts, room, (event) => this.#tell(event))
    this.#events = new NamedEvents(parts, (event) => this.#gathered.hear(event))
    this.presence = new RoomPresence(parts, room, (push) => {
      const bytes = pushFrame(push)
      for (const subscription of this.#subscriptions) subscription.hearDroppable(bytes)
    })
  }

  /** Resolves when nothing that happens in the room can be missed any more. */
  async start(): Promise<void> {
    this.#stopHearing = await this.#parts.whispers.hear(this.room, (whisper) => this.#heardWhisper(whisper))
    this.#follow = await this.#parts.ledger.follow(this.room, (event) => this.#events.hear(event))
    if (this.#isStopped) this.#stopListening()
  }

  /** Up to where the ledger has told this server. */
  get follow(): Follow {
    if (this.#follow === undefined) throw new Error('the channel has not started')
    return this.#follow
  }

  /** Where the room ended, when its listeners have been told so: for who comes later. */
  get ended(): Place | undefined {
    return this.#ended
  }

  add(subscription: Subscription): void {
    this.#subscriptions.add(subscription)
  }

  /** The subscriber is let in: from here on others see that they are here. */
  welcome(subscription: Subscription): void {
    if (!this.#subscriptions.has(subscription)) return
    this.#present.add(subscription)
    this.presence.entered(subscription.account, subscription.username)
  }

  remove(subscription: Subscription): void {
    if (!this.#subscriptions.delete(subscription)) return
    if (this.#present.delete(subscription)) this.presence.left(subscription.account)
    if (this.#subscriptions.size === 0) this.stop()
  }

  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#events.stop()
    this.#gathered.stop()
    this.presence.stop()
    this.#stopListening()
    this.#onEmpty()
  }

  /** Frames of entries, their speakers named, their pictures shown. Rejects while speakers cannot be looked up. */
  async framesOf(entries: readonly Entry[]): Promise<EntryFrames> {
    const { names, pictures } = this.#parts
    await Promise.all([names.learn(unnamedSpeakers(names, entries)), pictures.learn(pictures.unknownIn(entries))])
    return this.#frame(entries)
  }

  #stopListening(): void {
    this.#follow?.stop()
    this.#stopHearing?.()
  }

  #tell(event: RoomEvent): void {
    switch (event.type) {
      case 'entries':
        return this.#tellEntries(event)
      case 'epoch':
        return this.#tellEpoch(event)
      case 'stored':
        return this.#tellAll({
          type: 'notice',
          bytes: pushFrame({ type: 'stored', room: String(this.room), ...event.place }),
        })
      case 'ended':
        return this.#tellEnd(event.last)
      default:
        return event satisfies never
    }
  }

  #tellEpoch(event: { epoch: number; keptUpTo: Place }): void {
    const { epoch, keptUpTo } = event
    this.#tellAll({ type: 'epoch', epoch, keptSeq: keptUpTo.seq, bytes: epochFrame(this.room, epoch, keptUpTo) })
  }

  #tellEnd(last: Place): void {
    this.#ended = last
    for (const subscription of this.#subscriptions) sendClosed(subscription, this.room, last)
  }

  /** Who is put out hears that, and nothing behind it: so a batch is told in pieces that end with each going. */
  #tellEntries({ epoch, entries }: Extract<RoomEvent, { type: 'entries' }>): void {
    const listeners = this.#subscriptions.size
    let from = 0
    entries.forEach((entry, index) => {
      if (!endsSubscriptions(entry)) return
      this.#tellSome(epoch, entries.slice(from, index + 1))
      from = index + 1
      this.#sendAway(entry)
    })
    this.#tellSome(epoch, from === 0 ? entries : entries.slice(from))
    this.#parts.onTold?.(this.room, entries, listeners)
  }

  #tellSome(epoch: number, entries: readonly Entry[]): void {
    if (entries.length > 0) this.#tellAll({ type: 'entries', epoch, frames: this.#frame(entries) })
  }

  #tellAll(sound: Sound): void {
    for (const subscription of this.#subscriptions) subscription.hear(sound)
  }

  #frame(entries: readonly Entry[]): EntryFrames {
    const { names, pictures } = this.#parts
    return entryFrames(this.room, entries, (entry) => ({
      from: entry.sender === systemSender ? null : (names.of(entry.sender) ?? null),
      pictures: pictures.of(entry),
    }))
  }

  #sendAway(entry: Entry): void {
    const account = Number(readMember(entry)?.who.id)
    const version = Number(entry.id.split(':')[2])
    for (const subscription of this.#subscriptions) {
      const isTheirs = subscription.account === account && subscription.memberVersion < version
      if (isTheirs) sendAway(subscription, this.room, goings[entry.kind] ?? 'left')
    }
  }

  #heardWhisper(whisper: Whisper): void {
    switch (whisper.type) {
      case 'here':
        this.#parts.names.met(whisper.account, whisper.name)
        return this.presence.heardHere(whisper.name)
      case 'gone':
        return this.presence.heardGone(whisper.account, whisper.name)
      case 'typing': {
        const bytes = pushFrame({ type: 'typing', room: String(this.room), from: whisper.name })
        const others = [...this.#subscriptions].filter((subscription) => subscription.account !== whisper.account)
        return others.forEach((subscription) => subscription.hearDroppable(bytes))
      }
      case 'read': {
        const { epoch, seq } = whisper
        const bytes = pushFrame({ type: 'read', room: String(this.room), epoch, seq })
        return this.#otherSocketsOf(whisper).forEach((subscription) => subscription.hearDroppable(bytes))
      }
      default:
        return whisper satisfies never
    }
  }

  #otherSocketsOf(whisper: { account: AccountId; connection: string }): Subscription[] {
    return [...this.#subscriptions].filter(
      ({ account, connection }) => account === whisper.account && connection.id !== whisper.connection,
    )
  }
}

/** Kinds of entries with which somebody goes, and as what. */
const goings: Readonly<Record<string, 'left' | 'kicked' | 'banned'>> = { leave: 'left', kick: 'kicked', ban: 'banned' }

function endsSubscriptions(entry: Entry): boolean {
  return entry.sender === systemSender && entry.kind in goings
}
