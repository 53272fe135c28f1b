import test from 'ava'
import { pino } from 'pino'
import { openRedis } from '../../src/commands/open-redis.ts'
import { closeRedis } from '../../src/platform/redis.ts'
import { freePort } from '../../tools/ports.ts'
import { eventually } from '../support/eventually.ts'
import { linesOf } from '../support/log-lines.ts'
import { startRedis } from '../support/redis-server.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

function opened(url: string) {
  let said = ''
  const log = pino({ base: null, level: 'warn' }, { write: (line) => void (said += line) })
  const config = world().configWith({ REDIS_URL: url })
  return { redis: openRedis({ config, name: 'backup', log }), said: () => linesOf(said) }
}

test('a Redis that goes away in the middle of a command is said by its name, once each time', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const { redis, said } = opened(server.url)
  t.teardown(() => closeRedis(redis))
  await redis.ping()
  t.deepEqual(said(), [])

  let tries = 0
  redis.on('reconnecting', () => void (tries += 1))

  for (const times of [1, 2]) {
    await server.kill()
    const before = tries
    await eventually(() => tries >= before + 4)
    const lines = said()
    t.is(lines.length, times)
    t.like(lines.at(-1), { level: 40, msg: 'redis connection' })
    t.like(lines.at(-1)?.['err'], { code: 'ECONNREFUSED' })
    await server.start()
    await eventually(() => redis.status === 'ready')
  }
})

test('of one that was never there the log is silent: the command says it in one line', async (t) => {
  const { redis, said } = opened(`redis://127.0.0.1:${await freePort()}`)
  t.teardown(() => closeRedis(redis))

  await t.throwsAsync(redis.ping())

  t.deepEqual(said(), [])
})
