import test from 'ava'
import { keys } from '../../src/ledger/buffer.ts'
import { roomKeys } from '../../src/ledger/keys.ts'
import { ReturnedRooms } from '../../src/ledger/returned.ts'
import { attemptClosing } from '../../src/ledger/recovery.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { alice, createSite, line, texts, untilReady } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
})

/** What Redis has of a room, to be put back later. */
async function copyOf(room: RoomId): Promise<() => Promise<void>> {
  const names = await site.redis.keys(`*:room:${room}:*`)
  const copies = await Promise.all(names.map((name) => site.redis.dumpBuffer(name)))
  return async () => {
    for (const [index, name] of names.entries()) {
      await site.redis.restore(name, 0, copies[index] ?? Buffer.alloc(0), 'REPLACE')
    }
  }
}

async function restartRedis(): Promise<void> {
  await world().redis.kill()
  await world().redis.start()
  await untilReady(site.redis)
  await eventually(() => site.redis.ping().catch(() => false))
}

test.serial('final rooms that an older copy of Redis brings back are let go of, and open ones are left', async (t) => {
  const [final, open] = [await site.newRoom(), await site.newRoom()]
  for (const room of [final, open]) {
    await site.ledger.append(room, line('hello'))
    await flushRoom(site.work, room)
  }
  const bringBack = await copyOf(final)
  await site.ledger.close(final, { by: alice, requestId: undefined })
  await attemptClosing(site.work, final)
  t.is((await site.ledger.closing(final))?.state, 'sealed')
  const returned = new ReturnedRooms(site.work)
  t.is(await returned.sweep(), 0)

  await restartRedis()
  await bringBack()
  t.true((await site.redis.exists(...roomKeys(final))) > 0)

  t.is(await returned.sweep(), 1)
  t.is(await site.redis.exists(...roomKeys(final)), 0)
  t.is(await site.redis.exists(keys.meta(open)), 1)
  const again = line('again')
  await eventually(async () => (await site.ledger.append(open, again)).type === 'kept')
  t.deepEqual(texts(await site.ledger.entries(open, { after: 0, upTo: 9, limit: 9 })), ['hello', 'again'])
})

test.serial('each start of Redis is looked at once, and what is written under it stays', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, line('hello'))
  await flushRoom(site.work, room)
  const bringBack = await copyOf(room)
  await site.ledger.close(room, { by: alice, requestId: undefined })
  await attemptClosing(site.work, room)
  const returned = new ReturnedRooms(site.work)

  t.is(await returned.sweep(), 0)
  t.is(await site.redis.hget(keys.meta(room), 'state'), 'closed')
  await bringBack()

  t.is(await returned.sweep(), 0)
  await restartRedis()
  t.is(await returned.sweep(), 1)
})
