import { childFiles } from '../../tools/local/backing.ts'
import type { Layout } from '../../tools/local/layout.ts'
import type { Secrets } from '../../tools/local/secrets.ts'
import { createSchema, databaseUrl, isDatabaseReady, startDatabase } from '../../tools/mariadb.ts'
import { freePort } from '../../tools/ports.ts'
import { isRedisReady, redisUrl, startRedis } from '../../tools/redis.ts'
import type { Programs } from '../../tools/services/find.ts'
import type { Service } from '../../tools/supervisor.ts'
import type { Pending } from '../faults/fault.ts'
import { mountSmall } from './volumes.ts'

const volumeMegabytes = { redis: 256, database: 1024 }

export const schema = 'madang_drill'
/** What binds everybody but an administrator, such as read_only, must bind the processes of the stack. */
export const account = 'drill'

/** A Redis and a database of the drill's own, on small volumes where they can be had. */
export interface Backing {
  services: readonly Service[]
  ports: { redis: number; database: number }
  /** Straight to them, the database with all rights and with its schema. */
  redisUrl: string
  databaseUrl: string
  /** As the processes of the stack come in. */
  ownDatabaseUrl: string
  redisFolder: string
  /** Volumes that may be filled. */
  volumeOf: Partial<Record<'redis' | 'database', string>>
  beforeRedisStarts(work: () => void): Pending
  makeSchema(): Promise<void>
}

export async function planBacking(layout: Layout, programs: Programs, secrets: Secrets): Promise<Backing> {
  const ports = { redis: await freePort(), database: await freePort() }
  const volumeOf: Backing['volumeOf'] = {}
  const files = (service: 'redis' | 'database') => {
    const folder = layout.inside(service)
    const mounted = mountSmall(folder, volumeMegabytes[service])
    if (mounted !== undefined) volumeOf[service] = mounted
    return { ...childFiles(layout, service), folder, program: programs[service], port: ports[service] }
  }
  const redis = { ...files('redis'), password: secrets.redisPassword }
  const database = { ...files('database'), password: secrets.databasePassword, limited: { account, schema } }
  const ownDatabaseUrl = new URL(databaseUrl(database, schema))
  ownDatabaseUrl.username = account
  const beforeRedis = new Set<() => void>()
  const redisService: Service = {
    ...childFiles(layout, 'redis'),
    start() {
      for (const work of beforeRedis) work()
      return startRedis(redis)
    },
    isReady: () => isRedisReady(redis.port, redis.password),
  }
  const databaseService: Service = {
    ...childFiles(layout, 'database'),
    start: () => startDatabase(database),
    isReady: () => isDatabaseReady(databaseUrl(database)),
  }
  return {
    ...{ services: [redisService, databaseService], ports, volumeOf },
    redisUrl: redisUrl(redis),
    databaseUrl: databaseUrl(database, schema),
    ownDatabaseUrl: ownDatabaseUrl.href,
    redisFolder: redis.folder,
    beforeRedisStarts: (work) => pend(beforeRedis, work),
    makeSchema: () => createSchema(databaseUrl(database), schema),
  }
}

/** Puts work among what is to be done once. An error of the work is its caller's, not that of who does it. */
function pend(waiting: Set<() => void>, work: () => void): Pending {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const once = (): void => {
    waiting.delete(once)
    try {
      resolve(work())
    } catch (error) {
      reject(error)
    }
  }
  waiting.add(once)
  return { done: promise, cancel: () => void waiting.delete(once) }
}
