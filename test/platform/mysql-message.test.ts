import test from 'ava'
import { Queue } from 'bullmq'
import { describeError, reasonOf } from '../../src/platform/log.ts'
import { withoutValues } from '../../src/platform/mysql-message.ts'
import { mysqlErrno } from '../../src/platform/mysql.ts'
import { Doorbell, queuePrefix, startWorker } from '../../src/platform/queue.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'

/** What is told of what the database refuses: which key and column, and no word of what people wrote. */
const world = worldOf(test, { isMigrated: false })

test.serial.before('there is a table', async () => {
  await world().sql.raw(`CREATE TABLE people (
    id INT NOT NULL PRIMARY KEY, name VARCHAR(60) CHARACTER SET utf8mb4, born DATETIME(3), points BIGINT UNSIGNED,
    UNIQUE KEY by_name (name)
  )`)
  await world().sql.raw("INSERT INTO people VALUES (1, 'alice', NULL, 1), (2, ?, NULL, 1)", [sly])
})

/** A value that looks as if the message had ended in it. */
const sly = "bob' for key 'bob' at row 1, said 'bob"

/** A statement, its values, the number of the error, and what is told of it. */
const refused: [what: string, text: string, values: (string | number | null)[], errno: number, told: RegExp][] = [
  [
    'doubled key',
    'INSERT INTO people (id, name) VALUES (3, ?)',
    ['alice'],
    1062,
    /^Duplicate entry '…' for key '(people\.)?by_name'$/,
  ],
  [
    'doubled key with quotation marks',
    'INSERT INTO people (id, name) VALUES (3, ?)',
    [sly],
    1062,
    /^Duplicate entry '…' for key '(people\.)?by_name'$/,
  ],
  [
    'half a character',
    'INSERT INTO people (id, name) VALUES (3, UNHEX(?))',
    ['616C696365F0288C'],
    1366,
    /^Incorrect string value: '…' for column .*name\W+ at row 1$/,
  ],
  [
    'word for a number',
    'INSERT INTO people (id) VALUES (?)',
    ['alice'],
    1366,
    /^Incorrect integer value: '…' for column .*id\W+ at row 1$/,
  ],
  [
    'word for a time',
    'INSERT INTO people (id, born) VALUES (3, ?)',
    ['alice'],
    1292,
    /^Incorrect datetime value: '…' for column .*born\W+ at row 1$/,
  ],
  [
    'word in a sum',
    'UPDATE people SET points = points + ?',
    ['alice'],
    1292,
    /^Truncated incorrect (DOUBLE|DECIMAL) value: '…'$/,
  ],
  [
    'number below zero',
    'UPDATE people SET points = points - ?',
    [5150],
    1690,
    /^BIGINT UNSIGNED value is out of range in '…'$/,
  ],
  ['statement that cannot be read', 'INSERT INTO people VALUE ? ?', ['alice', sly], 1064, /to use near '…' at line 1$/],
  [
    'long text',
    'INSERT INTO people (id, name) VALUES (3, ?)',
    ['alice'.repeat(20)],
    1406,
    /^Data too long for column 'name' at row 1$/,
  ],
  ['nothing at all', 'INSERT INTO people (id) VALUES (?)', [null], 1048, /^Column 'id' cannot be null$/],
  ['column that is not there', 'SELECT nick FROM people', [], 1054, /^Unknown column 'nick' in '…'$/],
  ['table that is not there', 'SELECT * FROM persons', [], 1146, /^Table '\w+\.persons' doesn't exist$/],
]

for (const [what, text, values, errno, told] of refused) {
  test.serial(`of a ${what} it is told where, and not what was written`, async (t) => {
    const error = await t.throwsAsync(async () => await world().sql.raw(text, values as string[]))

    t.is(mysqlErrno(error), errno, String(error))
    t.regex(reasonOf(error), told)
    const described = JSON.stringify(describeError(error))
    for (const word of ['alice', 'bob', '616C', 'xF0', '5150']) t.false(described.includes(word), described)
    t.regex(described, /"code":"ER_/)
  })
}

test.serial('with a job that failed no value is kept', async (t) => {
  const { log, config, sql } = world()
  const url = config.REDIS_URL
  const definition = { name: 'errands', options: () => ({ attempts: 1, removeOnFail: { count: 10 } }) }
  const bell = new Doorbell({ url, definition, log })
  const work = async (): Promise<void> => void (await sql.raw("INSERT INTO people (id, name) VALUES (3, 'alice')"))
  const worker = startWorker({ url, definition, concurrency: 1, log, work })
  const connection = { url, protocol: 2 as const, maxRetriesPerRequest: null }
  const queue = new Queue(definition.name, { connection, prefix: queuePrefix, skipVersionCheck: true })
  t.teardown(() => Promise.all([bell.close(), worker.close(), queue.close()]))

  await eventually(() => bell.ring({}))
  const [job] = await eventually(async () => {
    const failed = await queue.getFailed()
    return failed.length > 0 && failed
  })

  t.regex(job?.failedReason ?? '', /^Duplicate entry '…' for key /)
  t.false(JSON.stringify(job?.asJSON()).includes('alice'))
})

test('a message without a value, or with names alone, stays as it is', (t) => {
  for (const message of [
    'Lock wait timeout exceeded; try restarting transaction',
    "Access denied for user 'madang'@'10.0.0.7' (using password: YES)",
    "INSERT command denied to user 'madang'@'localhost' for table `madang`.`people`",
    "Field 'name' doesn't have a default value",
    "Unknown database 'madang'",
    "Can't create more than max_prepared_stmt_count statements",
    'Cannot add or update a child row: a foreign key constraint fails (`m`.`a`, CONSTRAINT `b` FOREIGN KEY (`c`) REFERENCES `d` (`e`))',
  ]) {
    t.is(withoutValues(message), message)
  }
})

/** What an operator needs stands in quotation marks, too: settings, files, what the system says. */
const ofOperators: [errno: number, message: string][] = [
  [3, 'Error writing file \'/tmp/MY7f\' (Errcode: 28 "No space left on device")'],
  [1004, "Can't create file '/var/lib/mysql/x' (OS errno 28 - No space left on device)"],
  [1026, "Error writing file '/x' (OS errno 28 - No space left on device)"],
  [1030, "Got error 28 - 'No space left on device' from storage engine"],
  [1129, "Host '10.0.0.7' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'"],
  [1130, "Host '10.0.0.7' is not allowed to connect to this MySQL server"],
  [1153, "Got a packet bigger than 'max_allowed_packet' bytes"],
  [1203, "User madang already has more than 'max_user_connections' active connections"],
  [1226, "User 'madang' has exceeded the 'max_questions' resource (current value: 10)"],
  [1297, "Got temporary error 4009 'Cluster Failure' from NDB"],
  [1524, "Plugin 'mysql_native_password' is not loaded"],
]

for (const [errno, message] of ofOperators) {
  test(`what an operator needs stays as it is (${errno}: ${message})`, (t) => {
    const error = Object.assign(new Error('insert into …'), { errno, sqlMessage: message })

    t.is(reasonOf(error), message)
    t.like(describeError(error), { message })
    // Of another number it may be anything, with whatever words a value has.
    for (const other of [1062, 65_000]) t.true(reasonOf(Object.assign(error, { errno: other })).includes("'…'"))
  })
}

test.serial('a setting that MySQL refuses is named', async (t) => {
  const error = await t.throwsAsync(async () => await world().sql.raw("SET SESSION sql_mode = 'LENIENT'"))

  t.is(mysqlErrno(error), 1231, String(error))
  t.is(reasonOf(error), "Variable 'sql_mode' can't be set to the value of 'LENIENT'")
})

test('a value whose end was cut off goes to the end', (t) => {
  t.is(withoutValues("Duplicate entry 'what alice said"), "Duplicate entry '…'")
  t.is(withoutValues("Duplicate entry '' for key 'by_name'"), "Duplicate entry '…' for key 'by_name'")
})
