import { createAccounts } from '../accounts/index.ts'
import type { Accounts } from '../accounts/index.ts'
import { loadConfig } from '../config.ts'
import type { Config } from '../config.ts'
import { Broker } from '../platform/broker.ts'
import { requireSchema } from '../foundation.ts'
import { createLog } from '../platform/log.ts'
import { connectMysql } from '../platform/mysql.ts'
import { closeRedis } from '../platform/redis.ts'
import { requireAnswer } from '../platform/start.ts'
import { openRedis } from './open-redis.ts'

/** Accounts as a command has them, connected for the length of the work. `name` is the command's. Errors: `ConfigError`, `CannotStart`. */
export async function withAccounts<T>(
  name: string,
  work: (accounts: Accounts, config: Config) => Promise<T>,
): Promise<T> {
  const config = loadConfig(process.env)
  const log = createLog({ level: 'warn', service: name })
  const sql = connectMysql({ url: config.DATABASE_URL, poolMax: 2, acquireTimeoutMs: 10_000 })
  const redis = openRedis({ config, name, log })
  try {
    await requireAnswer('MySQL', 'DATABASE_URL', () => requireSchema(sql))
    await requireAnswer('Redis', 'REDIS_URL', () => redis.ping())
    const broker = new Broker({ url: config.REDIS_URL, publisher: redis, log })
    const accounts = createAccounts({ sql, redis, broker, config, log })
    return await work(accounts, config).finally(() => broker.close())
  } finally {
    await closeRedis(redis)
    await sql.destroy()
  }
}
