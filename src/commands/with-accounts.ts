import { createAccounts } from '../accounts/index.ts'
import type { Accounts } from '../accounts/index.ts'
import { loadConfig } from '../config.ts'
import type { Config } from '../config.ts'
import { Broker } from '../platform/broker.ts'
import { createLog } from '../platform/log.ts'
import { connectMysql } from '../platform/mysql.ts'
import { closeRedis, connectRedis } from '../platform/redis.ts'

/** Accounts as a command has them, connected for the length of the work. `name` is the command's. Error: `ConfigError`. */
export async function withAccounts<T>(
  name: string,
  work: (accounts: Accounts, config: Config) => Promise<T>,
): Promise<T> {
  const config = loadConfig(process.env)
  const log = createLog({ level: 'warn', service: name })
  const onError = (error: Error): void => log.warn({ err: error }, 'redis')
  const sql = connectMysql({ url: config.DATABASE_URL, poolMax: 2, acquireTimeoutMs: 10_000 })
  const redis = connectRedis({ url: config.REDIS_URL, purpose: 'commands', name, onError })
  const broker = new Broker({ url: config.REDIS_URL, publisher: redis, log })
  try {
    return await work(createAccounts({ sql, redis, broker, config, log }), config)
  } finally {
    await broker.close()
    await closeRedis(redis)
    await sql.destroy()
  }
}
