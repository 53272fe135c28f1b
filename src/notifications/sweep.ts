import type { TellingTransaction } from '../live/index.ts'
import type { Sql } from '../platform/mysql.ts'
import { lockInboxes } from './inbox-store.ts'
import { placesOlderThan } from './store.ts'
import { remove } from './withdraw.ts'

const batch = 500

/**
 * Takes away what nothing has happened to for so many days, in small transactions; resolves with how many. Safe to run in several
 * workers at once.
 */
export async function sweepNotifications(parts: {
  sql: Sql
  transaction: TellingTransaction
  keepDays: number
}): Promise<number> {
  const { sql, transaction, keepDays } = parts
  let swept = 0
  for (;;) {
    const old = await placesOlderThan(sql, keepDays, batch)
    if (old.length === 0) return swept
    swept += await transaction(async (trx, tell) => {
      const inboxes = await lockInboxes(
        trx,
        old.map(({ account }) => account),
      )
      const ids = old.map(({ id }) => id)
      // Looked at again: one that somebody joined in the meantime is young.
      const gone = await placesOlderThan(trx, keepDays, batch, ids)
      await remove(trx, tell, inboxes, gone)
      return gone.length
    })
    if (old.length < batch) return swept
  }
}
