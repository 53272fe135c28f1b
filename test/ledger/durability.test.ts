import test from 'ava'
import { readDurability } from '../../src/ledger/index.ts'
import { mysqlFaults, redisFaults } from '../../src/ledger/durability-rules.ts'
import { connectMysql, selectRows } from '../../src/platform/mysql.ts'
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

  t.deepEqual(found, { durability: 'always', faults: [], advice: [] })
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

  t.deepEqual(stated, { durability: 'always', faults: [], advice: [] })
  t.is(unstated.durability, 'none')
  t.is(unstated.faults.length, 1)
})

test.serial('a redis that does not answer has not hidden its settings, whatever the operator says', async (t) => {
  const nobody = connect('redis://127.0.0.1:1')

  await t.throwsAsync(readDurability(nobody, world().sql, 'always'))
})

/** What the test database and a Redis of the tests say, changed in one place each. */
const goodMysql = new Map(
  Object.entries({
    version: '11.8.3-MariaDB',
    innodb_flush_log_at_trx_commit: '1',
    innodb_flush_method: 'O_DIRECT',
    innodb_doublewrite: 'ON',
    log_bin: 'ON',
    sync_binlog: '1',
    max_allowed_packet: '67108864',
    read_only: 'OFF',
    sql_mode: 'STRICT_ALL_TABLES',
    autocommit: 'ON',
    time_zone: '+00:00',
    character_set_client: 'utf8mb4',
    transaction_isolation: 'READ-COMMITTED',
  }),
)
const weakMysql: [name: string, value: string, said: RegExp][] = [
  ['version', '10.6.12-MariaDB-log', /version 10\.6\.12.* too old, MariaDB 10\.11/],
  ['version', '5.7.44', /version 5\.7\.44 is too old, MySQL 8\.0/],
  ['innodb_flush_log_at_trx_commit', '2', /innodb_flush_log_at_trx_commit is not 1/],
  ['innodb_flush_log_at_trx_commit', '0', /innodb_flush_log_at_trx_commit is not 1/],
  ['sync_binlog', '0', /log_bin is on and sync_binlog is not 1/],
  ['sync_binlog', '100', /log_bin is on and sync_binlog is not 1/],
  ['innodb_flush_method', 'nosync', /innodb_flush_method is nosync/],
  ['innodb_flush_method', 'littlesync', /innodb_flush_method is littlesync/],
  ['innodb_doublewrite', 'OFF', /innodb_doublewrite is off/],
  ['innodb_doublewrite', 'DETECT_ONLY', /innodb_doublewrite is off/],
  ['max_allowed_packet', '1048576', /max_allowed_packet is 1048576/],
  ['read_only', 'ON', /read_only is on/],
  ['sql_mode', '', /not strict/],
  ['autocommit', 'OFF', /autocommit is OFF/],
  ['time_zone', 'SYSTEM', /time_zone is SYSTEM/],
  ['character_set_client', 'latin1', /character_set_client is latin1/],
  ['transaction_isolation', 'REPEATABLE-READ', /transaction isolation is REPEATABLE-READ/],
]

test('settings of mysql that keep the promise are no fault, in the words of either database', (t) => {
  t.deepEqual(mysqlFaults(goodMysql), [])
  const fine = {
    version: '9.7.0',
    innodb_doublewrite: 'DETECT_AND_RECOVER',
    innodb_flush_method: 'fsync',
    read_only: '0',
  }
  t.deepEqual(mysqlFaults(new Map([...goodMysql, ...Object.entries(fine)])), [])
  t.deepEqual(mysqlFaults(new Map([...goodMysql, ['log_bin', 'OFF'], ['sync_binlog', '0']])), [], 'nothing to sync')
})

for (const [name, value, said] of weakMysql) {
  test(`a mysql with ${name} = ${value || "''"} is named, and nothing else of it`, (t) => {
    const faults = mysqlFaults(new Map([...goodMysql, [name, value]]))

    t.is(faults.length, 1)
    t.regex(faults[0] ?? '', said)
  })
}

test('an isolation that only an older mariadb knows by its name is read', (t) => {
  const older = new Map([...goodMysql, ['tx_isolation', 'SERIALIZABLE']])
  older.delete('transaction_isolation')

  t.regex(mysqlFaults(older).join(), /^MySQL: transaction isolation is SERIALIZABLE/)
})

const weakRedis: [name: string, value: string, said: RegExp][] = [
  ['redis_version', '6.2.14', /version 6\.2\.14 is too old/],
  ['redis_mode', 'cluster', /one of a cluster/],
  ['role', 'slave', /this is a replica/],
]

for (const [name, value, said] of weakRedis) {
  test(`a redis whose ${name} is ${value} is named`, (t) => {
    const good = new Map([
      ['redis_version', '7.0.0'],
      ['redis_mode', 'standalone'],
      ['role', 'master'],
    ])
    t.deepEqual(redisFaults({ settings: undefined, facts: good, durability: 'always' }), [])

    const faults = redisFaults({ settings: undefined, facts: new Map([...good, [name, value]]), durability: 'always' })

    t.is(faults.length, 1)
    t.regex(faults[0] ?? '', said)
  })
}

test.serial('a replica is told by what it says itself', async (t) => {
  const redis = connect(world().redis.url)
  await redis.replicaof('127.0.0.1', 1)
  t.teardown(() => redis.replicaof('NO', 'ONE'))

  t.regex((await readDurability(redis, world().sql, undefined)).faults.join(), /^Redis: this is a replica/)
})

test.serial('a connection on which our settings are not any more is named', async (t) => {
  const shared = connectMysql({ url: world().config.DATABASE_URL, poolMax: 1, acquireTimeoutMs: 10_000 })
  t.teardown(() => shared.destroy())
  await shared.raw("SET SESSION sql_mode = '', autocommit = 0, time_zone = '+09:00', character_set_client = latin1")
  await shared.raw('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')

  const { faults } = await readDurability(connect(world().redis.url), shared, undefined)

  t.is(faults.length, 5, faults.join('\n'))
})

test.serial('a redis without a bound is worth a look, unless the operator has set one', async (t) => {
  const redis = connect(world().redis.url)
  await redis.config('SET', 'maxmemory', '0')
  t.teardown(() => redis.config('SET', 'maxmemory', '256mb'))

  const unbound = await readDurability(redis, world().sql, undefined)
  const bound = await readDurability(redis, world().sql, undefined, 1_000_000)

  t.deepEqual([unbound.faults, bound.faults, bound.advice], [[], [], []])
  t.is(unbound.advice.length, 1)
  t.regex(unbound.advice[0] ?? '', /^Redis: maxmemory is not set/)
})
