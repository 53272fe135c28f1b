import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createConnection } from 'mysql2/promise'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { checkDatabase, checkRedis } from '../../tools/given.ts'
import { projectFolder } from '../../tools/paths.ts'
import { freePort } from '../../tools/ports.ts'
import { Problem } from '../../tools/problem.ts'
import { stopProcess } from '../../tools/processes.ts'
import { isRedisReady, redisUrl, startRedis } from '../../tools/redis.ts'
import { waitFor } from '../../tools/wait.ts'

const testDatabase = process.env['TEST_DATABASE_URL'] ?? ''
const needed = { schema: 'needed' } as const

test('a database that answers is taken, with its schema or, where none is needed, without', async (t) => {
  await t.notThrowsAsync(checkDatabase(changed(testDatabase, { pathname: '/information_schema' }), needed))
  await t.notThrowsAsync(checkDatabase(changed(testDatabase, { pathname: '/' }), { schema: 'optional' }))
})

test('each way in which a database is not there is told from the others', async (t) => {
  const nobody = `127.0.0.1:${await freePort()}`
  const wrong = {
    'postgres://x': /not of the form mysql:/,
    'mysql://': /not of the form/,
    'not an address': /not of the form/,
    'mysql://alice:100%@127.0.0.1/madang': /not of the form/,
    [changed(testDatabase, { pathname: '/' })]: /not of the form/,
    [`mysql://alice:secret@${nobody}/madang`]: /does not answer \(.+\); start it or unset DATABASE_URL$/,
    [changed(testDatabase, { pathname: '/mysql', password: 'secret' })]: /refuses the user madang; check/,
    [changed(testDatabase, { pathname: '/no_such_schema' })]: /has no schema no_such_schema; create it/,
  }

  for (const [url, message] of Object.entries(wrong)) await refused(t, checkDatabase(url, needed), message)
})

test('a schema that the user may not enter is said to need rights', async (t) => {
  const name = `t${randomBytes(6).toString('hex')}`
  const admin = await createConnection({ uri: testDatabase })
  await admin.query(`CREATE USER '${name}'@'127.0.0.1' IDENTIFIED BY 'known'`)
  t.teardown(() => admin.query(`DROP USER '${name}'@'127.0.0.1'`).finally(() => admin.end()))
  const url = changed(testDatabase, { username: name, password: 'known', pathname: '/no_such_schema' })

  await refused(t, checkDatabase(url, needed), /no schema no_such_schema for the user .*; create it and grant/)
})

test('each way in which a Redis is not there is told from the others', async (t) => {
  const url = await redis(t)
  await t.notThrowsAsync(checkRedis(url))

  const wrong = {
    'http://127.0.0.1:6379': /not of the form redis:/,
    'redis://': /not of the form/,
    'redis://127.0.0.1/zero': /not of the form/,
    'redis://:100%@127.0.0.1': /not of the form/,
    [`redis://127.0.0.1:${await freePort()}`]: /does not answer \(.*ECONNREFUSED.*\); start it or unset REDIS_URL$/,
    [changed(url, { password: 'secret' })]: /refuses the password; check it/,
    [changed(url, { password: '' })]: /refuses the password; check it/,
    [`redis://127.0.0.1:${await silence(t)}`]: /does not answer/,
  }
  for (const [address, message] of Object.entries(wrong)) await refused(t, checkRedis(address), message)
})

test('a test run with a database that is not there ends at once with one sentence', async (t) => {
  const url = `mysql://alice:secret@127.0.0.1:${await freePort()}/`
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-given-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'url')
  writeFileSync(file, `${url}\n`)
  const script = path.join(projectFolder, 'tools', 'test.ts')

  for (const given of [{ DATABASE_URL: url }, { DATABASE_URL_FILE: file }]) {
    const env = { ...process.env, ...given }
    const answer = spawnSync(process.execPath, [script, 'test/tools/tally.test.ts'], { env, encoding: 'utf8' })

    t.is(answer.status, 1)
    t.regex(answer.stderr, /^The database of DATABASE_URL .* does not answer .*\n$/)
    t.is(answer.stdout, '')
  }
})

/** One sentence, without the password. */
async function refused(t: ExecutionContext, check: Promise<void>, message: RegExp): Promise<void> {
  const error = await t.throwsAsync(check, { instanceOf: Problem, message })
  t.notRegex(error.message, /\n|secret|known/)
}

function changed(url: string, parts: { username?: string; password?: string; pathname?: string }): string {
  return Object.assign(new URL(url), parts).href
}

async function redis(t: ExecutionContext): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-given-'))
  const inside = (name: string): string => path.join(folder, name)
  const program = process.env['REDIS_SERVER'] ?? 'redis-server'
  const instance = { port: await freePort(), password: 'open-sesame' }
  const { mark } = await startRedis({ ...instance, program, folder, log: inside('log'), pidFile: inside('pid') })
  t.teardown(async () => {
    await stopProcess(mark)
    rmSync(folder, { recursive: true })
  })
  const isTrue = () => isRedisReady(instance.port, instance.password)
  t.is(await waitFor({ isTrue, withinMs: 20_000 }), 'yes')
  return redisUrl(instance)
}

/** The port of something that accepts connections and says nothing. */
async function silence(t: ExecutionContext): Promise<number> {
  const port = await freePort()
  const server = createServer((socket) => socket.on('error', () => undefined).resume())
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return port
}
