import type { ExecutionContext, TestFn } from 'ava'
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { loadConfig } from '../../src/config.ts'
import type { Config } from '../../src/config.ts'
import { migrateUp } from '../../src/migrations/index.ts'
import { createLog } from '../../src/platform/log.ts'
import type { Log } from '../../src/platform/log.ts'
import { connectMysql } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import { accountUrl, createAccount, redisAccount, redisName, redisPassword } from './least-privilege.ts'
import { startRedis } from './redis-server.ts'
import type { PrivateRedis } from './redis-server.ts'

/** What a test file has of its own: a schema in the shared MySQL, a private Redis, and the configuration that names them. */
export interface World {
  env: Record<string, string>
  config: Config
  sql: Sql
  redis: PrivateRedis
  log: Log
  /** The same world with other settings. */
  configWith(changes: Record<string, string | number>): Config
  /** Runs at the end, last registered first, before MySQL and Redis go. */
  atEnd(close: () => Promise<unknown> | unknown): void
  close(): Promise<void>
}

export interface WorldOptions {
  isMigrated?: boolean
  /** What the settings name are accounts that can do what those of a site can, and nothing else (`services/`). */
  hasLeastPrivilege?: boolean
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const hasLeastPrivilege = options.hasLeastPrivilege ?? process.env['TEST_LEAST_PRIVILEGE'] === '1'
  const schema = `madang_test_${randomBytes(6).toString('hex')}`
  const server = new URL(requiredEnv('TEST_DATABASE_URL'))
  const admin = connectMysql({ url: server.href, poolMax: 1, acquireTimeoutMs: 10_000 })
  await admin.raw(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`)
  const databaseUrl = new URL(server.href)
  databaseUrl.pathname = `/${schema}`
  const account = hasLeastPrivilege ? await createAccount(admin, schema) : undefined
  const redis = await startRedis(hasLeastPrivilege ? redisAccount() : [])
  const env = settings(
    account === undefined ? databaseUrl.href : accountUrl(databaseUrl, account),
    hasLeastPrivilege ? redis.url.replace('//', `//${redisName}:${redisPassword}@`) : redis.url,
  )
  const config = loadConfig(env)
  const sql = connectMysql({ url: config.DATABASE_URL, poolMax: 10, acquireTimeoutMs: 10_000 })
  const closers: (() => Promise<unknown> | unknown)[] = []
  const closeWorld = async (): Promise<void> => {
    for (const closer of closers.toReversed()) await closer()
    await sql.destroy()
    await redis.stop()
    await admin.raw(`DROP DATABASE IF EXISTS ${schema}`)
    if (account !== undefined) await admin.raw(`DROP USER '${account.name}'@'127.0.0.1'`)
    await admin.destroy()
    await rm(config.TRANSCRIPTS_FOLDER, { recursive: true, force: true })
    await rm(config.MEDIA_FOLDER, { recursive: true, force: true })
  }
  if (options.isMigrated !== false) {
    // What is open would keep the process of a file whose tests cannot begin.
    await migrate(databaseUrl.href).catch(async (error: unknown) => {
      await closeWorld()
      throw error
    })
  }
  return {
    env,
    config,
    sql,
    redis,
    log: createLog({ level: config.LOG_LEVEL, service: 'test' }),
    configWith: (changes) =>
      loadConfig({
        ...env,
        ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, String(value)])),
      }),
    atEnd: (close) => void closers.push(close),
    close: closeWorld,
  }
}

/** By the owner of the tables, who is nobody else's account. */
async function migrate(url: string): Promise<void> {
  const owner = connectMysql({ url, poolMax: 1, acquireTimeoutMs: 10_000 })
  await migrateUp(owner).finally(() => owner.destroy())
}

/** A world for all tests of a file, made before the first and closed after the last. */
export function worldOf(test: TestFn, options: WorldOptions = {}): () => World {
  let world: World | undefined
  test.serial.before('the world is made', async () => {
    world = await createWorld(options)
  })
  test.serial.after.always('the world is closed', async (t: ExecutionContext) => {
    await world?.close()
    t.pass()
  })
  return () => {
    if (world === undefined) throw new Error('the world is made before the first test')
    return world
  }
}

/** One Ed25519 key for all receipts of the tests. */
export const receiptKey =
  '{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'

function settings(databaseUrl: string, redisUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    TOKEN_KEYS: `test:${randomBytes(32).toString('base64')}`,
    RECEIPT_KEY: receiptKey,
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    WITNESS_MS: '50',
    SWEEP_SECONDS: '1',
    HEAD_CHECK_SECONDS: '1',
    DRAIN_SECONDS: '0',
    CLOSING_RETRY_SECONDS: '1',
    MEDIA_FOLDER: `.data/test/media/${randomBytes(6).toString('hex')}`,
    TRANSCRIPTS_FOLDER: `.data/test/transcripts/${randomBytes(6).toString('hex')}`,
  }
}

function requiredEnv(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set: run the tests by "npm test"`)
  return value
}
