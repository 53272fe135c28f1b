import { isAnybodyHere } from '../../accounts/index.ts'
import { countListening } from '../../live/index.ts'
import { createRecord, noteBegun, noteEnded, restoring, whatIsUnderWay } from '../../migrations/index.ts'
import type { Sql } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { dropTables, tableNames } from './target-store.ts'

/** Thrown before anything is changed, with what is in the way and what to do about it. */
export class CannotRestore extends Error {}

/** Who started before the restore has asked the database before it, too, and would write into half of one. */
export async function requireNobodyRuns(redis: Redis): Promise<void> {
  const running = await countListening(redis)
  if (running === 0) return
  throw new CannotRestore(
    `Servers or workers still run: ${running} listen on this Redis. Stop all of them first; one whose machine is gone Redis forgets after some minutes.`,
  )
}

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
  return (await whatIsUnderWay(locked)).some(({ name }) => name === restoring)
}

/**
 * Notes that a restore is under way, and drops everything else. The note comes first and stays: what is left where it is broken off is
 * known for what it is.
 */
export async function clearWay(locked: Sql): Promise<void> {
  await createRecord(locked)
  if (!(await wasBrokenOff(locked))) await noteBegun(locked, restoring)
  for (const { name } of await whatIsUnderWay(locked)) if (name !== restoring) await noteEnded(locked, name)
  const tables = await tableNames(locked)
  await dropTables(
    locked,
    tables.filter((name) => name !== 'under_way'),
  )
  await createRecord(locked)
}
