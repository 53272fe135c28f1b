import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import * as store from './popular-store.ts'

/**
 * The popular posts are ranked every few minutes, and readers page through one ranking: its order does not move under them.
 *
 *   score = (1 + likes + 2 × comments) / (age in hours + 2) ^ 1.5
 *
 * over the posts of the last seven days, the best thousand; of two equal ones the newer is first. A comment counts twice, being
 * more work than a like; a post without either still has its hour, so that a small community has a feed at all.
 */
export const explanation =
  'popular: the posts of the last 7 days by (1 + likes + 2 × comments) / (age in hours + 2)^1.5, ranked anew every few minutes, at most 1000'

const days = 7
const mostEntries = 1000
/** How long a ranking can still be paged through. */
const keptSeconds = 3600

/**
 * Ranks anew, unless another worker does so at this moment or has done so within the last `everySeconds`. Answers the snapshot, or
 * undefined when nothing was to be done.
 */
export async function rebuildPopular(sql: Sql, everySeconds: number): Promise<number | undefined> {
  // The lock stays with a connection of its own until the ranking is committed.
  return sql.transaction(async (holder) => {
    if (!(await store.holdRanking(holder))) return undefined
    try {
      const age = await store.secondsSinceRanking(sql)
      if (age !== undefined && age < everySeconds) return undefined
      return await inTransaction(sql, (trx) => rank(trx, Math.max(keptSeconds, 2 * everySeconds)))
    } finally {
      await store.releaseRanking(holder)
    }
  })
}

async function rank(trx: Sql, keepSeconds: number): Promise<number> {
  const snapshot = await store.insertSnapshot(trx, await store.rankedPosts(trx, { days, limit: mostEntries }))
  await store.dropSnapshotsBefore(trx, snapshot, keepSeconds)
  return snapshot
}
