import assert from 'node:assert/strict'
import { keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import { Followers } from '../../src/ledger/follow.ts'
import { samePlace } from '../../src/ledger/index.ts'
import type { Entry, Follow, RoomEvent } from '../../src/ledger/index.ts'
import type { Broker } from '../../src/platform/broker.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { alice, line } from './ledger.ts'
import { eventually } from './eventually.ts'
import type { LedgerSite } from './ledger.ts'

export type Happening = 'say' | 'hear' | 'lose' | 'delay' | 'release' | 'flush' | 'restart' | 'wipe' | 'look' | 'close'

/** Keeps what it is told as a client does, over a broker that may lose, double and delay. */
export class UnreliableListener {
  readonly #site: LedgerSite
  readonly #room: RoomId
  readonly #followers: Followers
  readonly #late: (() => void)[] = []
  #follow: Follow | undefined
  #mood: Happening = 'hear'
  #kept: Entry[] = []
  #hasEnded = false

  private constructor(site: LedgerSite, room: RoomId, broker: Broker) {
    this.#site = site
    this.#room = room
    const unreliable: Pick<Broker, 'subscribe' | 'onResubscribed'> = {
      subscribe: (channel, onMessage) => broker.subscribe(channel, (message) => this.#pass(() => onMessage(message))),
      onResubscribed: (listener) => broker.onResubscribed(listener),
    }
    this.#followers = new Followers({
      ...site.work,
      ...{ broker: unreliable, resumeMaxEntries: 1000, headCheckMs: 3_600_000 },
    })
  }

  static async of(site: LedgerSite, room: RoomId, broker: Broker): Promise<UnreliableListener> {
    const listener = new UnreliableListener(site, room, broker)
    listener.#follow = await listener.#followers.follow(room, (event) => listener.#hear(event))
    return listener
  }

  async live(happening: Happening): Promise<void> {
    const { ledger, redis, work } = this.#site
    switch (happening) {
      case 'say':
        return void (await ledger.append(this.#room, line('hello')))
      case 'hear':
      case 'lose':
      case 'delay':
        this.#mood = happening
        return
      case 'release':
        return this.#release()
      case 'flush':
        return void (await flushRoom(work, this.#room))
      case 'restart':
        return void (await redis.hset(keys.meta(this.#room), 'run', 'an earlier one'))
      case 'wipe':
        return void (await redis.flushall())
      case 'close':
        return void (await ledger.close(this.#room, { by: alice, requestId: undefined }))
      case 'look':
        return this.#followers.compareHeads()
      default:
        return happening satisfies never
    }
  }

  /** In the end, after one look at the heads, it must have what the history has. */
  async end(): Promise<void> {
    const { ledger } = this.#site
    this.#release()
    const head = await ledger.head(this.#room)
    await this.#followers.compareHeads()
    await eventually(() => this.#follow !== undefined && samePlace(this.#follow.last, head))
    assert.equal(this.#hasEnded, head.state === 'closed' && head.storedSeq === head.seq)
    await this.#followers.stop()
    assert.deepEqual(this.#kept, await ledger.entries(this.#room, { after: 0, upTo: 1000, limit: 1000 }))
  }

  #pass(deliver: () => void): void {
    if (this.#mood === 'delay') this.#late.push(deliver, deliver)
    else if (this.#mood !== 'lose') deliver()
  }

  #release(): void {
    for (const deliver of this.#late.splice(0)) deliver()
  }

  #hear(event: RoomEvent): void {
    assert.ok(!this.#hasEnded || event.type === 'epoch', 'nothing comes behind the end')
    switch (event.type) {
      case 'entries':
        assert.equal(event.entries[0]?.seq, this.#kept.length + 1, 'neither a hole nor a repeat')
        this.#kept.push(...event.entries)
        return
      case 'epoch':
        if (this.#hasEnded) assert.ok(event.keptUpTo.seq >= this.#kept.length, 'what has ended is not taken back')
        this.#kept = this.#kept.filter((entry) => entry.seq <= event.keptUpTo.seq)
        return
      case 'ended':
        assert.equal(event.last.seq, this.#kept.length, 'the end comes behind everything')
        assert.equal(this.#kept.at(-1)?.kind, 'closed')
        this.#hasEnded = true
        return
      case 'stored':
        return
      default:
        return event satisfies never
    }
  }
}
