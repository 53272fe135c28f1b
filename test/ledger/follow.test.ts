import test from 'ava'
import { keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { Entry, RoomEvent } from '../../src/ledger/index.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { connectMysql } from '../../src/platform/mysql.ts'
import { alice, bob, createSite, line, texts } from '../support/ledger.ts'
import { eventually } from '../support/eventually.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
let other: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
  other = await createSite(world(), world().configWith({ SERVER_NAME: 'other' }), site.rooms)
})

async function listen(at: LedgerSite, room: RoomId) {
  const events: RoomEvent[] = []
  const follow = await at.ledger.follow(room, (event) => void events.push(event))
  const entries = (): Entry[] => events.flatMap((event) => (event.type === 'entries' ? event.entries : []))
  return { events, entries, follow, seqs: () => entries().map((entry) => entry.seq) }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)

test.serial('what is appended on one server is heard on both, in one order', async (t) => {
  const room = await site.newRoom()
  const here = await listen(site, room)
  const there = await listen(other, room)

  await Promise.all(
    Array.from({ length: 500 }, (_, n) =>
      (n % 2 === 0 ? site : other).ledger.append(room, line(`${n}`, n % 3 === 0 ? alice : bob)),
    ),
  )

  await eventually(() => here.entries().length === 500 && there.entries().length === 500)
  t.deepEqual(here.seqs(), upTo(500))
  t.deepEqual(texts(here.entries()), texts(there.entries()))
})

test.serial('a server whose subscription was cut hears what it missed', async (t) => {
  const room = await site.newRoom()
  const there = await listen(other, room)
  await site.ledger.append(room, line('1'))
  await eventually(() => there.entries().length === 1)

  await site.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  for (const text of ['2', '3', '4']) await site.ledger.append(room, line(text))

  await eventually(() => there.entries().length === 4)
  t.deepEqual(there.seqs(), upTo(4))
})

test.serial(
  'a message lost in pub/sub is found when the next one shows the gap, and the last one by a look at the heads',
  async (t) => {
    const room = await site.newRoom()
    const there = await listen(other, room)
    const silent = async (text: string): Promise<void> => {
      await site.redis.eval(
        "redis.call('RPUSH', KEYS[2], ARGV[1]) redis.call('HSET', KEYS[1], 'head', ARGV[2], 'at', '1') return 1",
        2,
        keys.meta(room),
        keys.buffer(room),
        `1|${text}|1|1|quiet-${text}|text||00|{"body":"${text}"}`,
        text,
      )
    }

    await silent('1')
    await site.ledger.append(room, line('2'))
    await eventually(() => there.entries().length === 2)
    await silent('3')
    await eventually(() => there.entries().length === 3)

    t.deepEqual(there.seqs(), [1, 2, 3])
  },
)

test.serial('a new epoch is announced with how far the old one was kept', async (t) => {
  const room = await site.newRoom()
  const there = await listen(other, room)
  await site.ledger.append(room, line('stored'))
  await flushRoom(site.work, room)
  await site.ledger.append(room, line('lost'))
  await eventually(() => there.entries().length === 2)

  await site.redis.flushall()
  await site.ledger.append(room, line('after'))

  await eventually(() => there.entries().length === 3)
  t.deepEqual(
    there.events.filter((event) => event.type === 'epoch'),
    [{ type: 'epoch', epoch: 2, keptUpTo: { epoch: 1, seq: 1 } }],
  )
  t.deepEqual(there.seqs(), [1, 2, 2])
  t.deepEqual(there.follow.last, { epoch: 2, seq: 2 })
})

test.serial('a listener of a quiet room hears of the next entry after redis was killed', async (t) => {
  const room = await site.newRoom()
  const there = await listen(other, room)
  await site.ledger.append(room, line('before'))
  await eventually(() => there.entries().length === 1)

  await world().redis.kill()
  await world().redis.start()
  await eventually(async () => (await site.ledger.append(room, line('after'))).type === 'kept')

  await eventually(() => there.entries().length >= 2)
  t.true(texts(there.entries()).includes('after'))
})

test.serial('listeners are told how far the room is in MySQL', async (t) => {
  const room = await site.newRoom()
  const there = await listen(other, room)
  await site.ledger.append(room, line('1'))
  await site.ledger.append(room, line('2'))

  await flushRoom(site.work, room)

  await eventually(() => there.events.some((event) => event.type === 'stored' && event.place.seq === 2))
  t.is(there.follow.storedSeq, 2)
})

