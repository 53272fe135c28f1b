import test from 'ava'
import type { ExecutionContext } from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import { lockLedger } from '../../src/ledger/ledger-store.ts'
import { Sweepers } from '../../src/ledger/recovery.ts'
import { driveClosing } from '../../src/ledger/sealing.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import { alice, bob, createSite, line, texts } from '../support/ledger.ts'
import { eventually } from '../support/eventually.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
})

const say = (room: RoomId, count: number): Promise<unknown> =>
  Promise.all(numbers(count).map((text) => site.ledger.append(room, line(text))))

/** Behind one commit after the other so many lines more are there to be stored, as in a room in which people speak all the time. */
function sayAtCommits(t: ExecutionContext, room: RoomId, counts: readonly number[]): Promise<unknown>[] {
  const said: Promise<unknown>[] = []
  const onQuery = ({ sql }: { sql: string }): void => {
    const count = /^commit/i.test(sql) ? counts[said.length] : undefined
    if (count !== undefined) said.push(say(room, count))
  }
  world().sql.on('query', onQuery)
  t.teardown(() => world().sql.off('query', onQuery))
  return said
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n))

test.serial('what is flushed leaves redis, and the history does not change by a byte', async (t) => {
  const room = await site.newRoom()
  await Promise.all(numbers(2300).map((text) => site.ledger.append(room, line(text))))
  const before = await site.ledger.entries(room, { after: 0, upTo: 3000, limit: 3000 })

  const stored = await flushRoom(site.work, room)

  t.is(stored, 2300)
  t.is(await site.redis.llen(keys.buffer(room)), 0)
  t.is(await site.redis.hget(keys.meta(room), 'bytes'), '0')
  t.is(await site.redis.zscore(keys.dirty(room), String(room)), null)
  t.deepEqual(await site.ledger.entries(room, { after: 0, upTo: 3000, limit: 3000 }), before)
})

test.serial('two flushes at once, while people speak, store everything once', async (t) => {
  const other = await createSite(world(), world().config, site.rooms)
  t.teardown(() => other.stop())
  const room = await site.newRoom()

  const sends = numbers(3000).map((text) => site.ledger.append(room, line(text)))
  await Promise.all([flushRoom(site.work, room), flushRoom(other.work, room), ...sends])
  await flushRoom(site.work, room)

  const rows = await world().sql('messages').where({ room_id: room }).orderBy('seq').select('seq')
  t.deepEqual(
    rows.map((row) => row.seq),
    numbers(3000).map((n) => Number(n) + 1),
  )
})

test.serial('a flush ends where the room stood when it began, however fast people speak meanwhile', async (t) => {
  const room = await site.newRoom()
  await say(room, 30)
  const meanwhile = sayAtCommits(t, room, [5])

  const stored = await flushRoom(site.work, room)

  t.is(stored, 30)
  await Promise.all(meanwhile)
  t.is(await site.redis.llen(keys.buffer(room)), 5)
  t.not(await site.redis.zscore(keys.dirty(room), String(room)), null)
  t.is(await flushRoom(site.work, room), 5)
})

for (const [what, due] of Object.entries({ entries: { dueEntries: 10 }, bytes: { dueBytes: 2500 } })) {
  test.serial(`what is due again by its ${what} when a flush has come to its end is stored by it, too`, async (t) => {
    const room = await site.newRoom()
    await say(room, 30)
    const meanwhile = sayAtCommits(t, room, [20, 20, 5])

    const stored = await flushRoom({ ...site.work, ...due }, room)

    // Once: others wait for a worker, too.
    t.is(stored, 50)
    t.is(meanwhile.length, 2)
    await Promise.all(meanwhile)
    t.is(await site.redis.llen(keys.buffer(room)), 20)
  })
}

/** How many transactions store a room, of which `many` are buffered; it is due at twenty. */
async function transactionsFor(many: number, isClosed = false): Promise<number> {
  const room = await site.newRoom()
  await say(room, many)
  if (isClosed) await site.ledger.close(room, { by: alice, requestId: undefined })
  let count = 0
  const onQuery = ({ sql }: { sql: string }): void =>
    void (count += /^update .ledgers. set .stored_seq/i.test(sql) ? 1 : 0)
  world().sql.on('query', onQuery)
  await flushRoom({ ...site.work, sliceEntries: 2, dueEntries: 20 }, room).finally(() =>
    world().sql.off('query', onQuery),
  )
  return count
}

