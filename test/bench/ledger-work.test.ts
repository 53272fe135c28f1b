import test from 'ava'
import { Redis } from 'ioredis'
import type { Command } from 'ioredis'
import { driveClosing } from '../../src/ledger/sealing.ts'
import { append, keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { connectMysql, selectRows } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import { alice, bob, createSite, line } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

/** What the hot paths of the ledger ask of Redis and MySQL, counted by these: whoever makes one of them ask for more finds it out here. */

const world = worldOf(test)
let site: LedgerSite
/** One session, so that it is the flush's own statements which the server counts. */
let session: Sql
test.serial.before(async () => {
  site = await createSite(world())
  session = connectMysql({ url: world().config.DATABASE_URL, poolMax: 1, acquireTimeoutMs: 10_000 })
  world().atEnd(() => session.destroy())
})

const work = (hasBulk: boolean): LedgerSite['work'] => ({ ...site.work, sql: session, hasBulk })

/** A room in which so many lines were said, and nothing of them is stored. */
async function roomOf(lines: number): Promise<RoomId> {
  const room = await site.newRoom()
  await say(room, lines)
  return room
}

async function say(room: RoomId, lines: number): Promise<void> {
  await Promise.all(
    Array.from({ length: lines }, (_, n) => site.ledger.append(room, line(`line ${n}`, n % 2 === 0 ? alice : bob))),
  )
}

type Counts = Record<string, number>

/** Commands by name as this Redis counts them, those of scripts included; what timers ask by the way is left out. */
async function redisCommands(asked: () => Promise<unknown>): Promise<Counts> {
  await site.redis.config('RESETSTAT')
  await asked()
  const stats = await site.redis.info('commandstats')
  const calls = [...stats.matchAll(/^cmdstat_([a-z]+):calls=(\d+)/gm)].map(([, name = '', count]) => [
    name,
    Number(count),
  ])
  const { info: _info, config: _config, time: _time, ...counts } = Object.fromEntries(calls) as Counts
  return counts
}

/** Statements by name as MySQL counts them for the session. */
async function statements(asked: () => Promise<unknown>): Promise<Counts> {
  const before = await statementsSoFar()
  await asked()
  const after = await statementsSoFar()
  return Object.fromEntries(
    Object.entries(after)
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  )
}

const counted = ['begin', 'commit', 'select', 'insert', 'update', 'load', 'delete', 'replace', 'set_option']

async function statementsSoFar(): Promise<Counts> {
  const rows = await selectRows<{ Variable_name: string; Value: string }>(session, "SHOW SESSION STATUS LIKE 'Com\\_%'")
  const counts = rows.map((row) => [row.Variable_name.slice(4).toLowerCase(), Number(row.Value)] as const)
  return Object.fromEntries(counts.filter(([name]) => counted.includes(name)))
}

test.serial('a hundred lines of two people at once are one script call, and no command a line', async (t) => {
  const room = await roomOf(1)

  const commands = await redisCommands(() => say(room, 100))

  t.deepEqual(commands, {
    evalsha: 1,
    // The ids in both hashes, each speaker among the members.
    ...{ hmget: 2, hget: 2 },
    // The ids, and the head.
    hset: 2,
    ...{ hgetall: 1, rpush: 1, hlen: 1, publish: 1 },
  })
})

test.serial('lines that come in one after the other within a turn of the event loop are one script call', async (t) => {
  const room = await roomOf(1)

  const commands = await redisCommands(async () => {
    const said = []
    for (let n = 0; n < 10; n += 1) {
      said.push(site.ledger.append(room, line(`line ${n}`)))
      await new Promise((resolve) => process.nextTick(resolve))
    }
    await Promise.all(said)
  })

  t.is(commands['evalsha'], 1)
})

/** Says of how many words the last command was, and sends nothing. */
class WordCounter extends Redis {
  words = 0

  override sendCommand(command: Command): unknown {
    this.words = command.args.length
    return Promise.resolve(['stale'])
  }
}

async function wordsOf(lines: number): Promise<number> {
  const redis = new WordCounter({ lazyConnect: true })
  const batch = Array.from({ length: lines }, (_, n) => ({ entry: line(`line ${n}`), lookedUp: undefined }))
  const limits = { maxEntries: 1, maxBytes: 1, sentMaxIds: 1, sentMaxMs: 1, isOverBudget: false }
  await append(redis, 1 as RoomId, batch, limits)
  return redis.words
}

test.serial('a line more is four words more to Redis', async (t) => {
  t.is((await wordsOf(100)) - (await wordsOf(1)), 99 * 4)
})

test.serial(
  'ids that may have been kept before are looked up together: one statement and one more script call',
  async (t) => {
    const room = await roomOf(1)
    await site.redis.hset(keys.meta(room), 'sentSince', Date.now())
    await site.redis.hdel(keys.meta(room), 'newest')

    const questions: string[] = []
    const onQuery = ({ sql }: { sql: string }): void => void questions.push(sql)
    world().sql.on('query', onQuery)
    t.teardown(() => world().sql.off('query', onQuery))
    const commands = await redisCommands(() => say(room, 100))

    t.is(questions.filter((sql) => sql.includes('ledger_parked') && sql.includes('messages')).length, 1)
    t.is(commands['evalsha'], 2)
  },
)

test.serial(
  'a flush of 5,000 lines in bulk is two transactions of six statements, and a script call a slice',
  async (t) => {
    const room = await roomOf(5000)

    let counts: Counts = {}
    const commands = await redisCommands(async () => {
      counts = await statements(() => flushRoom(work(true), room))
    })

    t.deepEqual(counts, { begin: 2, select: 4, load: 2, update: 2, commit: 2 })
    // Five slices, since it is known where the buffer ends; three trims of one while as much is behind them, one that says what has come meanwhile, one of the rest.
    t.is(commands['evalsha'], 10)
    t.is(commands['ltrim'], 5)
  },
)

test.serial('a flush of 5,000 lines by INSERT is two transactions, with 500 rows a statement', async (t) => {
  const room = await roomOf(5000)

  const counts = await statements(() => flushRoom(work(false), room))

  t.deepEqual(counts, { begin: 2, select: 2, insert: 10, update: 5, commit: 2 })
})

test.serial('a flush of a few lines is one INSERT and one transaction', async (t) => {
  const room = await roomOf(40)

  const counts = await statements(() => flushRoom(work(true), room))

  t.deepEqual(counts, { begin: 1, select: 1, insert: 1, update: 1, commit: 1 })
})

test.serial('the end of a room reads each row once, a thousand at a time, whatever else it asks', async (t) => {
  const short = await endOf(1500)
  const long = await endOf(4500)

  t.is((long['select'] ?? 0) - (short['select'] ?? 0), 3)
  t.deepEqual({ ...long, select: 0 }, { ...short, select: 0 })
  t.true((short['select'] ?? Infinity) <= 15, `${short['select']} questions`)
})

/** From the fence to *sealed*, when all but the closing is stored. */
async function endOf(lines: number): Promise<Counts> {
  const room = await roomOf(lines)
  await flushRoom(site.work, room)
  await site.ledger.close(room, { by: alice, requestId: undefined })
  return statements(() => driveClosing(work(true), room))
}
