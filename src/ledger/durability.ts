import type { Config } from '../config.ts'
import type { Log } from '../platform/log.ts'
import { selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { CannotStart } from '../platform/start.ts'
import { mysqlFaults, redisAdvice, redisFaults } from './durability-rules.ts'
import type { Durability, Settings } from './durability-rules.ts'

export type { Durability } from './durability-rules.ts'

export interface DurabilityFindings {
  durability: Durability
  /** One readable line for each setting that keeps less than the promise needs. */
  faults: string[]
  /** The same for what gives nothing up, and is still worth a look. */
  advice: string[]
}

/**
 * Reads the settings that the promise rests on. `stated` is the operator's word where Redis does not show its own; `maxBytes` the budget
 * that the operator has set.
 */
export async function readDurability(
  redis: Redis,
  sql: Sql,
  stated: Durability | undefined,
  maxBytes?: number,
): Promise<DurabilityFindings> {
  const settings = await redisSettings(redis)
  const facts = await redisFacts(redis)
  const shown = settings === undefined ? undefined : durabilityOf(settings)
  const durability = shown ?? stated ?? 'none'
  return {
    durability,
    faults: [...redisFaults({ settings, facts, durability }), ...mysqlFaults(await mysqlSettings(sql))],
    advice: redisAdvice(settings, maxBytes),
  }
}

/**
 * Refuses to go on where Redis or MySQL keep less than the promise needs, unless WEAK_DURABILITY says to; then each is said. Error:
 * `CannotStart`, with a line for each.
 */
export async function requireDurability(parts: {
  config: Config
  log: Log
  redis: Redis
  sql: Sql
}): Promise<Durability> {
  const { config, log, redis, sql } = parts
  const found = await readDurability(redis, sql, config.REDIS_DURABILITY, config.REDIS_MAX_BYTES)
  const { durability, faults, advice } = found
  for (const line of advice) log.warn({ advice: line }, 'a setting is worth a look')
  if (faults.length === 0) return durability
  if (config.WEAK_DURABILITY === 'refuse') {
    throw new CannotStart(
      `Messages could be lost here:\n  ${faults.join('\n  ')}\nChange that, or accept it by WEAK_DURABILITY=warn.`,
    )
  }
  for (const fault of faults) log.error({ fault }, 'messages could be lost here')
  return durability
}

/** Undefined where the service refuses to show its settings. One that does not answer has refused nothing: that is an error. */
async function redisSettings(redis: Redis): Promise<Settings | undefined> {
  try {
    const names = ['appendonly', 'appendfsync', 'maxmemory', 'maxmemory-policy', 'no-appendfsync-on-rewrite']
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

/** What Redis says of itself, whoever asks. */
async function redisFacts(redis: Redis): Promise<Settings> {
  const [server, replication] = await Promise.all([redis.info('server'), redis.info('replication')])
  return new Map(
    [...`${server}\n${replication}`.matchAll(/^([a-z_]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
}

function durabilityOf(settings: Settings): Durability {
  if (settings.get('appendonly') !== 'yes') return 'none'
  const fsync = settings.get('appendfsync')
  return fsync === 'always' || fsync === 'everysec' ? fsync : 'none'
}

const globalNames = [
  ...['innodb_flush_log_at_trx_commit', 'innodb_flush_method', 'innodb_doublewrite', 'log_bin', 'sync_binlog'],
  ...['max_allowed_packet', 'read_only', 'version'],
]
const sessionNames = [
  ...['sql_mode', 'autocommit', 'time_zone', 'character_set_client', 'transaction_isolation', 'tx_isolation'],
]

/** By names, since not every version has all of them. Those of the session are what we have set: a proxy in between may not keep them. */
async function mysqlSettings(sql: Sql): Promise<Settings> {
  const found = new Map<string, string>()
  for (const [scope, names] of [
    ['GLOBAL', globalNames],
    ['SESSION', sessionNames],
  ] as const) {
    const rows = await selectRows<{ Variable_name: string; Value: string }>(
      sql,
      `SHOW ${scope} VARIABLES WHERE Variable_name IN (?)`,
      [names],
    )
    for (const { Variable_name, Value } of rows) found.set(Variable_name.toLowerCase(), Value)
  }
  return found
}
