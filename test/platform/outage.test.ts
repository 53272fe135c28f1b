import test from 'ava'
import { isOutage } from '../../src/platform/outage.ts'
import { mysqlErrno } from '../../src/platform/mysql.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test, { isMigrated: false })

/** Numbers as in the tables of MySQL and MariaDB. */
const passing: [errno: number, what: string][] = [
  [1004, 'a temporary file that cannot be made'],
  [1021, 'a full disk'],
  [1023, 'a file that cannot be closed'],
  [1024, 'a file that cannot be read'],
  [1026, 'a file that cannot be written'],
  [1030, 'a storage engine that fails'],
  [1037, 'no memory'],
  [1040, 'too many connections'],
  [1041, 'no resources'],
  [1053, 'a server that shuts down'],
  [1114, 'a table without room for another row'],
  [1135, 'no thread'],
  [1180, 'a COMMIT that failed'],
  [1205, 'a lock that was not to be had'],
  [1206, 'no room for locks'],
  [1213, 'a deadlock'],
  [1290, 'a server that is read-only'],
  [1317, 'a statement that was ended'],
  [1637, 'too many transactions'],
  [1836, 'a server in read-only mode'],
  [1878, 'a temporary file that cannot be written'],
  [1969, 'a statement that took too long for MariaDB'],
  [3019, 'an undo log without room'],
  [3024, 'a statement that took too long for MySQL'],
  [3101, 'a group that decided otherwise'],
  [3675, 'a full disk, said at once'],
]
const ours: [errno: number, what: string][] = [
  [1048, 'a column that must not be null'],
  [1054, 'an unknown column'],
  [1062, 'a duplicate key'],
  [1064, 'a statement that cannot be read'],
  [1142, 'a right that is lacking'],
  [1146, 'a table that is not there'],
  [1366, 'a value of the wrong kind'],
  [1406, 'a value that is too long'],
  [1452, 'a foreign key that fails'],
]

const expected = [...passing.map((row) => [...row, true] as const), ...ours.map((row) => [...row, false] as const)]
for (const [errno, what, isPassing] of expected) {
  test(`${what} (${errno}) is ${isPassing ? 'an outage' : 'a defect'}`, async (t) => {
    const error: unknown = await t.throwsAsync(async () => await world().sql.raw(signalled(errno)))

    t.is(mysqlErrno(error), errno)
    t.is(isOutage(error), isPassing)
  })
}

test('a table that is really full is an outage', async (t) => {
  await world().sql.raw('CREATE TABLE small (filler CHAR(250)) ENGINE = MEMORY MAX_ROWS = 10')
  const fill = async (): Promise<never> => {
    for (;;) await world().sql.raw(`INSERT INTO small VALUES ${Array(2000).fill("('')").join(',')}`)
  }

  const error: unknown = await t.throwsAsync(fill)

  t.is(mysqlErrno(error), 1114)
  t.true(isOutage(error))
})

test('what Redis says when it cannot take anything is an outage, what it says of a wrong command is not', (t) => {
  for (const message of [
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MISCONF Errors writing to the AOF file: No space left on device',
    "READONLY You can't write against a read only replica.",
    'LOADING Redis is loading the dataset in memory',
    'BUSY Redis is busy running a script.',
    'ERR max number of clients reached',
    'NOREPLICAS Not enough good replicas to write.',
  ]) {
    t.true(isOutage(new Error(message)), message)
  }
  for (const message of ['ERR unknown command', 'WRONGTYPE Operation against a key', 'BUSYGROUP it exists', 'OOMPH']) {
    t.false(isOutage(new Error(message)), message)
  }
})

test('a disk of our own that is full or failing is an outage, a file that is not there is a defect', (t) => {
  const failed = (code: string): Error => Object.assign(new Error(code), { code, errno: -1 })

  for (const code of ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE']) t.true(isOutage(failed(code)), code)
  for (const code of ['ENOENT', 'EACCES', 'EISDIR']) t.false(isOutage(failed(code)), code)
})

/** The server itself says it, by its own protocol. */
function signalled(errno: number): string {
  return `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'as if'`
}
