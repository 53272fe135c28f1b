import { affectedRows, mysqlErrno, noSuchTable, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `media_storage`. */

/** Which installation this is, and how many sweeps for strays it has counted. */
export interface Installation {
  installation: string
  sweeps: number
}

export async function ownInstallation(sql: Sql): Promise<Installation> {
  const own = await selectInstallation(sql)
  if (own === undefined) throw new Error('The row of media_storage is missing')
  return own
}

/** Undefined where there is none: before the migrations, or in half a restore. */
export async function findInstallation(sql: Sql): Promise<Installation | undefined> {
  try {
    return await selectInstallation(sql)
  } catch (error) {
    if (mysqlErrno(error) === noSuchTable) return undefined
    throw error
  }
}

async function selectInstallation(sql: Sql): Promise<Installation | undefined> {
  const [row] = await selectRows<Installation>(sql, 'SELECT installation, sweeps FROM media_storage WHERE id = 1')
  return row
}

/** One more sweep; others may count at the same time. */
export async function countSweep(sql: Sql): Promise<Installation> {
  await affectedRows(sql, 'UPDATE media_storage SET sweeps = sweeps + 1 WHERE id = 1', [])
  return ownInstallation(sql)
}