test.serial(
  'what a new epoch stores is not told under the old one, however long the new one takes to be entered',
  async (t) => {
    const sql = connectMysql({ url: world().config.DATABASE_URL, poolMax: 1, acquireTimeoutMs: 60_000 })
    world().atEnd(() => sql.destroy())
    const slow = await createSite({ ...world(), sql }, world().configWith({ SERVER_NAME: 'slow' }), site.rooms)
    const room = await site.newRoom()
    const here = await listen(site, room)
    const there = await listen(slow, room)
    for (const text of ['lost', 'lost too']) await site.ledger.append(room, line(text))
    await eventually(() => there.entries().length === 2)

    const holding = await sql.transaction()
    await site.redis.flushall()
    for (const text of ['kept', 'kept too']) await site.ledger.append(room, line(text))
    await flushRoom(site.work, room)
    await eventually(() => here.events.some((event) => event.type === 'stored'))
    await holding.rollback()
    await eventually(() => there.events.some((event) => event.type === 'stored' && event.place.seq === 2))

    const told = there.events.filter((event) => event.type === 'stored').map((event) => event.place.epoch)
    t.deepEqual(new Set(told), new Set([2]))
  },
)

test.serial(
  'where MySQL comes back older, nothing counts as stored that is not, and no end is told before it is',
  async (t) => {
    const room = await site.newRoom()
    const there = await listen(other, room)
    for (const text of ['1', '2']) await site.ledger.append(room, line(text))
    await flushRoom(site.work, room)
    const [older] = await world().sql('ledgers').where({ room_id: room })
    for (const text of ['3', '4', '5']) await site.ledger.append(room, line(text))
    await flushRoom(site.work, room)
    await eventually(() => there.follow.storedSeq === 5)
    await world().sql('messages').where({ room_id: room }).where('seq', '>', 2).delete()
    await world().sql('ledgers').where({ room_id: room }).update(older)
    await site.ledger.append(room, line('6'))
    await flushRoom(site.work, room)
    await eventually(() => there.events.some((event) => event.type === 'epoch'))

    t.is(there.follow.storedSeq, 2)
    await close(room)
    await eventually(() => there.entries().at(-1)?.kind === 'closed')
    t.deepEqual(endsIn(there.events), [])
    await flushRoom(site.work, room)
    await eventually(() => endsIn(there.events).length > 0)
  },
)

const close = (room: RoomId) => site.ledger.close(room, { by: alice, requestId: undefined })
const endsIn = (events: RoomEvent[]): RoomEvent[] => events.filter((event) => event.type === 'ended')

test.serial('a room has ended when its closing is stored, for who listens and for who comes later', async (t) => {
  const room = await site.newRoom()
  const there = await listen(other, room)
  await site.ledger.append(room, line('the last word'))

  await close(room)
  await eventually(() => there.entries().at(-1)?.kind === 'closed')
  t.deepEqual(endsIn(there.events), [])
  t.deepEqual(endsIn((await listen(site, room)).events), [])
  await flushRoom(site.work, room)
  await eventually(() => endsIn(there.events).length > 0)

  t.deepEqual(endsIn(there.events), [{ type: 'ended', last: { epoch: 1, seq: 2 } }])
  t.deepEqual(endsIn((await listen(site, room)).events), endsIn(there.events))
})

test.serial(
  'a closing that Redis loses before it is stored is taken back, and the room ends where it was kept',
  async (t) => {
    const room = await site.newRoom()
    const there = await listen(other, room)
    await site.ledger.append(room, line('stored'))
    await flushRoom(site.work, room)
    await site.ledger.append(room, line('lost'))
    await close(room)
    await eventually(() => there.entries().at(-1)?.kind === 'closed')

    await site.redis.del(keys.meta(room))
    await flushRoom(site.work, room)
    await eventually(() => endsIn(there.events).length > 0)

    t.deepEqual(
      there.events.filter((event) => event.type === 'epoch'),
      [{ type: 'epoch', epoch: 2, keptUpTo: { epoch: 1, seq: 1 } }],
    )
    t.deepEqual(there.seqs(), [1, 2, 3, 2])
    t.deepEqual(endsIn(there.events), [{ type: 'ended', last: { epoch: 2, seq: 2 } }])
  },
)

test.serial('resume answers what was missed, from memory, buffer and rows alike', async (t) => {
  const room = await site.newRoom()
  for (let n = 1; n <= 30; n += 1) {
    await site.ledger.append(room, line(`${n}`))
    if (n === 20) await flushRoom(site.work, room)
  }

  const answer = await site.ledger.resume(room, { epoch: 1, seq: 12 }, { epoch: 1, seq: 30 })

  t.is(answer.type, 'entries')
  t.deepEqual(answer.type === 'entries' && texts(answer.entries), upTo(30).slice(12).map(String))
})

test.serial('a client of an older epoch is told how far that epoch was kept', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, line('stored'))
  await flushRoom(site.work, room)
  await site.ledger.append(room, line('lost'))
  await site.redis.flushall()
  await site.ledger.append(room, line('after'))

  const answer = await site.ledger.resume(room, { epoch: 1, seq: 2 }, { epoch: 2, seq: 2 })

  t.like(answer, { type: 'entries', keptUpTo: { epoch: 1, seq: 1 } })
  t.deepEqual(answer.type === 'entries' && texts(answer.entries), ['after'])
})

