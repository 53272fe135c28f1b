import test from 'ava'
import { readBuffered } from '../../src/ledger/backlog.ts'
import { keys } from '../../src/ledger/buffer.ts'
import { markAccepted, waitingClosings } from '../../src/ledger/closing-store.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { alice, createSite, line } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

/** What waits, as the workers tell monitoring. */

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
})

test.serial('what is in Redis alone is counted by rooms and entries, with the age of the oldest', async (t) => {
  t.deepEqual(await readBuffered(site.redis), { rooms: 0, entries: 0, oldestSeconds: 0 })
  const [one, other] = [await site.newRoom(), await site.newRoom()]
  for (const text of ['one', 'two', 'three']) await site.ledger.append(one, line(text))
  await site.ledger.append(other, line('four'))
  const [seconds] = await site.redis.time()
  await site.redis.zadd(keys.dirty(other), Number(seconds) * 1000 - 90_000, String(other))

  const buffered = await readBuffered(site.redis)

  t.like(buffered, { rooms: 2, entries: 4 })
  t.true(buffered.oldestSeconds >= 90 && buffered.oldestSeconds < 120, String(buffered.oldestSeconds))

  for (const room of [one, other]) await flushRoom(site.work, room)
  t.deepEqual(await readBuffered(site.redis), { rooms: 0, entries: 0, oldestSeconds: 0 })
})

test.serial('of a bucket with many rooms all are counted, and the entries of eight', async (t) => {
  const bucket = 77
  const rooms = Array.from({ length: 11 }, (_, n) => (bucket + 256 * (n + 1000)) as RoomId)
  t.teardown(() => site.redis.del(keys.dirty(rooms[0]!), ...rooms.map((room) => keys.meta(room))))
  for (const [n, room] of rooms.entries()) {
    await site.redis.zadd(keys.dirty(room), 1000 + n, String(room))
    await site.redis.hset(keys.meta(room), { run: 'x', epoch: 1, head: 30, base: 20 })
  }

  t.like(await readBuffered(site.redis), { rooms: 11, entries: 80 })
})

test.serial('of closings in one state so many are counted and not one more', async (t) => {
  const { sql } = world()
  const ofState = async (state: string, most?: number) =>
    (await waitingClosings(sql, most)).find((closings) => closings.state === state)
  t.deepEqual(
    (await waitingClosings(sql)).map(({ count, oldestSeconds }) => [count, oldestSeconds]),
    Array.from({ length: 7 }, () => [0, 0]),
  )
  const rooms = [920_001, 920_002, 920_003]
  t.teardown(() => sql('end_room').whereIn('room_id', rooms).delete())
  await sql('end_room').insert(
    rooms.map((room, n) => ({
      room_id: room,
      state: 'fenced',
      requested_by: alice,
      requested_at: sql.raw('NOW(3) - INTERVAL ? SECOND', [100 * (n + 1)]),
    })),
  )

  t.like(await ofState('fenced', 3), { count: 3 })
  t.like(await ofState('fenced', 2), { count: 2 })
  t.like(await ofState('draining'), { count: 0 })
  const age = (await ofState('fenced'))?.oldestSeconds ?? 0
  t.true(age >= 300 && age < 330, String(age))
})

test.serial('a quarantined closing that somebody lets be is no longer one that waits for somebody', async (t) => {
  const { sql } = world()
  const quarantine = async () =>
    (await waitingClosings(sql))
      .filter(({ state }) => ['quarantined', 'accepted'].includes(state))
      .map(({ state, count, oldestSeconds }) => `${state} ${count} ${oldestSeconds >= 100}`)
  const rooms = [930_001 as RoomId, 930_002 as RoomId] as const
  t.teardown(() => sql('end_room').whereIn('room_id', rooms).delete())
  await sql('end_room').insert(
    rooms.map((room) => ({
      ...{ room_id: room, state: 'quarantined', requested_by: alice },
      requested_at: sql.raw('NOW(3) - INTERVAL 100 SECOND'),
    })),
  )
  t.deepEqual(await quarantine(), ['quarantined 2 true', 'accepted 0 false'])

  for (const room of rooms) t.true(await markAccepted(sql, room, { by: alice, note: 'the disk is lost' }))

  t.deepEqual(await quarantine(), ['quarantined 0 false', 'accepted 2 true'])
})
