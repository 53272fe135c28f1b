import test from 'ava'
import type { ExecutionContext } from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import * as buffer from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { NewEntry } from '../../src/ledger/index.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { alice, bob, createSite, line } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world(), world().configWith({ SENT_MAX_IDS: 10 }))
})

const start = Date.now() - 60_000

/** An id that carries a time: milliseconds behind the start. */
function idAt(ms: number): string {
  const time = (start + ms).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}${randomUUIDv7().slice(13)}`
}

const lineAt = (ms: number, speaker = bob): NewEntry => line(`at ${ms}`, speaker, idAt(ms))

/** Lines that carry these times, all in MySQL then. Ten fill a hash of ids, so that it is turned. */
async function say(room: RoomId, times: readonly number[]): Promise<void> {
  for (const ms of times) await site.ledger.append(room, lineAt(ms))
  await flushRoom(site.work, room)
}

const tenFrom = (ms: number): number[] => Array.from({ length: 10 }, (_, n) => ms + n)

/** A room that has forgotten `first`, and the times 0 to 8. */
async function roomThatForgot(first: NewEntry): Promise<RoomId> {
  const room = await site.newRoom()
  await site.ledger.append(room, first)
  await say(room, tenFrom(0).slice(0, 9))
  await say(room, tenFrom(1000))
  const ids = await Promise.all(buffer.keys.sent(room).map((key) => site.redis.hkeys(key)))
  if (ids.flat().includes(`${first.sender}:${first.id}`)) throw new Error('nothing was forgotten')
  return room
}

/** How often MySQL is asked for ids meanwhile. */
async function lookUps(t: ExecutionContext, work: () => Promise<unknown>): Promise<number> {
  let count = 0
  const onQuery = ({ sql }: { sql: string }): void => void (count += sql.includes('ledger_parked') ? 1 : 0)
  world().sql.on('query', onQuery)
  t.teardown(() => world().sql.off('query', onQuery))
  await work()
  world().sql.off('query', onQuery)
  return count
}

async function isRepeat(room: RoomId, entry: NewEntry, seq: number): Promise<boolean> {
  const outcome = await site.ledger.append(room, entry)
  return outcome.type === 'kept' && outcome.isDuplicate && outcome.place.seq === seq
}

test.serial('an id later than all that were forgotten is new, and nobody is asked for it', async (t) => {
  const first = lineAt(5, alice)
  const room = await roomThatForgot(first)

  t.is(await lookUps(t, () => site.ledger.append(room, lineAt(9))), 0)
  t.is(await lookUps(t, () => site.ledger.append(room, lineAt(8))), 1, 'of the millisecond of the latest forgotten one')
  t.is(await lookUps(t, async () => t.true(await isRepeat(room, first, 1))), 1)
})

test.serial('a clock that is ahead is found out: what it said may be repeated as late as it will', async (t) => {
  const ahead = lineAt(100_000, alice)
  const room = await roomThatForgot(ahead)
  await say(room, tenFrom(3000))
  await say(room, tenFrom(4000))

  t.true(await isRepeat(room, ahead, 1))
  t.is(await lookUps(t, () => site.ledger.append(room, lineAt(99_999))), 1)
  t.is(await lookUps(t, () => site.ledger.append(room, lineAt(100_001))), 0)
})

test.serial('what was asked for and is new stays known, and is forgotten like any other', async (t) => {
  const room = await roomThatForgot(lineAt(5, alice))
  const late = lineAt(7, alice)
  await site.ledger.append(room, late)
  const { seq } = await site.ledger.head(room)

  t.true(await isRepeat(room, late, seq))
  for (const ms of [3000, 4000, 5000]) await say(room, tenFrom(ms))
  t.true(await isRepeat(room, late, seq))
})

test.serial('behind an epoch change every id is asked for that may have been said before it', async (t) => {
  const first = lineAt(5, alice)
  const room = await roomThatForgot(first)
  await site.redis.flushall()

  t.is(await lookUps(t, () => site.ledger.append(room, lineAt(50_000))), 1)
  t.true(await isRepeat(room, first, 1))
})

test.serial('in a room of an earlier version, which knows no times, every id is asked for', async (t) => {
  const first = lineAt(50_000, alice)
  const room = await roomThatForgot(first)
  await site.redis.hdel(buffer.keys.meta(room), 'newest')

  t.true(await isRepeat(room, first, 1))
  t.is(await lookUps(t, () => site.ledger.append(room, lineAt(50_001))), 1)
  for (const ms of [3000, 4000, 5000]) await say(room, tenFrom(ms))
  t.true(await isRepeat(room, first, 1))
})

test.serial('what a server of an earlier version takes in between may be repeated at ours', async (t) => {
  const room = await site.newRoom()
  await say(room, tenFrom(0))
  const before = await site.redis.hget(buffer.keys.meta(room), 'newest')
  const first = lineAt(100_000, alice)
  await site.ledger.append(room, first)
  await site.redis.hset(buffer.keys.meta(room), 'newest', before ?? '')

  for (const ms of [1000, 2000, 3000, 4000]) await say(room, tenFrom(ms))
  t.true(await isRepeat(room, first, 11))
})

test.serial('in a room that is closed and retired every id is asked for', async (t) => {
  const first = lineAt(50_000, alice)
  const room = await roomThatForgot(first)
  await buffer.close(site.redis, room, Buffer.from('{}'))
  await flushRoom(site.work, room)
  const { epoch } = await site.ledger.head(room)
  await buffer.retire(site.redis, room, { epoch, rememberSeconds: 100 })

  t.true(await isRepeat(room, first, 1))
  t.is(await lookUps(t, () => site.ledger.append(room, lineAt(50_001))), 1)
})
