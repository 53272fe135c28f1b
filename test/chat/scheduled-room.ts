import assert from 'node:assert/strict'
import type { Scheduler } from 'fast-check'
import { Channels, catchUp } from '../../src/chat/channels.ts'
import { sendClosed } from '../../src/chat/endings.ts'
import { Names } from '../../src/chat/names.ts'
import { Pictures } from '../../src/chat/pictures.ts'
import type { RoomChannel, RoomParts } from '../../src/chat/room.ts'
import { Subscription } from '../../src/chat/subscription.ts'
import { readFrame } from '../../src/commands/replay/frames.ts'
import type { Frame } from '../../src/commands/replay/frames.ts'
import { RoomView } from '../../src/commands/replay/room-view.ts'
import type { Entry, Follow, Place, RoomEvent } from '../../src/ledger/index.ts'
import { Problem } from '../../src/platform/errors.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import type { Log } from '../../src/platform/log.ts'
import type { Connection } from '../../src/platform/ws/connection.ts'
import { MovingRoom } from '../support/moving-room.ts'
import { framesIn } from '../support/text-frames.ts'

const room = 7 as RoomId
const resumeMaxEntries = 4
const quiet = { warn: () => undefined, debug: () => undefined, error: () => undefined } as unknown as Log
/** Of a presence push: later than any run ends. */
const coalesceMs = 5000

class OutOfReach extends Error {}

/**
 * A room on one server, and those who listen to it there. Whatever the server would wait for (a subscription of pub/sub, MySQL, a name, a
 * slow client) resolves when the scheduler says so.
 */
export class ScheduledRoom {
  readonly truth = new MovingRoom()
  readonly channels: Channels
  readonly listeners: ScheduledListener[] = []
  /** What stands at present: follows of the ledger, whispers and beats that are heard. */
  readonly open = { follows: 0, whispers: 0, beats: 0 }
  /** What must not be, in the order in which it was. */
  readonly faults: unknown[] = []
  readonly #scheduler: Scheduler
  readonly #followers = new Set<ScheduledFollow>()
  failures = 0

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
    this.channels = new Channels(this.#parts())
  }

  /** Resolves when it is this one's turn. */
  turn(what: string): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve(), what)
  }

  /** The ledger has something new: each follower hears of it in its own time. */
  changed(atOnce: number): void {
    for (const follower of this.#followers) void this.#deliver(follower, atOnce)
  }

  async #deliver(follower: ScheduledFollow, atOnce: number): Promise<void> {
    await this.turn('pub/sub')
    try {
      follower.catchUp(atOnce)
    } catch (error) {
      this.faults.push(error)
    }
  }

  resume = async (_: RoomId, after: Place, upTo: Place) => {
    await this.turn('resume')
    return this.truth.resume(after, upTo, resumeMaxEntries)
  }

  #parts(): RoomParts {
    const profiles = async (accounts: Iterable<AccountId>) => {
      await this.turn('names')
      return new Map([...accounts].map((id) => [id, { username: `person ${id}` }]))
    }
    const parts = {
      names: new Names({ profiles: profiles as never, log: quiet }),
      pictures: new Pictures({ read: async () => new Map(), log: quiet }),
      ledger: { follow: (_: RoomId, listener: (event: RoomEvent) => void) => this.#follow(listener) },
      whispers: { hear: () => this.#hearWhispers(), say: () => undefined },
      presence: {
        onBeat: () => this.#opened('beats'),
        enter: async () => (await this.turn('presence'), true),
        leave: () => undefined,
        counts: async () => new Map(),
      },
      ...{ coalesceMs, log: { ...quiet, error: ({ err }: { err: unknown }) => this.faults.push(err) } },
      atEndOfTurn: (tell: () => void) => void this.turn('the end of a turn').then(tell),
    }
    return parts as unknown as RoomParts
  }

  #opened(what: 'whispers' | 'beats' | 'follows'): () => void {
    this.open[what] += 1
    let isOpen = true
    return () => {
      if (isOpen) this.open[what] -= 1
      isOpen = false
    }
  }

  async #hearWhispers(): Promise<() => void> {
    const stop = this.#opened('whispers')
    try {
      await this.#standsOrFails('whispers')
      return stop
    } catch (error) {
      stop()
      throw error
    }
  }

  async #follow(listener: (event: RoomEvent) => void): Promise<Follow> {
    const forget = this.#opened('follows')
    assert.equal(this.open.follows, 1, 'a room is followed once')
    try {
      await this.#standsOrFails('follow')
    } catch (error) {
      forget()
      throw error
    }
    const follow = new ScheduledFollow(this.truth, listener, () => {
      forget()
      this.#followers.delete(follow)
    })
    this.#followers.add(follow)
    follow.start()
    return follow
  }

  async #standsOrFails(what: string): Promise<void> {
    await this.turn(what)
    if (this.failures === 0) return
    this.failures -= 1
    throw new OutOfReach(`no ${what} now`)
  }
}