test.serial('a client that is too far behind is told which range to page through', async (t) => {
  const small = await createSite(world(), world().configWith({ RESUME_MAX_ENTRIES: 5 }), site.rooms)
  t.teardown(() => small.stop())
  const room = await site.newRoom()
  for (let n = 1; n <= 6; n += 1) await site.ledger.append(room, line(`${n}`))

  const exact = await small.ledger.resume(room, { epoch: 1, seq: 1 }, { epoch: 1, seq: 6 })
  const beyond = await small.ledger.resume(room, { epoch: 1, seq: 0 }, { epoch: 1, seq: 6 })

  t.is(exact.type === 'entries' && exact.entries.length, 5)
  t.deepEqual(beyond, { type: 'gap', from: { epoch: 1, seq: 1 }, to: { epoch: 1, seq: 6 }, keptUpTo: undefined })
})

test.serial('pages of messages carry what amends them, whether in the buffer or in the rows', async (t) => {
  const room = await site.newRoom()
  for (let n = 1; n <= 10; n += 1) await site.ledger.append(room, line(`${n}`))
  await site.ledger.append(room, { ...line('edited once'), kind: 'edit', target: { epoch: 1, seq: 3 } })
  await flushRoom(site.work, room)
  await site.ledger.append(room, { ...line('edited twice'), kind: 'edit', target: { epoch: 1, seq: 3 } })
  for (let n = 13; n <= 15; n += 1) await site.ledger.append(room, line(`${n}`))

  const last = await site.ledger.items(room, { before: Number.MAX_SAFE_INTEGER, limit: 4 })
  const earlier = await site.ledger.items(room, { before: last.items[0]?.entry.seq ?? 0, limit: 20 })
  const after = await site.ledger.items(room, { after: 9, limit: 2 })

  t.deepEqual(
    last.items.map((item) => item.entry.seq),
    [10, 13, 14, 15],
  )
  t.true(last.hasMore)
  t.deepEqual(
    earlier.items.map((item) => item.entry.seq),
    upTo(9),
  )
  t.false(earlier.hasMore)
  t.deepEqual(
    earlier.items[2]?.amendments.map((entry) => entry.seq),
    [11, 12],
  )
  t.deepEqual(
    after.items.map((item) => item.entry.seq),
    [10, 13],
  )
  t.true(after.hasMore)
})

test.serial(
  'nothing of an epoch is told before the epoch itself, also where it begins in the middle of a resume',
  async (t) => {
    const room = await site.newRoom()
    const there = await listen(other, room)
    for (const text of ['a', 'b', 'c']) await site.ledger.append(room, line(text))
    await eventually(() => there.entries().length === 3)
    const before = { ...there.follow.last }

    await site.redis.flushall()
    for (const text of ['d', 'e', 'f', 'g']) await site.ledger.append(room, line(text))
    const resumed = await other.ledger.resume(room, { epoch: 1, seq: 0 }, before)

    t.deepEqual(resumed, { type: 'superseded' })
    await eventually(() => there.entries().length === 7)
    let epoch = 1
    for (const event of there.events) {
      if (event.type === 'epoch') ({ epoch } = event)
      if (event.type === 'entries')
        t.true(event.epoch === epoch && event.entries.every((entry) => entry.epoch === epoch))
    }
    t.is(epoch, 2)
  },
)

test.serial(
  'a resume over entries that are gone is no resume, also where nothing has taken their place yet',
  async (t) => {
    const room = await site.newRoom()
    for (const text of ['a', 'b']) await site.ledger.append(room, line(text))
    await site.redis.flushall()
    await site.ledger.head(room)

    const resumed = await site.ledger.resume(room, { epoch: 1, seq: 0 }, { epoch: 1, seq: 2 })
    const nothing = await site.ledger.resume(room, { epoch: 1, seq: 0 }, { epoch: 2, seq: 0 })

    t.deepEqual(resumed, { type: 'superseded' })
    t.like(nothing, { type: 'entries', entries: [] })
  },
)

test.serial('who has missed a whole epoch hears what was kept of it under the next one', async (t) => {
  const room = await site.newRoom()
  const there = await listen(other, room)
  await site.ledger.append(room, line('first'))
  await flushRoom(site.work, room)
  await eventually(() => there.entries().length === 1)

  await other.stop()
  await site.redis.flushall()
  await site.ledger.append(room, line('second'))
  await flushRoom(site.work, room)
  await site.redis.flushall()
  await site.ledger.append(room, line('third'))
  const answer = await site.ledger.resume(room, { epoch: 1, seq: 1 }, await site.ledger.head(room))

  t.like(answer, { type: 'entries', keptUpTo: { epoch: 1, seq: 1 } })
  t.deepEqual(answer.type === 'entries' && answer.entries.map((entry) => `${entry.epoch}:${entry.seq}`), ['2:2', '3:3'])
})
