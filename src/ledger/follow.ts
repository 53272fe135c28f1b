import type { Broker } from '../platform/broker.ts'
import type { RoomId } from '../platform/ids.ts'
import { Ticker } from '../platform/lifecycle.ts'
import * as buffer from './buffer.ts'
import type { Follow, RoomEvent } from './contract.ts'
import { asleepAmong } from './ledger-store.ts'
import { RoomFollower } from './room-follower.ts'
import type { RoomFollowerParts } from './room-follower.ts'

export interface FollowParts extends RoomFollowerParts {
  broker: Pick<Broker, 'subscribe' | 'onResubscribed'>
  headCheckMs: number
}

/**
 * The rooms that this server listens to. Pub/sub is the fast path and at most once; what it misses is found by sequence
 * numbers, by a look at all heads every few seconds, and after every reconnect of the subscriber.
 */
export class Followers {
  readonly #parts: FollowParts
  readonly #rooms = new Map<RoomId, Set<RoomFollower>>()
  readonly #ticker: Ticker
  readonly #forgetBroker: () => void

  constructor(parts: FollowParts) {
    this.#parts = parts
    const onError = (error: unknown): void => parts.log.warn({ err: error }, 'heads could not be compared')
    this.#forgetBroker = parts.broker.onResubscribed(() => void this.compareHeads().catch(onError))
    this.#ticker = new Ticker({ everyMs: parts.headCheckMs, work: () => this.compareHeads(), onError }).start()
  }

  async follow(room: RoomId, listener: (event: RoomEvent) => void): Promise<Follow> {
    const follower = new RoomFollower(this.#parts, room, listener, () => this.#forget(room, follower))
    const followers = this.#rooms.get(room) ?? new Set()
    this.#rooms.set(room, followers.add(follower))
    try {
      await follower.start()
    } catch (error) {
      follower.stop()
      throw error
    }
    return follower
  }

  /** Makes every follower that is behind catch up. A room that sleeps is left alone. */
  async compareHeads(): Promise<void> {
    const rooms = [...this.#rooms.keys()]
    if (rooms.length === 0) return
    const heads = await buffer.heads(this.#parts.redis, rooms)
    const absent = rooms.filter((room) => heads.get(room) === undefined)
    const asleep = await asleepAmong(this.#parts.sql, absent)
    for (const room of rooms) {
      if (asleep.has(room)) continue
      for (const follower of this.#rooms.get(room) ?? []) follower.compare(heads.get(room))
    }
  }

  async stop(): Promise<void> {
    this.#forgetBroker()
    await this.#ticker.stop()
    for (const followers of this.#rooms.values()) for (const follower of followers) follower.stop()
  }

  #forget(room: RoomId, follower: RoomFollower): void {
    const followers = this.#rooms.get(room)
    followers?.delete(follower)
    if (followers?.size === 0) this.#rooms.delete(room)
  }
}
