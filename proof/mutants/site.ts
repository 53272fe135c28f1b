import { join, resolve } from 'node:path'
import { Redis } from 'ioredis'
import { Part } from '../../test/support/part.ts'
import { createWorld } from '../../test/support/world.ts'
import type { World } from '../../test/support/world.ts'
import { freePort } from '../../tools/ports.ts'
import { until } from './patience.ts'
import { Proxy, toLoopback } from '../faults/proxy.ts'
import { limitsForLoad } from '../load/limits.ts'

export type ServerName = 'server-1' | 'server-2'
export type PartName = ServerName | 'worker-1' | 'worker-2'
export const partNames: readonly PartName[] = ['server-1', 'server-2', 'worker-1', 'worker-2']
const scripts: Readonly<Record<PartName, string>> = {
  'server-1': 'src/server.ts',
  'server-2': 'src/server.ts',
  'worker-1': 'workers/main.ts',
  'worker-2': 'workers/main.ts',
}

const longestMs = 60_000
/** A rule reads the logs: they must be there whole, however many scenarios were played. */
const longestLog = 50_000_000

/** Small, so that everything happens within seconds, and most of what is stored goes in bulk. */
const settings = {
  ...limitsForLoad,
  FLUSH_ENTRIES: 10,
  FLUSH_AGE_SECONDS: 1,
  FLUSH_SLICE_ENTRIES: 4,
  FLUSH_TRANSACTION_ENTRIES: 12,
  SWEEP_SECONDS: 1,
  CLOSING_RETRY_SECONDS: 1,
  HEAD_CHECK_SECONDS: 1,
  WITNESS_MS: 50,
  LOG_LEVEL: 'warn',
}

/**
 * One MySQL schema, one Redis and a proxy before each for every process; servers and workers are started on them from whatever tree, one
 * tree after the other, always at the same addresses.
 */
export class Site {
  readonly world: World
  readonly #ports: ReadonlyMap<PartName, number>
  readonly #links: ReadonlyMap<PartName, { redis: Proxy; database: Proxy }>
  /** Past all proxies. */
  readonly #redis: Redis
  #running = new Map<PartName, Part>()
  #isWhole = true

  private constructor(parts: {
    world: World
    ports: ReadonlyMap<PartName, number>
    links: ReadonlyMap<PartName, { redis: Proxy; database: Proxy }>
  }) {
    this.world = parts.world
    this.#ports = parts.ports
    this.#links = parts.links
    this.#redis = new Redis(parts.world.config.REDIS_URL, { protocol: 2 })
    this.#redis.on('error', () => undefined)
  }

  static async open(): Promise<Site> {
    const world = await createWorld()
    const ports = new Map<PartName, number>()
    const links = new Map<PartName, { redis: Proxy; database: Proxy }>()
    const [redis, database] = [portOf(world.config.REDIS_URL), portOf(world.config.DATABASE_URL)]
    for (const name of partNames) {
      ports.set(name, await freePort())
      links.set(name, {
        redis: await Proxy.open({ connect: toLoopback(redis) }),
        database: await Proxy.open({ connect: toLoopback(database) }),
      })
    }
    return new Site({ world, ports, links })
  }

  /** Of what runs now: nothing of it was taken out that would be missed. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  get transcriptsFolder(): string {
    return resolve(this.world.config.TRANSCRIPTS_FOLDER)
  }

  address(name: ServerName): string {
    return `http://127.0.0.1:${this.#ports.get(name)}`
  }

  link(name: PartName): { redis: Proxy; database: Proxy } {
    const link = this.#links.get(name)
    if (link === undefined) throw new Error(`there is no ${name}`)
    return link
  }

  /** These processes, of the code in this folder. Where it is whole, what a scenario waits for must come, however busy the machine is. */
  async start(
    root: string,
    names: readonly PartName[],
    { isWhole, changes = {} }: { isWhole: boolean; changes?: Readonly<Record<string, number>> | undefined },
  ): Promise<void> {
    this.#isWhole = isWhole
    for (const name of names) {
      const part = new Part(scripts[name], this.#ports.get(name) ?? 0, this.#envOf(name, root, changes), {
        root,
        longestLog,
      })
      this.#running.set(name, part)
      await part.start()
    }
    await Promise.all([...this.#running.values()].map((part) => part.ready()))
  }

  /** Waits for something to become true, as long as anybody would. What a mutant never lets come is waited for not longer than this. */
  until(isTrue: () => Promise<boolean> | boolean, ofMutantMs = longestMs): Promise<boolean> {
    return until(isTrue, this.#isWhole ? longestMs : ofMutantMs)
  }

  /** Up to where Redis has let go of a room's entries. */
  async bufferBase(room: string): Promise<number> {
    const bucket = String(Number(room) % 256).padStart(3, '0')
    return Number((await this.#redis.hget(`{b${bucket}}:room:${room}:meta`, 'base')) ?? 0)
  }

  logOf(name: PartName): string {
    return this.#running.get(name)?.log ?? ''
  }

  logs(): { name: string; text: string }[] {
    return [...this.#running].map(([name, { log }]) => ({ name, text: log }))
  }

  /** Ends the processes, and forgets the rooms that they had: a room that a mutant broke must not trouble the next. */
  async clear(): Promise<void> {
    await Promise.all([...this.#running.values()].map((part) => part.end('SIGTERM')))
    this.#running = new Map()
    for (const name of partNames) {
      this.link(name).redis.heal()
      this.link(name).database.heal()
    }
    const { sql } = this.world
    for (const table of roomTables) await sql(table).del()
    await this.#redis.flushall()
    await sql('event_relay').update({ last_position: 0 })
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((part) => part.end('SIGKILL')))
    for (const { redis, database } of this.#links.values()) await Promise.all([redis.close(), database.close()])
    this.#redis.disconnect()
    await this.world.close()
  }

  #envOf(name: PartName, root: string, changes: Readonly<Record<string, number>>): Record<string, string> {
    const { env, config } = this.world
    const port = String(this.#ports.get(name))
    const isWorker = name.startsWith('worker')
    return {
      ...env,
      ...Object.fromEntries(Object.entries({ ...settings, ...changes }).map(([key, value]) => [key, String(value)])),
      PUBLIC_ORIGIN: this.address('server-1'),
      REDIS_URL: through(config.REDIS_URL, this.link(name).redis),
      DATABASE_URL: through(config.DATABASE_URL, this.link(name).database),
      TRANSCRIPTS_FOLDER: this.transcriptsFolder,
      MEDIA_FOLDER: resolve(config.MEDIA_FOLDER),
      HOST: '127.0.0.1',
      SERVER_NAME: name,
      TZ: 'UTC',
      // Most of what a process does before it is ready is the same for all of them.
      NODE_COMPILE_CACHE: join(root, '.compiled'),
      ...(isWorker ? { WORKER_PORT: port } : { PORT: port }),
    }
  }
}

/** All that is of rooms and of what is posted; accounts and sessions stay. */
const roomTables = [
  ...['messages', 'ledgers', 'end_room', 'ledger_epochs', 'ledger_acked', 'ledger_parked', 'ledger_checkpoints'],
  ...['rooms', 'room_members', 'room_tellings', 'read_markers', 'notifications', 'notification_actors'],
  ...['posts', 'post_counts', 'post_tags', 'likes', 'comments', 'events', 'idempotency_keys'],
]

function portOf(url: string): number {
  return Number(new URL(url).port)
}

function through(url: string, link: Proxy): string {
  const led = new URL(url)
  led.port = String(link.port)
  return led.href
}
