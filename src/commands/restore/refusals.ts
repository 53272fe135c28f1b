import { isAnybodyHere } from '../../accounts/index.ts'
import { restoring, schemaStand } from '../../migrations/index.ts'
import type { Sql } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { dropTables, tableNames } from './target-store.ts'

/** Thrown before anything is changed, with what is in the way and what to do about it. */
export class CannotRestore extends Error {}

/**
 * What an older or newer state of rooms has left in Redis would be believed beside rows that are not its own. It is asked for its key
 * space alone, which every account may see.
 */
export async function requireEmptyRedis(redis: Redis): Promise<void> {
  const own = `db${redis.options.db ?? 0}:`
  const line = (await redis.info('keyspace')).split('\n').find((one) => one.startsWith(own))
  const keys = /:keys=(\d+)/.exec(line ?? '')?.[1]
  if (keys === undefined) return
  throw new CannotRestore(
    `Redis is not empty, it holds ${keys} keys. Stop servers and workers; then give the installation an empty Redis (with compose: remove its volume), or empty this one. What it holds and the backup has not is gone by that.`,
  )
}

/** A database with tables is somebody's, unless it is what an interrupted restore has left or nobody has an account there yet. */
export async function requireWay(locked: Sql, { allDataGoes }: { allDataGoes: boolean }): Promise<void> {
  if (allDataGoes || (await wasBrokenOff(locked))) return
  const tables = await tableNames(locked)
  if (!(await isOccupied(locked, tables))) return
  throw new CannotRestore(
    `The database is not empty: it has ${tables.length} tables (${tables.slice(0, 5).join(', ')} …). Name another one in DATABASE_URL, or add --all-data-goes.`,
  )
}

async function isOccupied(locked: Sql, tables: readonly string[]): Promise<boolean> {
  if (tables.length === 0) return false
  return !tables.includes('migrations') || !tables.includes('accounts') || (await isAnybodyHere(locked))
}

async function wasBrokenOff(locked: Sql): Promise<boolean> {
  return (await schemaStand(locked)).underWay.some(({ name }) => name === restoring)
}

/** The note of a restore that was broken off goes last: what is left without it would be somebody's. */
export async function clearWay(locked: Sql): Promise<void> {
  const tables = await tableNames(locked)
  await dropTables(
    locked,
    tables.filter((name) => name !== 'under_way'),
  )
  await dropTables(
    locked,
    tables.filter((name) => name === 'under_way'),
  )
}
