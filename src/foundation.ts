import type { Config } from './config.ts'
import { requireDurability } from './ledger/index.ts'
import type { Durability } from './ledger/index.ts'
import { faultOfSchema, schemaStand } from './migrations/index.ts'
import { Broker } from './platform/broker.ts'
import { Lifecycle } from './platform/lifecycle.ts'
import type { Log } from './platform/log.ts'
import { Metrics } from './platform/metrics.ts'
import { showPool } from './platform/mysql-metrics.ts'
import { connectMysql } from './platform/mysql.ts'
import type { Sql } from './platform/mysql.ts'
import { closeRedis, connectRedis } from './platform/redis.ts'
import type { Redis, RedisPurpose } from './platform/redis.ts'
import { watchRedis } from './platform/redis-metrics.ts'
import { CannotStart, requireAnswer } from './platform/start.ts'
import { startTracing } from './platform/tracing/start.ts'

/** What servers and workers stand on. */
export interface Foundation {
  sql: Sql
  redis: Redis
  appendRedis: Redis
  broker: Broker
  durability: Durability
  lifecycle: Lifecycle
  /** What this process tells of itself. */
  metrics: Metrics
}

const requestTimeMs = 10_000
/** What a process that froze in a transaction holds is free for the others after so long. The pool gives its own up after half of it. */
const idleSeconds = 60
/** No statement of servers and workers takes so long: a lock is waited for for five seconds, and each touches a bounded number of rows. */
const silentSeconds = 30
/** A service that stands still or starts anew is back by then, as a rule: who would rather end is started again, and finds the same. */
const patienceMs = 30_000

/**
 * Opens MySQL and Redis, waits for half a minute for one that does not answer, and refuses to go on where they keep less than the promise needs. A command that holds something over a long
 * work of its own says so (`holdsLong`): servers and workers never do. One that somebody sits at does not wait (`waits`).
 */
export async function layFoundation(
  config: Config,
  log: Log,
  { holdsLong = false, waits = true }: { holdsLong?: boolean; waits?: boolean } = {},
): Promise<Foundation> {
  const lifecycle = new Lifecycle(log, requestTimeMs + config.DRAIN_SECONDS * 1000)
  const metrics = new Metrics()
  try {
    const sql = connectMysql({
      url: config.DATABASE_URL,
      poolMax: config.DATABASE_POOL_MAX,
      acquireTimeoutMs: requestTimeMs,
      ...(holdsLong ? {} : { idleSeconds, silentSeconds }),
      log,
    })
    lifecycle.onClose('mysql', () => sql.destroy())
    showPool(metrics, sql, config.DATABASE_POOL_MAX)
    const redis = openRedis({ config, log, lifecycle, metrics }, 'commands')
    const appendRedis = openRedis({ config, log, lifecycle, metrics }, 'append')
    const broker = new Broker({ url: config.REDIS_URL, publisher: redis, log, metrics })
    lifecycle.onClose('broker', () => broker.close())
    const patience = { forMs: waits ? patienceMs : 0, log }
    await requireAnswer('MySQL', 'DATABASE_URL', () => requireSchema(sql), patience)
    const ask = (): Promise<Durability> => requireDurability({ config, log, redis, sql })
    const durability = await requireAnswer('Redis', 'REDIS_URL', ask, patience)
    return { sql, redis, appendRedis, broker, durability, lifecycle, metrics }
  } catch (error) {
    await lifecycle.close()
    throw error
  }
}

/**
 * Traces what is opened from here on, where a collector is named; otherwise nothing, and no package for it is loaded. To be closed after
 * everything else. Error: `CannotStart`.
 */
export async function openTracing(config: Config, log: Log, service: string): Promise<{ close(): Promise<void> }> {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT
  if (endpoint === undefined) return { close: () => Promise.resolve() }
  const names = {
    'service.name': config.OTEL_SERVICE_NAME ?? service,
    'service.instance.id': config.SERVER_NAME,
  }
  return startTracing(
    {
      endpoint,
      headers: config.OTEL_EXPORTER_OTLP_HEADERS ?? {},
      resource: { ...config.OTEL_RESOURCE_ATTRIBUTES, ...names },
      share: config.OTEL_TRACES_SAMPLER_ARG,
      mostWaiting: config.OTEL_BSP_MAX_QUEUE_SIZE,
      everyMs: config.OTEL_BSP_SCHEDULE_DELAY,
      timeoutMs: config.OTEL_EXPORTER_OTLP_TIMEOUT,
      believesRequests: config.TRACEPARENT === 'believe',
    },
    log,
  )
}

/** For `/readyz` of servers and workers. */
export function checksOf({ sql, redis, broker }: Foundation): Record<string, () => Promise<unknown>> {
  return {
    mysql: async () => await sql.raw('SELECT 1'),
    redis: () => redis.ping(),
    pubsub: () => broker.probe(1500),
  }
}

function openRedis(
  { config, log, lifecycle, metrics }: { config: Config; log: Log; lifecycle: Lifecycle; metrics: Metrics },
  purpose: RedisPurpose,
): Redis {
  const onError = (error: Error): void => log.warn({ err: error, purpose }, 'redis connection')
  const redis = connectRedis({ url: config.REDIS_URL, purpose, name: purpose, onError })
  lifecycle.onClose(`redis ${purpose}`, () => closeRedis(redis))
  watchRedis(metrics, redis, purpose)
  return redis
}

/** Error: `CannotStart` where the tables are not those of this version. */
export async function requireSchema(sql: Sql): Promise<void> {
  const fault = faultOfSchema(await schemaStand(sql))
  if (fault !== undefined) throw new CannotStart(fault)
}
