import type { Sql } from '../platform/mysql.ts'
import { lockHolder } from './lock.ts'
import type { Holder } from './lock.ts'
import { appliedMigrations, restoring, whatIsUnderWay } from './record.ts'
import type { UnderWay } from './record.ts'

/** How the tables of a database stand to this version. */
export interface SchemaStand {
  /** Of this version, and not applied. */
  missing: string[]
  /** Applied, and not of this version: a newer one was here. */
  unknown: string[]
  underWay: UnderWay[]
  /** Who has the tables to themselves at the moment. */
  holder: Holder | undefined
}

/** Only reads. `names` are those of this version, in their order. */
export async function standOfSchema(sql: Sql, names: readonly string[]): Promise<SchemaStand> {
  const applied = await appliedMigrations(sql)
  return {
    missing: names.filter((name) => !applied.has(name)),
    unknown: [...applied].filter((name) => !names.includes(name)),
    underWay: await whatIsUnderWay(sql),
    holder: await lockHolder(sql),
  }
}

/** Why nothing of this version may run on these tables, and what to do about it, in one sentence; undefined when it may. */
export function faultOfSchema({ missing, unknown, underWay, holder }: SchemaStand): string | undefined {
  const restore = underWay.find(({ name }) => name === restoring)
  if (restore !== undefined) {
    return holder === undefined
      ? `A restore of this database has begun at ${restore.begunAt.toISOString()} and has not ended: run "npm run restore" again, it begins anew.`
      : 'This database is being restored: wait until that has ended.'
  }
  if (unknown.length > 0) {
    return `The database is newer than this version, which does not know ${unknown.join(', ')}: start the version that migrated it, or restore a backup of before (docs/upgrading.md).`
  }
  const [begun] = underWay
  if (begun !== undefined && holder !== undefined) {
    return `The database is being migrated (${begun.name}): wait until that has ended.`
  }
  if (begun !== undefined) {
    return `The migration ${begun.name} has begun and has not ended: run "npm run migrate", which goes on where it stood.`
  }
  if (missing.length === 0) return undefined
  return `The database lacks ${missing.length} migrations (first ${missing[0]}): run "npm run migrate".`
}
