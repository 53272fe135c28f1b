import test from 'ava'
import { readDurability } from '../../src/ledger/index.ts'
import { selectRows } from '../../src/platform/mysql.ts'
import { closeRedis } from '../../src/platform/redis.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { connectFor } from '../support/connections.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

function connect(url: string): Redis {
  const redis = connectFor('commands', url)
  world().atEnd(() => closeRedis(redis))
  return redis
}

test.serial('a redis and a mysql that keep what the promise needs have no faults', async (t) => {
  const found = await readDurability(connect(world().redis.url), world().sql, undefined)

  t.deepEqual(found, { durability: 'always', faults: [] })
})

test.serial('each setting that keeps less is named', async (t) => {
  const redis = connect(world().redis.url)
  await redis.config('SET', 'appendfsync', 'everysec')
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await redis.config('SET', 'no-appendfsync-on-rewrite', 'yes')
  t.teardown(async () => {
    await redis.config('SET', 'appendfsync', 'always')
    await redis.config('SET', 'maxmemory-policy', 'noeviction')
    await redis.config('SET', 'no-appendfsync-on-rewrite', 'no')
  })

  const found = await readDurability(redis, world().sql, undefined)

  t.is(found.durability, 'everysec')
  t.is(found.faults.length, 3)
  t.regex(found.faults.join('\n'), /everysec[\s\S]*allkeys-lru[\s\S]*no-appendfsync-on-rewrite/)
})

test.serial(
  'a mysql that takes no packets of the size of a flush is named, and one that just does is not',
  async (t) => {
    const redis = connect(world().redis.url)
    const [before] = await selectRows<{ bytes: number }>(world().sql, 'SELECT @@GLOBAL.max_allowed_packet AS bytes')
    t.teardown(() => world().sql.raw('SET GLOBAL max_allowed_packet = ?', [before?.bytes ?? 0]))

    await world().sql.raw('SET GLOBAL max_allowed_packet = 4193280')
    t.regex(
      (await readDurability(redis, world().sql, undefined)).faults.join('\n'),
      /^MySQL: max_allowed_packet is 4193280/,
    )
    await world().sql.raw('SET GLOBAL max_allowed_packet = 4194304')
    t.deepEqual((await readDurability(redis, world().sql, undefined)).faults, [])
  },
)

test.serial('where the settings are hidden the operator says what is kept', async (t) => {
  const admin = connect(world().redis.url)
  await admin.call('ACL', 'SETUSER', 'guest', 'on', '>secret', '~*', '&*', '+@all', '-config')
  const guest = connect(world().redis.url.replace('redis://', 'redis://guest:secret@'))

  const stated = await readDurability(guest, world().sql, 'always')
  const unstated = await readDurability(guest, world().sql, undefined)

  t.deepEqual(stated, { durability: 'always', faults: [] })
  t.is(unstated.durability, 'none')
  t.is(unstated.faults.length, 1)
})

test.serial('a redis that does not answer has not hidden its settings, whatever the operator says', async (t) => {
  const nobody = connect('redis://127.0.0.1:1')

  await t.throwsAsync(readDurability(nobody, world().sql, 'always'))
})
