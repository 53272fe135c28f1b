import test from 'ava'
import { freePort } from '../../tools/ports.ts'
import { worldOf } from '../support/world.ts'
import { freshWorld } from './backup-site.ts'
import { run } from './commands.ts'

/** What the commands of operators say where there is no installation that they could change. */

const world = worldOf(test)

const commands: [name: string, ...args: string[]][] = [
  ['grant', 'alice', 'admin'],
  ['new-password', 'alice'],
  ['adopt-pictures'],
  ['migrate'],
  ['missing-files'],
  ['backup', '--to', '/tmp/there-is-nothing-to-back-up'],
  ['restore', '--from', '/tmp/there-is-nothing-to-restore'],
  ['seed'],
]

const withoutRedis = ['adopt-pictures', 'missing-files']
const changing = ['grant', 'new-password', 'adopt-pictures']
const noMysql = 'MySQL does not answer where DATABASE_URL says: start it, or correct DATABASE_URL.\n'
const noRedis = 'Redis does not answer where REDIS_URL says: start it, or correct REDIS_URL.\n'

for (const [name, ...args] of commands) {
  test.serial(`${name} says which service does not answer, and where it is looked for`, async (t) => {
    const away = `127.0.0.1:${await freePort()}`
    const without = (changes: Record<string, string>) => run(name, args, { ...world().env, ...changes })

    t.deepEqual(await without({ DATABASE_URL: `mysql://madang@${away}/madang` }), { code: 1, said: noMysql })
    if (withoutRedis.includes(name)) return
    t.deepEqual(await without({ REDIS_URL: `redis://${away}` }), { code: 1, said: noRedis })
  })

  if (!changing.includes(name)) continue

  test.serial(`${name} says what the tables lack`, async (t) => {
    const { code, said } = await run(name, args, (await freshWorld(t)).env)

    t.regex(said, /^The database lacks \d+ migrations \(first 001_accounts\): run "npm run migrate"\.\n$/)
    t.is(code, 1)
  })

  test.serial(`${name} changes nothing in the tables of a newer version`, async (t) => {
    await world().sql('migrations').insert({ name: '999_future' })
    t.teardown(() => world().sql('migrations').where({ name: '999_future' }).delete())

    const { code, said } = await run(name, args, world().env)

    t.regex(said, /^The database is newer than this version, which does not know 999_future: /)
    t.is(code, 1)
  })
}