test.serial(
  'a room that is due is stored by halves of that, and one that is far behind or closed at once',
  async (t) => {
    t.is(await transactionsFor(10), 1)
    t.is(await transactionsFor(12), 2)
    t.is(await transactionsFor(20), 2)
    t.is(await transactionsFor(38), 4)
    t.is(await transactionsFor(40), 1)
    t.is(await transactionsFor(20, true), 1)
  },
)

test.serial(
  'what is due again after the halves is stored in one transaction, so that what follows it rings',
  async (t) => {
    const room = await site.newRoom()
    await say(room, 20)
    const meanwhile = sayAtCommits(t, room, [18, 10, 25])

    const stored = await flushRoom({ ...site.work, sliceEntries: 2, dueEntries: 20 }, room)

    // Ten, ten, and the 28 that were there then: from 28 to 53 the buffer passes 40, where it rings.
    t.is(stored, 48)
    t.is(meanwhile.length, 3)
    await Promise.all(meanwhile)
    t.is(await site.redis.llen(keys.buffer(room)), 25)
  },
)

test.serial('what has been said since a flush began does not make its trims longer', async (t) => {
  const room = await site.newRoom()
  await say(room, 30)
  const meanwhile = sayAtCommits(t, room, [40])
  const trims: number[] = []
  const watch = await site.redis.monitor()
  t.teardown(() => watch.disconnect())
  watch.on('monitor', (_time: string, [command, key, first]: string[]) => {
    if (command?.toLowerCase() === 'ltrim' && key === keys.buffer(room)) trims.push(Number(first))
  })

  await flushRoom({ ...site.work, sliceEntries: 10 }, room)

  await Promise.all(meanwhile)
  await eventually(async () => trims.length === 3)
  t.deepEqual(trims, [10, 10, 10])
})

test.serial('a flush that died between commit and trim is repeated without harm', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, line('one'))
  const buffered = await site.redis.dumpBuffer(keys.buffer(room))
  const meta = await site.redis.dumpBuffer(keys.meta(room))
  await flushRoom(site.work, room)

  await site.redis.restore(keys.buffer(room), 0, buffered as Buffer, 'REPLACE')
  await site.redis.restore(keys.meta(room), 0, meta as Buffer, 'REPLACE')
  const again = await flushRoom(site.work, room)

  t.is(again, 0)
  t.is(await site.redis.llen(keys.buffer(room)), 0)
  t.deepEqual(texts(await site.ledger.entries(room, { after: 0, upTo: 10, limit: 10 })), ['one'])
})

test.serial(
  'a row that MySQL refuses is parked with its bytes, its seq is kept, and the closing says so',
  async (t) => {
    const room = await site.newRoom()
    const same = randomUUIDv7()
    await site.ledger.append(room, line('first', alice, same))
    await flushRoom(site.work, room)
    await site.redis.del(...keys.sent(room))
    await site.ledger.append(room, line('between', bob))
    await site.ledger.append(room, line('the same id again', alice, same))
    await site.ledger.append(room, line('after', bob))

    await site.ledger.close(room, { by: alice, requestId: undefined })
    await driveClosing(site.work, room)

    t.like(await site.ledger.closing(room), { state: 'quarantined', parked: 1, lastSeq: 5 })
    const [parked] = await world().sql('ledger_parked').where({ room_id: room }).select('seq', 'payload', 'reason')
    t.is(parked.seq, 3)
    t.is(parked.payload.toString(), '{"body":"the same id again"}')
    t.regex(parked.reason, /^Duplicate entry '…' for key /)
    t.notRegex(parked.reason, new RegExp(same))
    const receipt = await site.ledger.receipt(room)
    t.like(receipt?.content, { entries: 5, messages: 4 })
    t.regex(JSON.stringify(receipt?.content), /seq 3 could not be stored and is parked/)
  },
)

