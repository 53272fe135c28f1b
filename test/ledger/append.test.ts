import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { systemSender } from '../../src/ledger/index.ts'
import type { AppendOutcome, NewEntry } from '../../src/ledger/index.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import { alice, bob, carol, createSite, idFrom, line, texts } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
})

function seqOf(outcome: AppendOutcome): number {
  if (outcome.type !== 'kept') throw new Error(`not kept: ${outcome.type}`)
  return outcome.place.seq
}

function changeOfBob(version: number, isIn: boolean): NewEntry {
  return {
    sender: systemSender,
    id: `!${isIn ? 'join' : 'leave'}:${bob}:${version}`,
    kind: isIn ? 'join' : 'leave',
    payload: Buffer.from('{}'),
    membership: { account: bob, version, isIn },
  }
}

test.serial('entries of a room are numbered from 1 without a hole, in the order they were handed over', async (t) => {
  const room = await site.newRoom()

  const outcomes = await Promise.all(
    Array.from({ length: 1200 }, (_, n) => site.ledger.append(room, line(`line ${n}`))),
  )

  t.deepEqual(
    outcomes.map(seqOf),
    Array.from({ length: 1200 }, (_, n) => n + 1),
  )
  const entries = await site.ledger.entries(room, { after: 0, upTo: 1200, limit: 2000 })
  t.deepEqual(
    texts(entries),
    Array.from({ length: 1200 }, (_, n) => `line ${n}`),
  )
})

test.serial('an id that is repeated hears its first seq, also when it waits in the same batch', async (t) => {
  const room = await site.newRoom()
  const once = line('once')

  const [first, second] = await Promise.all([site.ledger.append(room, once), site.ledger.append(room, once)])
  const third = await site.ledger.append(room, once)

  t.deepEqual([first, second, third].map(seqOf), [1, 1, 1])
  t.deepEqual(
    [first, second, third].map((outcome) => outcome.type === 'kept' && outcome.isDuplicate),
    [false, true, true],
  )
  t.is((await site.ledger.head(room)).seq, 1)
})

test.serial("another speaker's same id is another message", async (t) => {
  const room = await site.newRoom()
  const id = randomUUIDv7()

  const hers = await site.ledger.append(room, line('hers', alice, id))
  const his = await site.ledger.append(room, line('his', bob, id))

  t.deepEqual([hers, his].map(seqOf), [1, 2])
})

test.serial('a repeat after the room was flushed and has slept hears its first seq', async (t) => {
  const room = await site.newRoom()
  const early = line('early', alice, idFrom(3_600_000))
  await site.ledger.append(room, early)
  await flushRoom(site.work, room)
  await site.redis.flushall()

  const again = await site.ledger.append(room, early)

  t.like(again, { type: 'kept', isDuplicate: true, kept: 'stored', place: { seq: 1 } })
})

test.serial('a repeat whose hash has rotated away is found in MySQL', async (t) => {
  const small = await createSite(world(), world().configWith({ SENT_MAX_IDS: 10 }), site.rooms)
  t.teardown(() => small.stop())
  const room = await site.newRoom()
  const first = line('first')
  await small.ledger.append(room, first)
  for (let round = 0; round < 4; round += 1) {
    for (let n = 0; n < 10; n += 1) await small.ledger.append(room, line(`${round}.${n}`))
    await flushRoom(site.work, room)
  }
  const prefix = `{b${String(room % 256).padStart(3, '0')}}:room:${room}`
  const remembered = (await site.redis.hkeys(`${prefix}:sent:0`)).concat(await site.redis.hkeys(`${prefix}:sent:1`))
  t.false(
    remembered.includes(`${alice}:${first.id}`),
    'the first id must have left Redis for this test to mean something',
  )
  t.true(remembered.length > 0 && remembered.length <= 31)

  const again = await small.ledger.append(room, first)

  t.like(again, { type: 'kept', isDuplicate: true, place: { seq: 1 } })
})

test.serial('lines of one speaker keep their order when the first must be looked up in MySQL', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, line('before'))
  await flushRoom(site.work, room)
  await site.redis.flushall()

  const old = line('old clock', alice, idFrom(3_600_000))
  await Promise.all([site.ledger.append(room, old), site.ledger.append(room, line('right after'))])

  const entries = await site.ledger.entries(room, { after: 0, upTo: 10, limit: 10 })
  t.deepEqual(texts(entries), ['before', 'old clock', 'right after'])
})

