import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Site, PartName } from './site.ts'
import type { Witness } from './witness.ts'

/** A short, planned run: what people do, and what goes wrong meanwhile. On the code as it is, it must be clean. */
export interface Scenario {
  name: string
  /** What it needs. Another server does no harm; another worker may take the work that goes wrong here. */
  parts: readonly PartName[]
  /** Other than those of the site, where a mutant would not be seen otherwise. */
  settings?: Readonly<Record<string, number>>
  /** Resolves with whether it came to what it is about; where it did not, it has shown nothing. */
  run(witness: Witness, site: Site): Promise<boolean>
}

/** Those that the same processes can play one after the other, by what they have in common: their workers and settings. */
export function alike(scenarios: Iterable<Scenario>): Map<string, Scenario[]> {
  return Map.groupBy(scenarios, ({ parts, settings = {} }) => {
    const workers = parts.filter((name) => name.startsWith('worker'))
    return [...workers, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)].join(', ')
  })
}

const finalStates: ReadonlySet<string> = new Set(['sealed', 'suspect', 'quarantined'])

/** Until no closing is under way. */
export function untilFinal(site: Site): Promise<boolean> {
  return site.until(async () => {
    const rows = (await site.world.sql('end_room').select('state')) as { state: string }[]
    return rows.every(({ state }) => finalStates.has(state))
  })
}

/** Whether every event has its place in the stream. */
export async function isAllRelayed(site: Site): Promise<boolean> {
  const [left] = await site.world.sql('events').whereNull('position').count({ n: '*' })
  return Number(left?.['n']) === 0
}

/** Whether the database has refused a row that is there already: a mutant has shown itself. */
export function hasDoubledRow(site: Site): boolean {
  return site.logs().some(({ text }) => text.includes('ER_DUP_ENTRY'))
}

export async function storedSeq(site: Site, room: string): Promise<number> {
  const row = (await site.world.sql('ledgers').where({ room_id: room }).first('stored_seq')) as
    | { stored_seq: number }
    | undefined
  return row?.stored_seq ?? 0
}

/** Nobody can store anything of the room until it is let go. */
export async function holdRow(site: Site, room: string): Promise<() => Promise<void>> {
  const held = await site.world.sql.transaction()
  await held.raw('SELECT room_id FROM ledgers WHERE room_id = ? FOR UPDATE', [room])
  return () => held.commit().then(() => undefined)
}

/**
 * Whether a process waits for the row of a room that is held. It is asked of the processes, not of `innodb_trx`: that is a picture which
 * InnoDB does not renew as long as anybody looks at it more often than every 100 ms, so that who waits for it to change waits for ever.
 */
export async function isRowWaitedFor({ world: { sql } }: Site, room: string): Promise<boolean> {
  const [rows] = await sql.raw(
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE ?',
    [`%FROM ledgers WHERE room_id = ${room} FOR UPDATE`],
  )
  return rows.length > 0
}

/** A copy of what Redis has on disk right now; `putBack` kills it and lets it come back as it was then. */
export function copyRedis({ world: { redis } }: Site): { putBack: () => Promise<void> } {
  const [folder, copy] = [join(redis.folder, 'appendonlydir'), join(redis.folder, 'older')]
  rmSync(copy, { recursive: true, force: true })
  cpSync(folder, copy, { recursive: true })
  return {
    async putBack() {
      await redis.kill()
      rmSync(folder, { recursive: true, force: true })
      cpSync(copy, folder, { recursive: true })
      await redis.start()
    },
  }
}
