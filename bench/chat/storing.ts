import { dirtyRooms } from '../../src/ledger/buffer.ts'
import { flushQueue } from '../../src/ledger/index.ts'
import type { RoomJob } from '../../src/ledger/flush-queue.ts'
import { createLog } from '../../src/platform/log.ts'
import { Doorbell } from '../../src/platform/queue.ts'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { waitFor } from '../../tools/wait.ts'
import { processorSeconds, usedBetween } from '../processor-time.ts'
import type { Site } from '../site/site.ts'

/** What it took until MySQL had everything. */
export interface Storing {
  seconds: number
  /** Of the worker, Redis and the database. */
  cpuSeconds: number
}

const withinMs = 120_000
const lookMs = 100
/** Rooms count from the moment of their first entry, by Redis' clock: those of this moment, too. */
const aheadMs = -2000
const rooms = 10_000

/**
 * Has the worker of a site store what it has acknowledged and not stored yet. On a site that happens up to a minute later, which would be in the rounds of others, at
 * their cost. The worker is rung for each room, as a server does for one that has many entries.
 */
export class Storekeeper {
  readonly #site: Site
  readonly #redis: Redis
  readonly #bell: Doorbell<RoomJob>

  constructor(site: Site) {
    const log = createLog({ level: 'warn', service: 'bench' })
    const url = site.redisUrl
    this.#site = site
    this.#redis = connectRedis({ url, purpose: 'commands', name: 'bench-storing', onError: () => undefined })
    this.#bell = new Doorbell({ url, definition: flushQueue, log })
  }

  /** Resolves when no room has anything that MySQL lacks. Throws when that takes two minutes. */
  async storeAll(): Promise<Storing> {
    const before = processorSeconds(this.#pids())
    const began = performance.now()
    for (const room of await this.#unstored()) await this.#bell.ring({ room })
    const isTrue = async (): Promise<boolean> => (await this.#unstored()).length === 0
    const outcome = await waitFor({ isTrue, withinMs, everyMs: lookMs })
    if (outcome !== 'yes') throw new Error(`not everything was stored within ${withinMs / 1000} s`)
    const seconds = (performance.now() - began) / 1000
    const used = usedBetween(before, processorSeconds(this.#pids()))
    return { seconds, cpuSeconds: Object.values(used).reduce((sum, each) => sum + each, 0) }
  }

  async stop(): Promise<void> {
    await this.#bell.close()
    await closeRedis(this.#redis)
  }

  #unstored(): Promise<readonly number[]> {
    return dirtyRooms(this.#redis, aheadMs, rooms)
  }

  #pids(): Record<string, number> {
    const { redis = 0, database = 0, ...others } = this.#site.pids()
    const workers = Object.entries(others).filter(([part]) => part.startsWith('worker-'))
    return { redis, database, ...Object.fromEntries(workers) }
  }
}