test.serial('only members are heard; in a room for all, only those put out are not', async (t) => {
  const hosted = await site.newRoom([alice])
  const lobby = await site.newRoom([], 'all')
  site.rooms.rosters.set(lobby, {
    ...{ rules: { speak: 'all', paceMs: 0, version: 0 }, version: 1 },
    members: [{ account: bob, version: 1, isIn: false }],
  })

  t.is((await site.ledger.append(hosted, line('hi', alice))).type, 'kept')
  t.deepEqual(await site.ledger.append(hosted, line('hi', carol)), { type: 'forbidden' })
  t.is((await site.ledger.append(lobby, line('hi', carol))).type, 'kept')
  t.deepEqual(await site.ledger.append(lobby, line('hi', bob)), { type: 'forbidden' })
})

test.serial('a member who is kicked is not heard from the kick on, even within one batch', async (t) => {
  const room = await site.newRoom([alice, bob])
  const kick = {
    sender: systemSender,
    id: `!kick:${bob}:3`,
    kind: 'kick',
    payload: Buffer.from('{}'),
    membership: { account: bob, version: 3, isIn: false },
  }

  const outcomes = await Promise.all([
    site.ledger.append(room, line('I was just', bob)),
    site.ledger.append(room, kick),
    site.ledger.append(room, line('about to say', bob)),
  ])

  t.deepEqual(
    outcomes.map((outcome) => outcome.type),
    ['kept', 'kept', 'forbidden'],
  )
})

test.serial('a membership change that is late adds its entry and leaves the members as they are', async (t) => {
  const room = await site.newRoom([alice])
  await site.ledger.append(room, changeOfBob(7, true))
  const late = await site.ledger.append(room, changeOfBob(6, false))

  t.is(seqOf(late), 2)
  t.is((await site.ledger.append(room, line('still in', bob))).type, 'kept')
})

test.serial('an id that is no UUIDv7, or from more than two minutes ahead, is a bad id', async (t) => {
  const room = await site.newRoom()

  t.deepEqual(await site.ledger.append(room, line('a', alice, 'not-an-id')), { type: 'bad_id' })
  t.deepEqual(await site.ledger.append(room, line('b', alice, '7D4C8E0A-0000-7000-8000-000000000000')), {
    type: 'bad_id',
  })
  t.deepEqual(await site.ledger.append(room, line('c', alice, idFrom(-125_000))), { type: 'bad_id' })
  t.is((await site.ledger.append(room, line('d', alice, idFrom(-115_000)))).type, 'kept')
})

test.serial(
  'a room takes as many unstored entries as the cap says and not one more, until it is flushed',
  async (t) => {
    const small = await createSite(
      world(),
      world().configWith({ FLUSH_ENTRIES: 20, BUFFER_MAX_ENTRIES: 20 }),
      site.rooms,
    )
    t.teardown(() => small.stop())
    const room = await site.newRoom()

    const outcomes = await Promise.all(Array.from({ length: 21 }, (_, n) => small.ledger.append(room, line(`${n}`))))
    const system = { sender: systemSender, id: '!leave:2:9', kind: 'leave', payload: Buffer.from('{}') }
    const leave = await small.ledger.append(room, { ...system, membership: { account: bob, version: 9, isIn: false } })

    t.deepEqual(
      outcomes.map((outcome) => outcome.type),
      [...Array.from({ length: 20 }, () => 'kept'), 'full'],
    )
    t.is(leave.type, 'kept', 'a full room can still be left')
    await flushRoom(site.work, room)
    t.is(seqOf(await small.ledger.append(room, line('again'))), 22)
  },
)

test.serial('a room takes as many unstored bytes as the cap says', async (t) => {
  const small = await createSite(world(), world().configWith({ FLUSH_BYTES: 4096, BUFFER_MAX_BYTES: 4096 }), site.rooms)
  t.teardown(() => small.stop())
  const room = await site.newRoom()

  const types: string[] = []
  for (let n = 0; n < 6; n += 1) types.push((await small.ledger.append(room, line('x'.repeat(1024)))).type)

  t.deepEqual(types, ['kept', 'kept', 'kept', 'kept', 'full', 'full'])
})

test.serial('when redis is out of memory sends have no outcome yet, and a flush makes room again', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, line('before'))
  await site.redis.config('SET', 'maxmemory', '1')
  t.teardown(() => site.redis.config('SET', 'maxmemory', '268435456'))

  const refused = await site.ledger.append(room, line('too much'))
  const flushed = await flushRoom(site.work, room)

  t.deepEqual(refused, { type: 'unknown', reason: 'unavailable' })
  t.is(flushed, 1)
  t.is((await site.ledger.head(room)).storedSeq, 1)
})
