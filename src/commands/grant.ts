import { createAccounts } from '../accounts/index.ts'
import { ConfigError, loadConfig } from '../config.ts'
import { Broker } from '../platform/broker.ts'
import { Problem } from '../platform/errors.ts'
import { roles } from '../platform/http/viewer.ts'
import type { Role } from '../platform/http/viewer.ts'
import { createLog } from '../platform/log.ts'
import { connectMysql } from '../platform/mysql.ts'
import { closeRedis, connectRedis } from '../platform/redis.ts'

/** npm run grant: gives a person a role, as an admin would; the only way to the first admin. */
const usage = `npm run grant -- USERNAME member|mentor|admin
  The change is on record and holds from the person's next request on.`

async function main(args: readonly string[]): Promise<number> {
  const [username, role, ...rest] = args
  if (username === undefined || role === undefined || !isRole(role) || rest.length > 0) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  await grant(username, role)
  process.stdout.write(`${username} is ${role} now.\n`)
  return 0
}

async function grant(username: string, role: Role): Promise<void> {
  const config = loadConfig(process.env)
  const log = createLog({ level: 'warn', service: 'grant' })
  const onError = (error: Error): void => log.warn({ err: error }, 'redis')
  const sql = connectMysql({ url: config.DATABASE_URL, poolMax: 2, acquireTimeoutMs: 10_000 })
  const redis = connectRedis({ url: config.REDIS_URL, purpose: 'commands', name: 'grant', onError })
  const broker = new Broker({ url: config.REDIS_URL, publisher: redis, log })
  try {
    const accounts = createAccounts({ sql, redis, broker, config, log })
    await accounts.grantRole({ username, role, by: undefined, via: 'command' })
  } finally {
    await broker.close()
    await closeRedis(redis)
    await sql.destroy()
  }
}

function isRole(text: string): text is Role {
  return roles.some((role) => role === text)
}

function readable(error: unknown): string {
  return error instanceof ConfigError || error instanceof Problem ? error.message : `grant: ${String(error)}`
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${readable(error)}\n`)
  process.exitCode = 1
}
