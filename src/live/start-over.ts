import type { Sql } from '../platform/mysql.ts'
import { skipPositions } from './store.ts'

/** More events than an installation tells between a backup and the day on which it is needed. */
const skipped = 1_000_000

/**
 * After a restore: clients have heard of events, under positions that this database has not given yet. None of these is given again, and
 * whoever comes with one, or with an older one, is told to reload.
 */
export function startStreamOver(trx: Sql): Promise<void> {
  return skipPositions(trx, skipped)
}
