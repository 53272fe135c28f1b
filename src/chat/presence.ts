import { chunksOf } from '../platform/chunks.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import { Ticker } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'
import type { Redis } from '../platform/redis.ts'

/** Per room a sorted set of accounts by the time at which they count as gone unless a server renews them. */
const keys = {
  room: (room: RoomId) => `presence:room:${room}`,
  /** Rooms with people in them, by the time at which all of them count as gone unless they are renewed. */
  rooms: 'presence:rooms',
  /** Rooms into which somebody came since they were counted last. */
  moved: 'presence:moved',
}

const accountsAtOnce = 500
const roomsAtOnce = 1000
/** How often a person is renewed before they would count as gone. */
const beatsToLive = 3

/**
 * Who is connected in which room, over all servers. Each server renews its own people; those of a server that died vanish by
 * themselves. Somebody who left here and is still elsewhere is put back by the other server (see room-presence.ts).
 */
export class Presence {
  readonly #redis: Redis
  readonly #log: Log
  readonly #beatMs: number
  readonly #here = new Map<RoomId, Set<AccountId>>()
  readonly #onBeat = new Set<() => void>()
  readonly #ticker: Ticker
  #clockOffsetMs = 0

  constructor(parts: { redis: Redis; log: Log; beatMs: number }) {
    this.#redis = parts.redis
    this.#log = parts.log
    this.#beatMs = parts.beatMs
    this.#ticker = new Ticker({
      everyMs: parts.beatMs,
      work: () => this.#beat(),
      onError: (error) => parts.log.warn({ err: error }, 'presence could not be renewed; the next round does it'),
    }).start({ isImmediate: true })
  }

  /** Called after each renewal, when counts may have changed because a server died. Returns a function that forgets it. */
  onBeat(listener: () => void): () => void {
    this.#onBeat.add(listener)
    return () => this.#onBeat.delete(listener)
  }

  /** True if nobody knew of this person before: on no other server either. */
  async enter(room: RoomId, account: AccountId): Promise<boolean> {
    const here = this.#here.get(room) ?? new Set()
    this.#here.set(room, here.add(account))
    try {
      return (await this.#renew(room, [account])) > 0
    } catch (error) {
      this.#missed(error)
      return false
    }
  }

  leave(room: RoomId, account: AccountId): void {
    const here = this.#here.get(room)
    here?.delete(account)
    if (here?.size === 0) this.#here.delete(room)
    this.#redis.zrem(keys.room(room), account).catch((error: unknown) => this.#missed(error))
  }

  async count(room: RoomId): Promise<number> {
    return (await this.counts([room])).get(room) ?? 0
  }

  /** Some of those connected now, at most `limit`. Nobody when Redis is away. */
  async people(room: RoomId, limit: number): Promise<AccountId[]> {
    try {
      const found = await this.#redis.zrange(keys.room(room), `(${this.#now()}`, '+inf', 'BYSCORE', 'LIMIT', 0, limit)
      return found.map((account) => Number(account) as AccountId)
    } catch (error) {
      this.#log.warn({ err: error }, 'presence could not be read')
      return []
    }
  }

  /** People connected now. Rooms are missing in the answer when Redis is away. */
  async counts(rooms: readonly RoomId[]): Promise<Map<RoomId, number>> {
    try {
      const pipeline = this.#redis.pipeline()
      for (const room of rooms) pipeline.zcount(keys.room(room), `(${this.#now()}`, '+inf')
      const replies = (await pipeline.exec()) ?? []
      return new Map(rooms.map((room, index) => [room, Number(replies[index]?.[1] ?? 0)]))
    } catch (error) {
      this.#log.warn({ err: error }, 'presence could not be read')
      return new Map()
    }
  }

  async stop(): Promise<void> {
    await this.#ticker.stop()
    const pipeline = this.#redis.pipeline()
    for (const [room, accounts] of this.#here) pipeline.zrem(keys.room(room), ...accounts)
    this.#here.clear()
    await pipeline.exec().catch(() => undefined)
  }

  async #beat(): Promise<void> {
    await this.#readClock()
    for (const [room, accounts] of this.#here) {
      for (const some of chunksOf([...accounts], accountsAtOnce)) await this.#renew(room, some)
    }
    for (const listener of this.#onBeat) listener()
  }

  /** All servers go by the clock of Redis. */
  async #readClock(): Promise<void> {
    const [seconds, microseconds] = await this.#redis.time()
    this.#clockOffsetMs = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000) - Date.now()
  }

  #now(): number {
    return Date.now() + this.#clockOffsetMs
  }

  /** Answers how many of them nobody knew of. Whose time is over is gone first, so that who comes back is new. */
  async #renew(room: RoomId, accounts: readonly AccountId[]): Promise<number> {
    const lifeMs = beatsToLive * this.#beatMs
    const until = this.#now() + lifeMs
    const replies = await this.#redis
      .pipeline()
      .zremrangebyscore(keys.room(room), '-inf', this.#now())
      .zadd(keys.room(room), ...accounts.flatMap((account) => [until, account]))
      .pexpire(keys.room(room), lifeMs)
      .zadd(keys.rooms, 'GT', until, String(room))
      .exec()
    const added = Number(replies?.[1]?.[1] ?? 0)
    // After the coming: whoever takes the room from there counts who came.
    if (added > 0) await this.#redis.sadd(keys.moved, String(room))
    return added
  }

  #missed(error: unknown): void {
    this.#log.debug({ err: error }, 'presence waits for the next renewal')
  }
}

/**
 * Rooms into which somebody came since this was asked last, by whomever. Their number may have been another one for a moment and be again what it was: it
 * does not become that without somebody coming. Taken before people are counted. Rejects while Redis is away.
 */
export async function takeMoved(redis: Redis): Promise<Set<RoomId>> {
  return new Set((await redis.spop(keys.moved, roomsAtOnce)).map((room) => Number(room) as RoomId))
}

/** They could not be told of. */
export async function giveBackMoved(redis: Redis, rooms: ReadonlySet<RoomId>): Promise<void> {
  if (rooms.size > 0) await redis.sadd(keys.moved, ...[...rooms].map(String))
}

/** People connected now in each room that has or lately had some, by the clock of Redis. Rejects while Redis is away. */
export async function livePeople(redis: Redis): Promise<Map<RoomId, number>> {
  const [seconds, microseconds] = await redis.time()
  const now = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
  await redis.zremrangebyscore(keys.rooms, '-inf', String(now))
  const rooms = (await redis.zrange(keys.rooms, '0', '-1')).map((room) => Number(room) as RoomId)
  const people = new Map<RoomId, number>()
  for (const some of chunksOf(rooms, roomsAtOnce)) {
    const pipeline = redis.pipeline()
    for (const room of some) pipeline.zcount(keys.room(room), `(${now}`, '+inf')
    const replies = (await pipeline.exec()) ?? []
    replies.forEach(([error, count], index) => {
      if (error !== null) throw error
      people.set(some[index]!, Number(count))
    })
  }
  return people
}
