import type { Sql } from '../platform/mysql.ts'
import { deleteEvents, oldestEvents } from './store.ts'

const eventsAtOnce = 1000

/**
 * Deletes old events, from the lowest position on and never past one that is to be kept: what is left has no holes, so
 * that a reader sees what is missing by the first position it is given.
 */
export async function sweepEvents(sql: Sql, keepHours: number): Promise<void> {
  for (;;) {
    const events = await oldestEvents(sql, { limit: eventsAtOnce, keepHours })
    const firstKept = events.findIndex(({ isOld }) => !isOld)
    const old = firstKept === -1 ? events : events.slice(0, firstKept)
    const [from, to] = [old.at(0)?.position, old.at(-1)?.position]
    if (from === undefined || to === undefined) return
    await deleteEvents(sql, { from, to })
    if (old.length < eventsAtOnce) return
  }
}
