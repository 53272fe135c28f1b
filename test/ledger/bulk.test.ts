import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import knex from 'knex'
import { keys } from '../../src/ledger/buffer.ts'
import { allowsBulk } from '../../src/ledger/bulk-store.ts'
import { storeInBulk } from '../../src/ledger/bulk.ts'
import type { Entry, NewEntry } from '../../src/ledger/index.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import { driveClosing } from '../../src/ledger/sealing.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { connectMysql } from '../../src/platform/mysql.ts'
import { alice, bob, createSite, line } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
})

/** What a server takes in bulk is what the tests are about; where it forbids that, only the last ones are. */
const inBulk = (): LedgerSite['work'] => ({ ...site.work, hasBulk: true })

async function say(room: RoomId, entries: readonly NewEntry[], { ledger } = site): Promise<void> {
  for (let from = 0; from < entries.length; from += 5000) {
    await Promise.all(entries.slice(from, from + 5000).map((entry) => ledger.append(room, entry)))
  }
}

const some = (count: number): NewEntry[] =>
  Array.from({ length: count }, (_, n) => line(`line ${n}`, n % 2 === 0 ? alice : bob))

const everything = (room: RoomId): Promise<Entry[]> =>
  site.ledger.entries(room, { after: 0, upTo: 30_000, limit: 30_000 })

/** Statements of one kind that the flush sends. */
async function counting(kind: RegExp, work: () => Promise<unknown>, sql = world().sql): Promise<number> {
  let count = 0
  const onQuery = (query: { sql: string }): void => void (count += kind.test(query.sql) ? 1 : 0)
  sql.on('query', onQuery)
  await work().finally(() => sql.off('query', onQuery))
  return count
}

const loads = /^LOAD DATA/
const inserts = /^INSERT INTO messages/

test.serial(
  'thousands of entries go in bulk, as many as one transaction takes, and the history stays the same',
  async (t) => {
    const room = await site.newRoom()
    const roomy = await createSite(world(), world().configWith({ BUFFER_MAX_ENTRIES: 50_000 }), site.rooms)
    t.teardown(() => roomy.stop())
    const odd = ['\\', '\\N', 'NULL', '"', "'", 'ünï✓ 마당 👋', '\u0000', 'a\\tb', '|', '', 'x'.repeat(5000)]
    await say(room, [...odd.map((text) => line(text)), ...some(21_500)], roomy)
    const before = await everything(room)

    const loaded = await counting(loads, () => flushRoom(inBulk(), room))

    t.is(loaded, 2)
    t.is(before.length, 21_511)
    t.is(await site.redis.llen(keys.buffer(room)), 0)
    t.deepEqual(await everything(room), before)
  },
)

test.serial('what is deleted among thousands is emptied with all that amends it, and the room is sealed', async (t) => {
  const room = await site.newRoom()
  const amend = (kind: string, seq: number): NewEntry => ({ ...line(kind), kind, target: { epoch: 1, seq } })
  const remove = (seq: number): NewEntry => ({ ...amend('delete', seq), erases: true })
  await say(room, some(1500))
  await flushRoom(inBulk(), room)
  await say(room, [amend('edit', 7), ...some(1500), amend('edit', 1600), remove(7), remove(1600), amend('edit', 7)])

  await site.ledger.close(room, { by: alice, requestId: undefined })
  const loaded = await counting(loads, () => driveClosing(inBulk(), room))

  t.is(loaded, 1)
  const emptied = await world().sql('messages').where({ room_id: room, is_erased: 1 }).orderBy('seq').select('seq')
  t.deepEqual(
    emptied.map((row) => row.seq),
    [7, 1501, 1600, 3002, 3005],
  )
  t.like(await site.ledger.closing(room), { state: 'sealed' })
})

test.serial('a doubled id among thousands is parked: what cannot go in bulk goes row by row', async (t) => {
  const room = await site.newRoom()
  const same = randomUUIDv7()
  await say(room, [line('first', alice, same)])
  await flushRoom(site.work, room)
  await site.redis.del(...keys.sent(room))
  await say(room, [...some(1200), line('again', alice, same), ...some(1000)])

  const loaded = await counting(loads, () => flushRoom(inBulk(), room))

  t.is(loaded, 1)
  const rows = await world().sql('messages').where({ room_id: room }).count<{ n: number }[]>({ n: '*' })
  t.is(rows[0]?.n, 2202)
  const parked = await world().sql('ledger_parked').where({ room_id: room }).select('seq')
  t.deepEqual(parked, [{ seq: 1202 }])
})

test.serial('a payload that would be two fields of a line is stored as it is', async (t) => {
  const room = await site.newRoom()
  const odd = { ...line(''), payload: Buffer.from('{"one":"field",\t"and":"another"}') }
  await say(room, [...some(1200), odd, ...some(10)])

  const inserted = await counting(inserts, () => flushRoom(inBulk(), room))

  t.true(inserted > 0)
  t.is((await everything(room)).at(1200)?.payload.toString(), '{"one":"field",\t"and":"another"}')
})

