import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `media_storage`. */

/** Which installation this is, and how many sweeps for strays it has counted. */
export interface Installation {
  installation: string
  sweeps: number
}

export async function ownInstallation(sql: Sql): Promise<Installation> {
  const row = await knownInstallation(sql)
  if (row === undefined) throw new Error('The row of media_storage is missing')
  return row
}

/** Undefined in half a restore, whose tables are not filled yet. */
export async function knownInstallation(sql: Sql): Promise<Installation | undefined> {
  const [row] = await selectRows<Installation>(sql, 'SELECT installation, sweeps FROM media_storage WHERE id = 1')
  return row
}

/** One more sweep; others may count at the same time. */
export async function countSweep(sql: Sql): Promise<Installation> {
  await affectedRows(sql, 'UPDATE media_storage SET sweeps = sweeps + 1 WHERE id = 1', [])
  return ownInstallation(sql)
}
