import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Site, PartName } from './site.ts'
import type { Witness } from './witness.ts'

/** A short, planned run: what people do, and what goes wrong meanwhile. On the code as it is, it must be clean. */
export interface Scenario {
  name: string
  /** What it needs; more does no harm. */
  parts: readonly PartName[]
  /** Other than those of the site, where a mutant would not be seen otherwise. */
  settings?: Readonly<Record<string, number>>
  /** Rooms that were closed in it must come to their end; how long it takes them is not its matter. */
  /** Resolves with whether it came to what it is about; where it did not, it has shown nothing. */
  run(witness: Witness, site: Site): Promise<boolean>
}

const finalStates: ReadonlySet<string> = new Set(['sealed', 'suspect', 'quarantined'])

/** Until no closing is under way. */
export function untilFinal(site: Site, withinMs: number): Promise<boolean> {
  return site.until(async () => {
    const rows = (await site.world.sql('end_room').select('state')) as { state: string }[]
    return rows.every(({ state }) => finalStates.has(state))
  }, withinMs)
}

export async function storedSeq(site: Site, room: string): Promise<number> {
  const row = (await site.world.sql('ledgers').where({ room_id: room }).first('stored_seq')) as
    | { stored_seq: number }
    | undefined
  return row?.stored_seq ?? 0
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