test.serial('rows that are not what was sent are rolled back, though the server says nothing of them', async (t) => {
  const room = await site.newRoom()
  await say(room, some(1100))
  await world().sql.raw(
    `CREATE TRIGGER tampers BEFORE INSERT ON messages FOR EACH ROW
     SET NEW.at = IF(NEW.room_id = ${room} AND NEW.seq = 1050, NEW.at + INTERVAL 1 SECOND, NEW.at)`,
  )
  t.teardown(() => world().sql.raw('DROP TRIGGER IF EXISTS tampers'))

  const entries = await everything(room)
  const error = await t.throwsAsync(
    world().sql.transaction((trx) => storeInBulk(trx, room, { storedSeq: 0, storedDigest: '' }, slices(entries))),
  )

  t.regex(error.message, /1100 entries became 1100 rows, with 0 warnings/)
  const rows = await world().sql('messages').where({ room_id: room }).count<{ n: number }[]>({ n: '*' })
  t.is(rows[0]?.n, 0)
})

test.serial('when what follows cannot be read, nothing is stored, and the next flush stores it', async (t) => {
  const room = await site.newRoom()
  await say(room, some(1500))
  const entries = await everything(room)
  async function* breaking(): AsyncGenerator<Entry[]> {
    yield entries.slice(0, 1000)
    throw new Error('Redis is away')
  }

  const storing = world().sql.transaction((trx) =>
    storeInBulk(trx, room, { storedSeq: 0, storedDigest: '' }, breaking()),
  )

  await t.throwsAsync(storing, { message: /Redis is away/ })
  t.is(await flushRoom(inBulk(), room), 1500)
  t.deepEqual(await everything(room), entries)
})

test.serial('long entries are sent in packets that the smallest MySQL takes', async (t) => {
  const [[before]] = (await world().sql.raw('SELECT @@GLOBAL.max_allowed_packet AS bytes')) as [[{ bytes: number }]]
  t.teardown(() => world().sql.raw('SET GLOBAL max_allowed_packet = ?', [before.bytes]))
  await world().sql.raw('SET GLOBAL max_allowed_packet = 4194304')
  const small = connectMysql({ url: world().config.DATABASE_URL, poolMax: 1, acquireTimeoutMs: 10_000 })
  t.teardown(() => small.destroy())
  const room = await site.newRoom()
  await say(
    room,
    Array.from({ length: 1100 }, () => line('x'.repeat(6000))),
  )

  const loaded = await counting(loads, () => flushRoom({ ...inBulk(), sql: small }, room), small)

  t.is(loaded, 1)
  t.is((await everything(room)).length, 1100)
})

test.serial('a client that may not send rows in bulk stores them all the same', async (t) => {
  const { hostname: host, port, username: user, password, pathname } = new URL(world().config.DATABASE_URL)
  const connection = { host, port: Number(port), user, password, database: pathname.slice(1) }
  const client = 'mysql2'
  const forbidden = knex({ client, connection: { ...connection, timezone: 'Z', flags: ['-LOCAL_FILES'] } })
  t.teardown(() => forbidden.destroy())
  const room = await site.newRoom()
  await say(room, some(1500))

  t.is(await flushRoom({ ...inBulk(), sql: forbidden }, room), 1500)
})

test.serial('where the server forbids it, a worker knows from its start', async (t) => {
  const admin = connectMysql({ url: process.env['TEST_DATABASE_URL'] ?? '', poolMax: 1, acquireTimeoutMs: 10_000 })
  t.teardown(() => admin.destroy())
  const [[before]] = (await admin.raw('SELECT @@GLOBAL.local_infile AS local_infile')) as [[{ local_infile: number }]]
  t.teardown(() => admin.raw('SET GLOBAL local_infile = ?', [before.local_infile]))

  await admin.raw('SET GLOBAL local_infile = 0')
  t.false(await allowsBulk(world().sql))
  await admin.raw('SET GLOBAL local_infile = 1')
  t.true(await allowsBulk(world().sql))
})

async function* slices(entries: readonly Entry[]): AsyncGenerator<readonly Entry[]> {
  yield entries
}

test.serial('a connection that is killed in the middle of a bulk is an error, and nobody reads on', async (t) => {
  const room = await site.newRoom()
  await say(room, some(3000))
  const entries = await everything(room)
  const isOver = Promise.withResolvers<void>()
  const isLeft = Promise.withResolvers<void>()
  const storing = world().sql.transaction(async (trx) => {
    const [[{ id }]] = (await trx.raw('SELECT CONNECTION_ID() AS id')) as [[{ id: number }]]
    async function* cut(): AsyncGenerator<Entry[]> {
      try {
        yield entries.slice(0, 1000)
        await world().sql.raw('KILL ?', [id])
        await isOver.promise
        yield entries.slice(1000, 2000)
        yield entries.slice(2000)
      } finally {
        isLeft.resolve()
      }
    }
    await storeInBulk(trx, room, { storedSeq: 0, storedDigest: '' }, cut())
  })

  await t.throwsAsync(storing)
  isOver.resolve()
  await isLeft.promise

  t.is(await flushRoom(inBulk(), room), 3000)
  t.deepEqual(await everything(room), entries)
})
