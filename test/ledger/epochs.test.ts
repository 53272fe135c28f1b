import test from 'ava'
import { hold, keys } from '../../src/ledger/buffer.ts'
import { driveClosing } from '../../src/ledger/sealing.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import { epochEnds, recordAcked } from '../../src/ledger/record-store.ts'
import { ledgerOf } from '../../src/ledger/ledger-store.ts'
import { Sweepers } from '../../src/ledger/recovery.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { alice, createSite, line, texts } from '../support/ledger.ts'
import { eventually } from '../support/eventually.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
})

async function say(room: RoomId, ...lines: string[]): Promise<void> {
  for (const text of lines) {
    const outcome = await eventually(async () => {
      const answer = await site.ledger.append(room, line(text))
      return answer.type === 'unknown' ? undefined : answer
    })
    if (outcome.type !== 'kept') throw new Error(outcome.type)
  }
}

async function linesOf(room: RoomId): Promise<string[]> {
  return texts(await site.ledger.entries(room, { after: 0, upTo: 1000, limit: 1000 }))
}

test.serial('the first use of a room begins its first epoch', async (t) => {
  const room = await site.newRoom()

  const head = await site.ledger.head(room)

  t.deepEqual(head, { epoch: 1, seq: 0, state: 'open', storedSeq: 0 })
  t.deepEqual(await epochEnds(world().sql, room), [])
})

test.serial('a redis that is killed and comes back costs a new epoch and nothing else', async (t) => {
  const room = await site.newRoom()
  await say(room, 'one', 'two')
  await flushRoom(site.work, room)
  await say(room, 'three')

  await world().redis.kill()
  await world().redis.start()
  await say(room, 'four')

  t.deepEqual(await linesOf(room), ['one', 'two', 'three', 'four'])
  t.like(await site.ledger.head(room), { epoch: 2, seq: 4 })
  const [end] = await epochEnds(world().sql, room)
  t.like(end, { epoch: 1, firstSeq: 1, lastSeq: 3, cause: 'restart', suspect: undefined })
})

test.serial(
  'a redis that comes back empty is suspect from the first unstored seq on, and seqs go on without a hole',
  async (t) => {
    const room = await site.newRoom()
    await say(room, 'stored')
    await flushRoom(site.work, room)
    await say(room, 'lost')

    await site.redis.flushall()
    await say(room, 'after')

    t.deepEqual(await linesOf(room), ['stored', 'after'])
    t.like(await site.ledger.head(room), { epoch: 2, seq: 2 })
    const [end] = await epochEnds(world().sql, room)
    t.like(end, { cause: 'absent', lastSeq: 1, suspect: { from: 2, to: 2 } })
  },
)

test.serial('a redis that is rolled back is suspect when a witness saw more', async (t) => {
  const room = await site.newRoom()
  await say(room, 'one')
  await flushRoom(site.work, room)
  const older = await site.redis.dumpBuffer(keys.meta(room))
  await say(room, 'two')
  await eventually(async () => (await world().sql('ledger_acked').where({ room_id: room, seq: 2 })).length === 1)

  await site.redis.del(keys.buffer(room))
  await site.redis.restore(keys.meta(room), 0, older as Buffer, 'REPLACE')
  await site.redis.hset(keys.meta(room), 'run', 'an earlier one')
  await say(room, 'three')

  t.deepEqual(await linesOf(room), ['one', 'three'])
  const [end] = await epochEnds(world().sql, room)
  t.like(end, { cause: 'restart', lastSeq: 1, suspect: { from: 2, to: 2 } })
})

test.serial('a redis that is older than MySQL is suspect', async (t) => {
  const room = await site.newRoom()
  await say(room, 'one')
  const older = await site.redis.dumpBuffer(keys.meta(room))
  const olderBuffer = await site.redis.dumpBuffer(keys.buffer(room))
  await say(room, 'two')
  await flushRoom(site.work, room)

  await site.redis.restore(keys.meta(room), 0, older as Buffer, 'REPLACE')
  await site.redis.restore(keys.buffer(room), 0, olderBuffer as Buffer, 'REPLACE')
  await site.redis.hset(keys.meta(room), 'run', 'an earlier one')
  await say(room, 'three')

  t.deepEqual(await linesOf(room), ['one', 'two', 'three'])
  const [end] = await epochEnds(world().sql, room)
  t.like(end, { lastSeq: 2, suspect: { from: 3, to: 3 } })
})

test.serial('a buffer that does not continue the rows is parked, never inserted', async (t) => {
  const room = await site.newRoom()
  await say(room, 'one', 'two')
  await site.redis.hset(keys.meta(room), 'run', 'an earlier one', 'digest', 'not what was chained')

  await say(room, 'three')

  t.deepEqual(await linesOf(room), ['three'])
  const parked = await world().sql('ledger_parked').where({ room_id: room }).orderBy('seq').select('seq', 'epoch')
  t.deepEqual(parked, [
    { seq: 1, epoch: 1 },
    { seq: 2, epoch: 1 },
  ])
  t.like((await epochEnds(world().sql, room))[0], { suspect: { from: 1 } })
})

