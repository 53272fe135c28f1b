import { checkDatabase, checkRedis } from '../given.ts'
import { isDatabaseReady, createSchema, databaseUrl, startDatabase } from '../mariadb.ts'
import { rememberedPort } from '../ports.ts'
import { isRedisReady, redisUrl, startRedis } from '../redis.ts'
import type { Service, Supervisor } from '../supervisor.ts'
import type { Layout } from './layout.ts'
import type { Secrets } from './secrets.ts'

/** The services under Madang: started as children, or somebody else's, given by address. Each answers with its address. */
export interface BackingOptions {
  supervisor: Supervisor
  layout: Layout
  secrets: Secrets
  program: string
  given: string | undefined
}

const schema = 'madang'

export async function provideDatabase(options: BackingOptions): Promise<string> {
  const { layout, secrets, program, given, supervisor } = options
  if (given !== undefined) {
    await checkDatabase(given, { schema: 'needed' })
    return given
  }
  const port = await rememberedPort({ file: layout.ports, name: 'database', preferred: layout.usualPort(23_306) })
  const files = childFiles(layout, 'database')
  const instance = { ...files, program, port, folder: layout.inside('database'), password: secrets.databasePassword }
  await supervisor.start({
    ...files,
    start: () => startDatabase(instance),
    isReady: () => isDatabaseReady(databaseUrl(instance)),
    stopWithinMs: 60_000,
  })
  await createSchema(databaseUrl(instance), schema)
  return databaseUrl(instance, schema)
}

export async function provideRedis(options: BackingOptions): Promise<string> {
  const { layout, secrets, program, given, supervisor } = options
  if (given !== undefined) {
    await checkRedis(given)
    return given
  }
  const port = await rememberedPort({ file: layout.ports, name: 'redis', preferred: layout.usualPort(26_379) })
  const files = childFiles(layout, 'redis')
  const instance = { ...files, program, port, folder: layout.inside('redis'), password: secrets.redisPassword }
  await supervisor.start({
    ...files,
    start: () => startRedis(instance),
    isReady: () => isRedisReady(port, instance.password),
    stopWithinMs: 30_000,
  })
  return redisUrl(instance)
}

export function childFiles(layout: Layout, name: string): Pick<Service, 'name' | 'log' | 'pidFile'> {
  return { name, log: layout.log(name), pidFile: layout.pidFile(name) }
}
