import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { Problem } from './problem.ts'

/**
 * Looks at a database that somebody else runs before anything stands on it. `schema`: whether the address must name one.
 * Errors: a Problem of one sentence that says what to do.
 */
export async function checkDatabase(text: string, { schema }: { schema: 'needed' | 'optional' }): Promise<void> {
  const address = databaseAddress(text)
  if (!address || (address.schema === '' && schema === 'needed')) {
    throw new Problem('DATABASE_URL is not of the form mysql://user:password@host:port/database; put it right')
  }
  const { host, port, user, password } = address
  const database = address.schema === '' ? {} : { database: address.schema }
  try {
    const connection = await createConnection({
      host,
      port,
      user,
      password,
      ...database,
      connectTimeout: answerWithinMs,
    })
    await connection.query('SELECT 1').finally(() => connection.destroy())
  } catch (error) {
    throw new Problem(`The database of DATABASE_URL (${host}:${port}) ${databaseFault(error, address)}`)
  }
}

/** The same for a Redis. */
export async function checkRedis(text: string): Promise<void> {
  const url = parse(text, ['redis:', 'rediss:'])
  if (!url || !/^(\/\d*)?$/.test(url.pathname) || decoded(url.password) === undefined) {
    throw new Problem('REDIS_URL is not of the form redis://:password@host:port/0; put it right')
  }
  const where = `The Redis of REDIS_URL (${url.host})`
  const reason = await pingFailure(text)
  if (reason === undefined) return
  if (/NOAUTH|WRONGPASS|invalid password/.test(reason)) {
    throw new Problem(`${where} refuses the password; check it in the address`)
  }
  throw new Problem(`${where} does not answer (${reason}); start it or unset REDIS_URL`)
}

const answerWithinMs = 3000

interface DatabaseAddress {
  host: string
  port: number
  user: string
  password: string
  schema: string
}

function databaseAddress(text: string): DatabaseAddress | undefined {
  const url = parse(text, ['mysql:'])
  const user = decoded(url?.username ?? '')
  const password = decoded(url?.password ?? '')
  if (!url || !user || password === undefined) return undefined
  return { host: url.hostname, port: Number(url.port || 3306), user, password, schema: url.pathname.slice(1) }
}

function databaseFault(error: unknown, { user, schema }: DatabaseAddress): string {
  switch (codeOf(error)) {
    case 'ER_ACCESS_DENIED_ERROR':
      return `refuses the user ${user}; check the name and the password in it`
    case 'ER_BAD_DB_ERROR':
      return `has no schema ${schema}; create it, or name another one at the end of the address`
    case 'ER_DBACCESS_DENIED_ERROR':
      return `has no schema ${schema} for the user ${user}; create it and grant the user all rights on it`
    default:
      return `does not answer (${reasonOf(error)}); start it or unset DATABASE_URL`
  }
}

function parse(text: string, protocols: readonly string[]): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url && protocols.includes(url.protocol) && url.hostname !== '' ? url : undefined
}

/** A lone % is none that an address may hold. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

/** The first error is the reason; those that follow say only that the connection was closed. */
async function pingFailure(url: string): Promise<string | undefined> {
  const times = { connectTimeout: answerWithinMs, commandTimeout: answerWithinMs }
  const redis = new Redis(url, { ...times, lazyConnect: true, enableReadyCheck: false, retryStrategy: () => null })
  const errors: unknown[] = []
  redis.on('error', (error) => errors.push(error))
  try {
    await redis.connect()
    await redis.ping()
    return undefined
  } catch (error) {
    return reasonOf(errors[0] ?? error)
  } finally {
    redis.disconnect()
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** One line, also where Node tried several addresses and says nothing of its own. */
function reasonOf(error: unknown): string {
  return (error instanceof Error && (error.message || codeOf(error))) || String(error)
}
