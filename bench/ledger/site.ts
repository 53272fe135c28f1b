import { loadConfig } from '../../src/config.ts'
import type { Config } from '../../src/config.ts'
import { layFoundation } from '../../src/foundation.ts'
import type { Foundation } from '../../src/foundation.ts'
import { createLedger, createLedgerWork } from '../../src/ledger/index.ts'
import type { AppendOutcome, Ledger, NewEntry, RoomsPort } from '../../src/ledger/index.ts'
import type { RecoveryParts } from '../../src/ledger/recovery.ts'
import { migrateUp } from '../../src/migrations/index.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { createLog } from '../../src/platform/log.ts'
import { connectMysql } from '../../src/platform/mysql.ts'
import { startBacking } from './backing.ts'
import type { Backing } from './backing.ts'
import { BenchRooms } from './rooms.ts'

/** One server's ledger and one worker's, wired as `src/server.ts` and `workers/main.ts` wire them, in this process. */
export interface WiredLedger {
  config: Config
  foundation: Foundation
  ledger: Ledger
  work: RecoveryParts
  stop(): Promise<void>
}

/** With a Redis and a database of its own. */
export interface LedgerSite extends WiredLedger {
  backing: Backing
  rooms: BenchRooms
  newRoom(): Promise<RoomId>
}

export interface SiteOptions {
  /** Its folder below `.data/bench`. */
  name: string
  /** Other than on a site; they are printed. */
  settings: Readonly<Record<string, string | number>>
  log(line: string): void
}

const members = 200

export async function openSite({ name, settings, log }: SiteOptions): Promise<LedgerSite> {
  const backing = await startBacking(name, log)
  try {
    const changed = Object.entries(settings).map(([setting, value]) => `${setting}=${value}`)
    log(`the ledger of a server and a worker${changed.length > 0 ? ` with ${changed.join(' ')}` : ''}`)
    return await wire(
      backing,
      new BenchRooms(Array.from({ length: members }, (_, index) => (index + 1) as AccountId)),
      settings,
    )
  } catch (error) {
    await backing.stop()
    throw error
  }
}

async function wire(
  backing: Backing,
  rooms: BenchRooms,
  settings: Readonly<Record<string, string | number>>,
): Promise<LedgerSite> {
  await migrate(backing.databaseUrl)
  const wired = await wireLedger(rooms, {
    DATABASE_URL: backing.databaseUrl,
    REDIS_URL: backing.redisUrl,
    TOKEN_KEYS: backing.secrets.tokenKeys,
    RECEIPT_KEY: backing.secrets.receiptKey,
    TRANSCRIPTS_FOLDER: backing.layout.inside('transcripts'),
    MEDIA_FOLDER: backing.layout.inside('media'),
    ...settings,
  })
  return {
    ...{ ...wired, backing, rooms },
    newRoom: () => newRoom(wired.foundation, wired.ledger),
    async stop() {
      await wired.stop()
      await backing.stop()
    },
  }
}

/** The ledger in this process, on whatever services the settings name. */
export async function wireLedger(
  rooms: RoomsPort,
  settings: Readonly<Record<string, string | number | undefined>>,
): Promise<WiredLedger> {
  const text = Object.entries(settings).map(([name, value]) => [name, value === undefined ? undefined : String(value)])
  const config = loadConfig({ ...Object.fromEntries(text), LOG_LEVEL: 'warn' })
  const log = createLog({ level: config.LOG_LEVEL, service: 'bench' })
  const foundation = await layFoundation(config, log)
  const parts = { config, rooms, log, ...foundation }
  const ledger = createLedger(parts)
  const work = await createLedgerWork(parts)
  return {
    ...{ config, foundation, ledger, work },
    async stop() {
      await ledger.stop()
      await work.stop()
      await foundation.lifecycle.close()
    },
  }
}

async function migrate(url: string): Promise<void> {
  const owner = connectMysql({ url, poolMax: 1, acquireTimeoutMs: 10_000 })
  await migrateUp(owner).finally(() => owner.destroy())
}

async function newRoom({ sql }: Foundation, ledger: Ledger): Promise<RoomId> {
  const [row] = await sql('ledgers').max<{ last: number | null }[]>({ last: 'room_id' })
  const room = ((row?.last ?? 0) + 1) as RoomId
  await ledger.create(sql, room)
  return room
}

/** Says these lines, so many at once as the appender lets wait, and throws unless each is kept. */
export async function say(ledger: Ledger, room: RoomId, entries: Iterable<NewEntry>): Promise<number> {
  let kept = 0
  for (const some of portionsOf(entries, 5000)) {
    const outcomes = await Promise.all(some.map((entry) => ledger.append(room, entry)))
    kept += outcomes.filter(isKept).length
    const refused = outcomes.find((outcome) => !isKept(outcome))
    if (refused !== undefined) throw new Error(`a line was not kept: ${JSON.stringify(refused)}`)
  }
  return kept
}

function isKept(outcome: AppendOutcome): boolean {
  return outcome.type === 'kept' && !outcome.isDuplicate
}

function* portionsOf<T>(all: Iterable<T>, size: number): Generator<T[]> {
  let portion: T[] = []
  for (const one of all) {
    portion.push(one)
    if (portion.length < size) continue
    yield portion
    portion = []
  }
  if (portion.length > 0) yield portion
}
