import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import { closeRedis } from '../../src/platform/redis.ts'
import { freePort } from '../../tools/ports.ts'
import { connectFor } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { redisAccount, redisName, redisPassword } from '../support/least-privilege.ts'
import { Part } from '../support/part.ts'
import { createWorld, worldOf } from '../support/world.ts'
import { backUp } from './backup-site.ts'
import { run } from './commands.ts'

/** Nobody who still runs gets into half a restore. */

const source = worldOf(test)
let backup = ''

test.serial.before('an installation with somebody in it is backed up', async (t) => {
  t.timeout(120_000)
  await source().sql('accounts').insert({ username: 'alice', display_name: 'Alice', password: 'x' })
  backup = await mkdtemp(path.join(tmpdir(), 'madang-backup-'))
  source().atEnd(() => rm(backup, { recursive: true, force: true }))
  const { code, said } = await backUp(source(), backup)
  if (code !== 0) throw new Error(said)
})

for (const [who, script, port] of [
  ['server', 'src/server.ts', 'PORT'],
  ['worker', 'workers/main.ts', 'WORKER_PORT'],
] as const) {
  test.serial(`where one ${who} was forgotten nothing is restored, though its Redis is empty`, async (t) => {
    const world = await createWorld({ isMigrated: false, hasLeastPrivilege: false })
    t.teardown(() => world.close())
    const redis = connectFor('commands', world.redis.url)
    t.teardown(() => closeRedis(redis))
    // As on a site: an account that may see no more than its own.
    await redis.call('ACL', 'SETUSER', ...redisAccount().slice(1))
    const env = { ...world.env, REDIS_URL: world.redis.url.replace('//', `//${redisName}:${redisPassword}@`) }
    await run('migrate', [], env)
    const number = await freePort()
    const part = new Part(script, number, { ...env, [port]: String(number) }, {})
    await part.start()
    t.teardown(() => part.end('SIGKILL'))
    await part.ready()
    const listening = async (): Promise<number> => {
      const answer = await redis.pubsub('NUMSUB', 'events:told', 'events:placed')
      return Number(answer[1]) + Number(answer[3])
    }
    await eventually(async () => (await listening()) > 0)
    await redis.flushall()

    const refused = await run('restore', ['--from', backup], env)

    t.is(refused.code, 1)
    t.regex(refused.said, /^Servers or workers still run: 1 listen on this Redis\./m)
    t.deepEqual(await world.sql('accounts').select('id'), [])
    await part.end('SIGTERM')
    await eventually(async () => (await listening()) === 0)
    await redis.flushall()
    const { code, said } = await run('restore', ['--from', backup], env)
    t.is(code, 0, said)
  })
}