/** As the ledger's own follower: told in order, and a while behind. */
class ScheduledFollow implements Follow {
  readonly storedSeq = 0
  last: Place
  #hasEnded = false
  readonly #truth: MovingRoom
  readonly #listener: (event: RoomEvent) => void
  readonly #onStop: () => void
  #recent: Entry[] = []
  #isStopped = false

  constructor(truth: MovingRoom, listener: (event: RoomEvent) => void, onStop: () => void) {
    this.#truth = truth
    this.#listener = listener
    this.#onStop = onStop
    this.last = truth.head
  }

  /** What is told before it stands: where the room had ended already. */
  start(): void {
    if (this.#truth.isEnded) this.#hear({ type: 'ended', last: this.last })
  }

  recent(afterSeq: number): Entry[] | undefined {
    if (afterSeq >= this.last.seq) return []
    const [oldest] = this.#recent
    if (oldest === undefined || oldest.seq > afterSeq + 1) return undefined
    return this.#recent.filter((entry) => entry.seq > afterSeq)
  }

  catchUp(atOnce: number): void {
    for (const event of this.#truth.eventsSince(this.last, atOnce)) if (!this.#isStopped) this.#hear(event)
  }

  stop(): void {
    this.#isStopped = true
    this.#onStop()
  }

  #hear(event: RoomEvent): void {
    if (event.type === 'ended') {
      if (this.#hasEnded) return
      this.#hasEnded = true
    } else if (event.type === 'epoch') {
      this.last = { epoch: event.epoch, seq: Math.min(this.last.seq, event.keptUpTo.seq) }
      this.#recent = this.#recent.filter((entry) => entry.seq <= this.last.seq)
    } else if (event.type === 'entries') {
      this.last = { epoch: event.epoch, seq: event.entries.at(-1)?.seq ?? this.last.seq }
      this.#recent.push(...event.entries)
    }
    this.#listener(event)
  }
}

/** Somebody with a client that keeps the rules of the protocol, on a connection that takes its time. */
export class ScheduledListener {
  readonly view = new RoomView()
  readonly account: AccountId
  ending: 'none' | 'put out' | 'closed' = 'none'
  readonly #room: ScheduledRoom
  #subscription: Subscription | undefined
  readonly #heard: string[] = []
  #epoch = 0
  /** What a page tells may be of an epoch that this server has not heard of yet. */
  #hasPaged = false
  /** The seq that must come next in this subscription; undefined before its first entry. */
  #next: number | undefined

  constructor(at: ScheduledRoom, account: AccountId) {
    this.#room = at
    this.account = account
    at.listeners.push(this)
  }

  get isListening(): boolean {
    return this.#subscription !== undefined
  }

  /** Like `Listening`, without the questions to MySQL of who may. False when it could not begin. */
  async subscribe(): Promise<boolean> {
    this.unsubscribe()
    if (this.ending !== 'none') return false
    let isOver = false
    let channel: RoomChannel | undefined
    const connection = this.#connection(() => isOver)
    const subscription = new Subscription(connection, () => {
      if (this.#subscription === subscription) this.#subscription = undefined
      isOver = true
      channel?.remove(subscription)
    })
    this.#subscription = subscription
    this.#next = undefined
    this.#hasPaged = false
    this.#epoch = 0
    try {
      channel = await this.#room.channels.attach(room, subscription)
      if (subscription.isEnded) {
        channel.remove(subscription)
        return false
      }
      const resume = {
        after: this.view.last,
        answer: (body: object) => this.#hear({ ...body } as Frame),
        pause: () => this.#room.turn('a pause'),
      }
      const isTold = await catchUp({ resume: this.#room.resume }, channel, subscription, resume)
      if (isTold && channel.ended !== undefined) sendClosed(subscription, room, channel.ended)
      else if (isTold) channel.welcome(subscription)
      return isTold
    } catch (error) {
      if (!(error instanceof OutOfReach || error instanceof Problem)) this.#room.faults.push(error)
      subscription.end()
      return false
    }
  }

  unsubscribe(): void {
    this.#subscription?.end()
  }

  #connection(isOver: () => boolean): Connection {
    const write = (bytes: Buffer): void => {
      assert.equal(isOver(), false, 'nothing is told to who has left')
      for (const json of framesIn(bytes)) {
        const frame = readFrame(JSON.stringify(json))
        if (frame instanceof Error) throw frame
        assert.ok(json['kind'] !== 'text' || json['from'] !== null, 'who speaks has a name')
        this.#hear(frame)
      }
    }
    const connection = {
      ...{ id: 'c', viewer: { account: this.account, username: `person ${this.account}` }, write },
      writeDroppable: write,
      refuse: () => undefined,
      close: () => assert.fail('nobody is that slow'),
      caughtUp: () => this.#room.turn('a slow client'),
    }
    return connection as unknown as Connection
  }

  #hear(frame: Frame): void {
    this.#heard.push(inShort(frame))
    switch (frame.type) {
      case 'entry':
        return this.#hearEntry(frame)
      case 'epoch':
        assert.ok(frame.epoch > this.#epoch, `no epoch comes twice: ${this.#heard.join(', ')}`)
        this.#epoch = frame.epoch
        this.view.beginEpoch(frame.epoch, frame.keptUpTo)
        if (this.#next !== undefined) this.#next = Math.min(this.#next, frame.keptUpTo.seq + 1)
        return
      case 'gap':
        this.#hasPaged = true
        this.#page(frame.to.seq)
        this.#next = frame.to.seq + 1
        return
      case 'subscribed':
        this.#epoch = frame.epoch
        this.view.beginEpoch(frame.epoch, frame.keptUpTo)
        return
      case 'unsubscribed':
        this.ending = 'put out'
        return
      case 'closed':
        assert.equal(this.ending, 'none', 'a room ends once')
        this.ending = 'closed'
        assert.deepEqual(
          { epoch: frame.epoch, seq: frame.lastSeq },
          this.#room.truth.head,
          'what ends has ended for good',
        )
        return
      default:
        return
    }
  }

  #hearEntry(frame: Extract<Frame, { type: 'entry' }>): void {
    assert.equal(this.ending, 'none', 'nothing comes behind the end')
    assert.equal(frame.seq, this.#next ?? frame.seq, `neither hole nor repeat: ${this.#heard.join(', ')}`)
    this.#next = frame.seq + 1
    const entry = { ...frame, body: frame.content?.body }
    if (this.view.apply(entry) !== 'hole') return
    assert.ok(this.#hasPaged, `a hole in what was told: ${this.#heard.join(', ')}`)
    this.#page(frame.seq)
    this.view.apply(entry)
  }

  /** By HTTP, which may know of a newer epoch already. */
  #page(upTo: number): void {
    const missed = this.#room.truth.entries.slice(this.view.last.seq, upTo)
    for (const { epoch, seq, id, kind, payload } of missed) {
      const { body } = JSON.parse(payload.toString()) as { body?: string }
      this.view.applyFolded({ epoch, seq, id, kind, body })
    }
  }
}

function inShort(frame: Frame): string {
  switch (frame.type) {
    case 'entry':
      return `${frame.epoch}:${frame.seq}`
    case 'epoch':
      return `epoch ${frame.epoch} kept up to ${frame.keptUpTo.epoch}:${frame.keptUpTo.seq}`
    case 'subscribed':
      return `subscribed in ${frame.epoch}`
    default:
      return frame.type
  }
}
