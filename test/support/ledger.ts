import { randomUUIDv7 } from 'node:crypto'
import { createLedger, createLedgerWork } from '../../src/ledger/index.ts'
import type { Entry, Ledger, NewEntry, Roster, RoomsPort, Speak } from '../../src/ledger/index.ts'
import type { RecoveryParts } from '../../src/ledger/recovery.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { Metrics } from '../../src/platform/metrics.ts'
import type { Redis } from '../../src/platform/redis.ts'
import type { Config } from '../../src/config.ts'
import { connectTo } from './connections.ts'
import type { World } from './world.ts'

export const alice = 1 as AccountId
export const bob = 2 as AccountId
export const carol = 3 as AccountId

/** The rooms as the ledger's tests need them: who is in, by hand. */
export class TestRooms implements RoomsPort {
  readonly rosters = new Map<RoomId, Roster>()
  readonly closedRooms: RoomId[] = []
  readonly sealedRooms: RoomId[] = []

  put(room: RoomId, members: AccountId[], speak: Speak = 'members'): void {
    const version = members.length
    this.rosters.set(room, {
      rules: { speak, paceMs: 0, version: 0 },
      version,
      members: members.map((account, index) => ({ account, version: index + 1, isIn: true })),
    })
  }

  async roster(room: RoomId): Promise<Roster> {
    return this.rosters.get(room) ?? { rules: { speak: 'all', paceMs: 0, version: 0 }, version: 0, members: [] }
  }

  async closed(room: RoomId): Promise<void> {
    this.closedRooms.push(room)
  }

  async sealed(room: RoomId): Promise<void> {
    this.sealedRooms.push(room)
  }

  async describe(room: RoomId): ReturnType<RoomsPort['describe']> {
    const names = new Map([
      [alice, 'alice'],
      [bob, 'bob'],
      [carol, 'carol'],
    ])
    return { name: `room ${room}`, topic: 'what we talk about', openedAt: new Date(0), names }
  }

  describeEntry(entry: Entry): string | undefined {
    return entry.payload.length === 0 ? '(deleted)' : entry.payload.toString()
  }
}

/** One server's ledger and one worker's, over the world's MySQL and Redis. */
export interface LedgerSite {
  rooms: TestRooms
  ledger: Ledger
  work: RecoveryParts
  redis: Redis
  /** What both tell of themselves. */
  metrics: Metrics
  newRoom(members?: AccountId[], speak?: Speak): Promise<RoomId>
  stop(): Promise<void>
}

let lastRoom = 0

export async function createSite(
  world: World,
  config: Config = world.config,
  rooms = new TestRooms(),
): Promise<LedgerSite> {
  const { sql, log } = world
  const connections = connectTo({ url: config.REDIS_URL, log })
  const { redis, appendRedis, broker } = connections
  const metrics = new Metrics()
  const ledger = createLedger({ config, sql, redis, appendRedis, broker, rooms, log, metrics })
  const work = await createLedgerWork({ config, sql, redis, rooms, log, metrics, durability: 'always' })
  await untilReady(appendRedis)
  let isStopped = false
  const stop = async (): Promise<void> => {
    if (isStopped) return
    isStopped = true
    await ledger.stop()
    await work.stop()
    await connections.close()
  }
  world.atEnd(stop)
  return {
    rooms,
    ledger,
    work,
    redis,
    metrics,
    async newRoom(members = [alice, bob], speak = 'members') {
      lastRoom += 1
      const room = lastRoom as RoomId
      rooms.put(room, members, speak)
      await ledger.create(sql, room)
      return room
    },
    stop,
  }
}

export async function untilReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return
  await new Promise<void>((resolve) => redis.once('ready', () => resolve()))
}

export function line(text: string, from: AccountId = alice, id: string = randomUUIDv7()): NewEntry {
  return { sender: from, id, kind: 'text', payload: Buffer.from(JSON.stringify({ body: text })) }
}

/** A UUIDv7 whose time lies `ms` before now (after now when negative). */
export function idFrom(msAgo: number): string {
  const time = (Date.now() - msAgo).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}${randomUUIDv7().slice(13)}`
}

export function texts(entries: readonly Entry[]): string[] {
  return entries
    .filter((entry) => entry.kind === 'text')
    .map((entry) => JSON.parse(entry.payload.toString()).body as string)
}
