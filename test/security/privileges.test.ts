import { Redis } from 'ioredis'
import test from 'ava'
import { keys } from '../../src/ledger/keys.ts'
import { ReturnedRooms } from '../../src/ledger/returned.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { mysqlErrno } from '../../src/platform/mysql.ts'
import { sharedBy } from '../support/shared.ts'
import { worldOf } from '../support/world.ts'

/** Whoever comes by the credentials of a server cannot do more with them than a server has to. */
const world = worldOf(test, { hasLeastPrivilege: true })

const forbiddenSql = [
  'CREATE TABLE loot (id INT)',
  'CREATE TEMPORARY TABLE loot (id INT)',
  'DROP TABLE messages',
  'ALTER TABLE messages ADD COLUMN loot INT',
  'TRUNCATE TABLE messages',
  'RENAME TABLE messages TO loot',
  'CREATE INDEX loot ON messages (id)',
  'CREATE VIEW loot AS SELECT 1',
  'CREATE TRIGGER loot BEFORE INSERT ON messages FOR EACH ROW SET @x = 1',
  'CREATE PROCEDURE loot() SELECT 1',
  'CREATE EVENT loot ON SCHEDULE EVERY 1 DAY DO SELECT 1',
  'LOCK TABLES messages WRITE',
  'CREATE DATABASE loot',
  'DROP DATABASE mysql',
  "CREATE USER loot IDENTIFIED BY 'x'",
  "GRANT ALL PRIVILEGES ON *.* TO 'root'@'localhost'",
  'SET GLOBAL max_connections = 1',
  'SET GLOBAL innodb_flush_log_at_trx_commit = 0',
  "SELECT 'x' INTO OUTFILE '/tmp/madang-loot'",
  "LOAD DATA INFILE '/etc/passwd' INTO TABLE accounts",
  'SELECT * FROM mysql.user',
  'FLUSH PRIVILEGES',
  'SHUTDOWN',
]
/** Denied: for a schema, user, table, command, global right, database, view, or one of several rights. */
const denied = new Set([1044, 1045, 1142, 1143, 1227, 1370, 1410])

for (const statement of forbiddenSql) {
  test(`MySQL does not let a server say ${statement}`, async (t) => {
    const error = await t.throwsAsync(async () => await world().sql.raw(statement))

    t.true(denied.has(mysqlErrno(error) ?? 0), `${mysqlErrno(error)} ${error?.message}`)
  })
}

test('MySQL reads no file for a server, and shows it nobody else’s schema', async (t) => {
  const [[row]] = (await world().sql.raw("SELECT LOAD_FILE('/etc/passwd') AS content")) as [[{ content: unknown }]]
  const [schemas] = (await world().sql.raw('SHOW DATABASES')) as [{ Database: string }[]]

  t.is(row.content, null)
  t.deepEqual(
    schemas
      .map(({ Database }) => Database)
      .filter((name) => name !== 'information_schema' && name !== 'performance_schema'),
    [new URL(world().config.DATABASE_URL).pathname.slice(1)],
  )
})

const redis = sharedBy(test, 'a connection of a server', async () => {
  const connection = new Redis(world().config.REDIS_URL, { protocol: 2, retryStrategy: () => null })
  world().atEnd(() => connection.disconnect())
  await connection.ping()
  return connection
})

const forbiddenCommands = [
  ...['FLUSHALL', 'FLUSHDB', 'KEYS *', 'SCAN 0', 'RANDOMKEY', 'DBSIZE', 'DEBUG SLEEP 0', 'SHUTDOWN NOSAVE', 'SAVE'],
  ...[
    'BGSAVE',
    'BGREWRITEAOF',
    'LASTSAVE',
    'MONITOR',
    'ROLE',
    'REPLICAOF 127.0.0.1 1',
    'SLOWLOG GET',
    'LATENCY LATEST',
  ],
  ...['CONFIG SET maxmemory 1', 'CONFIG SET dir /tmp', 'CONFIG REWRITE', 'CONFIG RESETSTAT', 'ACL LIST', 'ACL WHOAMI'],
  ...['ACL SETUSER loot on nopass +@all ~*', 'CLIENT LIST', 'CLIENT KILL TYPE normal', 'CLIENT PAUSE 1', 'SWAPDB 0 1'],
  ...[
    'SCRIPT FLUSH',
    'SCRIPT KILL',
    'FUNCTION FLUSH',
    'FUNCTION LIST',
    'MODULE LIST',
    'CLUSTER INFO',
    'SORT presence:rooms',
  ],
  ...['MIGRATE 127.0.0.1 1 ticket:x 0 1', 'RESTORE ticket:x 0 x', 'SET loot 1', 'GET loot', 'DEL loot', 'SET room:1 1'],
  ...['GET {b01}:room:1:meta', 'RENAME ticket:x loot', 'COPY ticket:x loot', 'PUBLISH loot x', 'SUBSCRIBE loot'],
  ...['PSUBSCRIBE *', 'BITOP NOT loot ticket:x', 'SINTERSTORE loot ticket:x'],
]

for (const line of forbiddenCommands) {
  test(`Redis does not let a server say ${line}`, async (t) => {
    const [command = '', ...args] = line.split(' ')
    const error = await t.throwsAsync(async () => await redis().call(command, ...args))

    t.regex(error?.message ?? '', /^NOPERM|^ERR DEBUG command not allowed/)
  })
}

test('a script may do no more than who runs it', async (t) => {
  for (const line of ["'FLUSHALL'", "'KEYS', '*'", "'CONFIG', 'SET', 'maxmemory', '1'", "'SET', 'loot', '1'"]) {
    const error = await t.throwsAsync(async () => await redis().eval(`return redis.call(${line})`, 0))
    t.regex(error?.message ?? '', /ACL failure|NOPERM|can't (run|access)|not allowed|No permissions/i, line)
  }
})

test('what a server has to do it may do', async (t) => {
  t.is(await redis().set('ticket:x', '1', 'EX', 1), 'OK')
  t.is(await redis().publish('accounts', '{}'), 0)
  t.deepEqual(await redis().config('GET', 'appendfsync'), ['appendfsync', 'always'])
  t.regex(await redis().info('server'), /run_id:/)
})

test('what an older copy of Redis brings back is found without a look at all that it holds', async (t) => {
  const room = 77 as RoomId
  await world().sql('ledgers').insert({ room_id: room, stored_digest: '', state: 'closed' })
  await redis().hset(keys.meta(room), 'run', 'an earlier one')

  const found = await new ReturnedRooms({ sql: world().sql, redis: redis(), log: world().log }).sweep()

  t.is(found, 1)
  t.is(await redis().exists(keys.meta(room)), 0)
})

test('without a password Redis knows a server for nobody else', async (t) => {
  const stranger = new Redis(world().config.REDIS_URL.replace(/:[^:@]+@/, ':wrong@'), {
    protocol: 2,
    lazyConnect: true,
    retryStrategy: () => null,
  })
  stranger.on('error', () => undefined)
  t.teardown(() => stranger.disconnect())

  await t.throwsAsync(stranger.connect().then(() => stranger.set('ticket:y', '1')))
})