test.serial(
  'a crash between the hold and the commit, or between the commit and the rebase, costs an empty epoch',
  async (t) => {
    const room = await site.newRoom()
    await say(room, 'one')

    await hold(site.redis, room, 2)
    await say(room, 'two')
    t.like(await site.ledger.head(room), { epoch: 3, seq: 2 })

    await flushRoom(site.work, room)
    await world().sql('ledgers').where({ room_id: room }).update({ epoch: 4 })
    await hold(site.redis, room, 4)
    await say(room, 'three')
    t.like(await site.ledger.head(room), { epoch: 5, seq: 3 })

    t.deepEqual(await linesOf(room), ['one', 'two', 'three'])
    const ends = await epochEnds(world().sql, room)
    t.deepEqual(
      ends.map((end) => [end.epoch, end.lastSeq, end.suspect]),
      [
        [1, 1, undefined],
        [4, 2, undefined],
      ],
    )
  },
)

test.serial('an idle room leaves redis, and wakes without being suspect', async (t) => {
  const sleepy = { ...site.work, sleepAfterSeconds: 0, sweepMs: 20 }
  const room = await site.newRoom()
  await say(room, 'good night')
  await flushRoom(site.work, room)

  const sweepers = new Sweepers(sleepy)
  await eventually(async () => (await ledgerOf(world().sql, room))?.isAsleep)
  await sweepers.stop()
  t.is((await site.redis.keys(`*:room:${room}:*`)).length, 0)
  await say(room, 'good morning')

  t.deepEqual(await linesOf(room), ['good night', 'good morning'])
  t.like((await epochEnds(world().sql, room))[0], { cause: 'sleep', suspect: undefined })
})

/** Rooms whose rows were put back by hand to how they stood before Redis began the epoch in which it is. */
const putBack = [
  ['slept', { epoch: 1, asleep: 1 }],
  ['was awake', { epoch: 1, asleep: 0 }],
  ['had never been used', { epoch: 0, asleep: 0 }],
] as const
for (const [stood, row] of putBack) {
  test.serial(
    `a MySQL that was put back to when a room ${stood} does not make what Redis holds go unsaid`,
    async (t) => {
      const room = await site.newRoom()
      if (row.epoch > 0) await world().sql('ledgers').where({ room_id: room }).update({ epoch: 1, asleep: 1 })
      await say(room, 'one', 'two')
      const { epoch } = await site.ledger.head(room)
      await world().sql('ledgers').where({ room_id: room }).update(row)
      await world().sql('ledger_epochs').where({ room_id: room }).delete()
      await world().sql('ledger_acked').where({ room_id: room }).delete()

      await flushRoom(site.work, room)
      await say(room, 'three')

      t.deepEqual(await linesOf(room), ['three'])
      t.like(await site.ledger.head(room), { epoch: epoch + 1, seq: 1 })
      const parked = await world().sql('ledger_parked').where({ room_id: room }).orderBy('seq').select('seq', 'epoch')
      t.deepEqual(parked, [
        { seq: 1, epoch },
        { seq: 2, epoch },
      ])
      const [end] = await epochEnds(world().sql, room)
      t.like(end, { epoch: row.epoch, cause: 'rollback', lastSeq: 0, suspect: { from: 1, to: 2 } })
    },
  )
}

test.serial('a room with something unstored does not sleep', async (t) => {
  const room = await site.newRoom()
  await say(room, 'unstored')

  const sweepers = new Sweepers({ ...site.work, sleepAfterSeconds: 0, sweepMs: 20, flushAgeMs: 3_600_000 })
  await sweepers.stop()

  t.false((await ledgerOf(world().sql, room))?.isAsleep)
  t.deepEqual(await linesOf(room), ['unstored'])
})

test.serial('two epoch changes at once make one', async (t) => {
  const other = await createSite(world(), world().config, site.rooms)
  t.teardown(() => other.stop())
  const room = await site.newRoom()
  await say(room, 'one')
  await site.redis.hset(keys.meta(room), 'run', 'an earlier one')

  await Promise.all([site.ledger.append(room, line('two')), other.ledger.append(room, line('three', alice))])

  t.like(await site.ledger.head(room), { epoch: 2, seq: 3 })
})

test.serial('a closing whose redis came back empty ends with a closed entry of its own and is suspect', async (t) => {
  const room = await site.newRoom()
  await say(room, 'stored')
  await flushRoom(site.work, room)
  await say(room, 'lost')
  const fenced = await site.ledger.close(room, { by: alice, requestId: undefined })
  t.is(fenced.lastSeq, 3)

  await site.redis.flushall()
  await driveClosing(site.work, room)

  const closing = await site.ledger.closing(room)
  t.like(closing, { state: 'suspect', lastSeq: 2 })
  const entries = await site.ledger.entries(room, { after: 0, upTo: 10, limit: 10 })
  t.deepEqual(
    entries.map((entry) => entry.kind),
    ['text', 'closed'],
  )
})

test.serial('a witness that arrives after the end of an epoch makes the closing suspect', async (t) => {
  const room = await site.newRoom()
  await say(room, 'one')
  await site.redis.hset(keys.meta(room), 'run', 'an earlier one')
  await say(room, 'two')
  await recordAcked(world().sql, 'a frozen server', [{ room, place: { epoch: 1, seq: 5 } }])

  await site.ledger.close(room, { by: alice, requestId: undefined })
  await driveClosing(site.work, room)

  const receipt = await site.ledger.receipt(room)
  t.like(receipt?.content, { state: 'suspect', epochs: [{ epoch: 1, lastSeq: 1, suspect: { from: 2, to: 5 } }] })
})
