import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Sql } from '../../src/platform/mysql.ts'

/** The accounts of a site as docker-compose.yml makes them: what they may do is read from the same files. */

const read = (name: string): string => readFileSync(new URL(`../../services/${name}`, import.meta.url), 'utf8')

export const redisName = 'madang'
export const redisPassword = 'a password of the tests'.replaceAll(' ', '-')

/** Arguments of redis-server that make the account beside the one that tests have. */
export function redisAccount(): string[] {
  return ['--user', redisName, 'on', `>${redisPassword}`, ...read('redis.acl').trim().split(/\s+/)]
}

export interface MysqlAccount {
  name: string
  password: string
}

/** An account of MySQL that may do in this schema what the one of a site may. */
export async function createAccount(admin: Sql, schema: string): Promise<MysqlAccount> {
  const [, rights] = /^GRANT (.*) ON madang\.\* TO /m.exec(read('mysql-accounts.sh')) ?? []
  if (rights === undefined) throw new Error('services/mysql-accounts.sh grants nothing')
  return accountWith(admin, schema, rights)
}

/** One that owns the tables of this schema, and nothing else: as the image of MySQL makes the one of MYSQL_USER. */
export async function createOwner(admin: Sql, schema: string): Promise<MysqlAccount> {
  return accountWith(admin, schema, 'ALL')
}

async function accountWith(admin: Sql, schema: string, rights: string): Promise<MysqlAccount> {
  const account = { name: `least_${randomBytes(6).toString('hex')}`, password: randomBytes(12).toString('hex') }
  const whole = `'${account.name}'@'127.0.0.1'`
  await admin.raw(`CREATE USER ${whole} IDENTIFIED BY '${account.password}'`)
  await admin.raw(`GRANT ${rights} ON ${schema}.* TO ${whole}`)
  return account
}

export function accountUrl(schemaUrl: URL, { name, password }: MysqlAccount): string {
  const url = new URL(schemaUrl)
  url.username = name
  url.password = password
  return url.href
}