test.serial(
  'storing a delete empties the message, its edits and its reactions, and the room is still sealed',
  async (t) => {
    const room = await site.newRoom()
    await site.ledger.append(room, line('a secret'))
    const target = { epoch: 1, seq: 1 }
    const amend = (kind: string, body: string) => ({ ...line(body), kind, target })
    await site.ledger.append(room, amend('edit', 'the secret again'))
    await flushRoom(site.work, room)
    await site.ledger.append(room, { ...amend('delete', ''), erases: true })
    await flushRoom(site.work, room)
    await site.ledger.append(room, amend('edit', 'a late edit'))

    await site.ledger.close(room, { by: alice, requestId: undefined })
    await driveClosing(site.work, room)

    const rows = await world().sql('messages').where({ room_id: room }).orderBy('seq').select('payload', 'kind')
    t.deepEqual(
      rows.map((row) => `${row.kind} ${row.payload.length > 0}`),
      ['text false', 'edit false', 'delete true', 'edit false', 'closed true'],
    )
    t.like(await site.ledger.closing(room), { state: 'sealed' })
  },
)

test.serial('a room whose oldest entry is old enough is flushed by the sweepers, with the queue lost', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, line('one'))

  const sweepers = new Sweepers({ ...site.work, sweepMs: 20, flushAgeMs: 0 })
  t.teardown(() => sweepers.stop())

  await eventually(async () => (await site.ledger.head(room)).storedSeq === 1)
  t.pass()
})

test.serial('a room that somebody else works on does not hold up the others that are due', async (t) => {
  const [held, ...others] = [await site.newRoom(), await site.newRoom(), await site.newRoom()]
  for (const room of [held, ...others]) await site.ledger.append(room, line('one'))

  await inTransaction(world().sql, async (trx) => {
    await lockLedger(trx, held)
    const sweepers = new Sweepers({ ...site.work, sweepMs: 20, flushAgeMs: 0 })
    t.teardown(() => sweepers.stop())
    for (const room of others) await eventually(async () => (await site.ledger.head(room)).storedSeq === 1)
    t.is((await site.ledger.head(held)).storedSeq, 0)
  })

  await eventually(async () => (await site.ledger.head(held)).storedSeq === 1)
})

test.serial('crossing the threshold rings for a flush', async (t) => {
  const eager = await createSite(world(), world().configWith({ FLUSH_ENTRIES: 10 }), site.rooms)
  t.teardown(() => eager.stop())
  const room = await site.newRoom()

  for (const text of numbers(10)) await eager.ledger.append(room, line(text))

  const waiting = await eventually(async () => {
    const jobs = await site.redis.keys('*flush-rooms:*')
    return jobs.some((key) => key.includes(`room-${room}`))
  })
  t.true(waiting)
})

test.serial('a long line that takes a buffer of short ones over its bytes rings for a flush', async (t) => {
  const eager = await createSite(world(), world().configWith({ FLUSH_BYTES: 4096 }), site.rooms)
  t.teardown(() => eager.stop())
  const room = await site.newRoom()
  for (const text of numbers(10)) await eager.ledger.append(room, line(text))

  await eager.ledger.append(room, line('x'.repeat(3700)))

  const waiting = await eventually(async () => {
    const jobs = await site.redis.keys('*flush-rooms:*')
    return jobs.some((key) => key.includes(`room-${room}`))
  })
  t.true(waiting)
})

test.serial(
  'a MySQL that came back with less parks what no longer joins, and the closing still ends, as suspect',
  async (t) => {
    const room = await site.newRoom()
    await site.ledger.append(room, line('one'))
    await flushRoom(site.work, room)
    const [older] = await world().sql('ledgers').where({ room_id: room }).select('stored_seq', 'stored_digest')
    await site.ledger.append(room, line('two'))
    await flushRoom(site.work, room)
    await site.ledger.append(room, line('three'))
    await world().sql('messages').where({ room_id: room, seq: 2 }).delete()
    await world().sql('ledgers').where({ room_id: room }).update(older)

    await site.ledger.close(room, { by: alice, requestId: undefined })
    await driveClosing(site.work, room)

    t.like(await site.ledger.closing(room), { state: 'suspect', lastSeq: 2 })
    const parked = await world().sql('ledger_parked').where({ room_id: room }).orderBy('seq').select('seq')
    t.deepEqual(
      parked.map((row) => row.seq),
      [3, 4],
    )
    const receipt = (await site.ledger.receipt(room))?.content as { epochs: unknown[] }
    t.like(receipt.epochs[0], { lastSeq: 1, suspect: { from: 2 } })
  },
)
