import { selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'

/** What an acknowledgement means here, as `hello` and receipts say it. */
export type Durability = 'always' | 'everysec' | 'none'

export interface DurabilityFindings {
  durability: Durability
  /** One readable line for each setting that keeps less than the promise needs. */
  faults: string[]
}

/** Reads the settings that the promise rests on. `stated` is the operator's word where Redis does not show its own. */
export async function readDurability(
  redis: Redis,
  sql: Sql,
  stated: Durability | undefined,
): Promise<DurabilityFindings> {
  const settings = await redisSettings(redis)
  const shown = settings === undefined ? undefined : durabilityOf(settings)
  const durability = shown ?? stated ?? 'none'
  const faults = [...redisFaults(settings, durability), ...(await mysqlFaults(sql))]
  return { durability, faults }
}

type RedisSettings = Map<string, string>

/** Undefined where the service refuses to show its settings. One that does not answer has refused nothing: that is an error. */
async function redisSettings(redis: Redis): Promise<RedisSettings | undefined> {
  try {
    const names = ['appendonly', 'appendfsync', 'maxmemory-policy', 'no-appendfsync-on-rewrite']
    const answers = await Promise.all(names.map((name) => redis.config('GET', name) as Promise<string[]>))
    return new Map(answers.map(([name = '', value = '']) => [name, value]))
  } catch (error) {
    if (!isRefusal(error)) throw error
    return undefined
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && /^(NOPERM|ERR unknown (sub)?command)/i.test(error.message)
}

function durabilityOf(settings: RedisSettings): Durability {
  if (settings.get('appendonly') !== 'yes') return 'none'
  const fsync = settings.get('appendfsync')
  return fsync === 'always' || fsync === 'everysec' ? fsync : 'none'
}

function redisFaults(settings: RedisSettings | undefined, durability: Durability): string[] {
  const faults: string[] = []
  if (durability !== 'always') {
    faults.push(`Redis: an acknowledged message may be lost with the power (durability is ${durability}, not always)`)
  }
  const policy = settings?.get('maxmemory-policy')
  if (policy !== undefined && policy !== 'noeviction') {
    faults.push(`Redis: maxmemory-policy is ${policy}; anything but noeviction throws messages away`)
  }
  if (settings?.get('no-appendfsync-on-rewrite') === 'yes') {
    faults.push('Redis: no-appendfsync-on-rewrite is on; while the file is rewritten nothing is synced')
  }
  return faults
}

/** A statement of a flush holds 1 MiB of payloads, or one larger one; escaped they may be twice as long. */
const leastPacketBytes = 4 * 1_048_576

async function mysqlFaults(sql: Sql): Promise<string[]> {
  const [row] = await selectRows<{ flush: number; mode: string; packet: number }>(
    sql,
    `SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS flush, @@SESSION.sql_mode AS mode,
       @@GLOBAL.max_allowed_packet AS packet`,
  )
  const faults: string[] = []
  if (Number(row?.flush) !== 1)
    faults.push('MySQL: innodb_flush_log_at_trx_commit is not 1; a commit may be lost with the power')
  if (!/STRICT_(ALL|TRANS)_TABLES/.test(row?.mode ?? '')) faults.push('MySQL: the SQL mode is not strict')
  if (Number(row?.packet) < leastPacketBytes) {
    faults.push(`MySQL: max_allowed_packet is ${row?.packet}; a flush sends more than that, and would fail for ever`)
  }
  return faults
}
