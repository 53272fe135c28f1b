import test from 'ava'
import * as buffer from '../../src/ledger/buffer.ts'
import { keys } from '../../src/ledger/buffer.ts'
import { fence } from '../../src/ledger/closing.ts'
import { closingOf, insertClosing, moveClosing } from '../../src/ledger/closing-store.ts'
import { Epochs } from '../../src/ledger/epochs.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import { Followers } from '../../src/ledger/follow.ts'
import type { RoomEvent } from '../../src/ledger/index.ts'
import { epochEnds } from '../../src/ledger/record-store.ts'
import { driveClosing } from '../../src/ledger/sealing.ts'
import { putToSleep } from '../../src/ledger/sleep.ts'
import { ledgerOf, setLedgerState } from '../../src/ledger/ledger-store.ts'
import { Broker } from '../../src/platform/broker.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { alice, bob, createSite, line, texts } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'

/** What processes can do to each other when one of them stops for a while, or for ever, between two of its steps. */
const world = worldOf(test)
let site: LedgerSite
let other: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
  other = await createSite(world(), world().configWith({ SERVER_NAME: 'other' }), site.rooms)
})

async function roomWith(...lines: string[]): Promise<RoomId> {
  const room = await site.newRoom()
  for (const text of lines) await site.ledger.append(room, line(text))
  return room
}

async function linesOf(room: RoomId): Promise<string[]> {
  return texts(await site.ledger.entries(room, { after: 0, upTo: 1000, limit: 1000 }))
}

async function causesOf(room: RoomId): Promise<unknown[]> {
  return (await epochEnds(world().sql, room)).map((end) => [end.cause, end.suspect])
}

/** The same connection, except that `step` runs before the first call of a script with so many arguments. */
function interrupted(redis: Redis, argumentCount: number, step: () => Promise<void>): Redis {
  let isDone = false
  const evalsha = async (...args: Parameters<Redis['evalsha']>): Promise<unknown> => {
    const isIt = !isDone && args.length === argumentCount
    if (isIt) {
      isDone = true
      await step()
    }
    return redis.evalsha(...args)
  }
  return Object.assign(Object.create(redis), { evalsha }) as Redis
}

const holdArguments = 4
const leaveArguments = 10
const sleepArguments = 6

test.serial('what was said in an epoch that was installed at the last moment is kept', async (t) => {
  const room = await roomWith('one')
  await flushRoom(site.work, room)
  const { digest, run } = await buffer.look(site.redis, room)
  const row = { epoch: 2, redis_run: run }
  await world().sql('ledgers').where({ room_id: room }).update(row)
  await buffer.hold(site.redis, room, 2)
  const install = async (): Promise<void> => {
    const roster = await site.rooms.roster(room)
    const at = { storedSeq: 1, digest, at: 0 }
    await buffer.rebase(site.redis, room, { run, epoch: 2, state: 'open', ...at, roster })
    await site.ledger.append(room, line('two'))
  }

  const redis = interrupted(site.redis, holdArguments, install)
  await new Epochs({ ...site.work, redis }).change(room)

  t.deepEqual(await linesOf(room), ['one', 'two'])
  t.like(await site.ledger.head(room), { epoch: 3, seq: 2 })
})

test.serial('a redis that comes back older while an epoch change reads what it holds is asked anew', async (t) => {
  const room = await roomWith('one', 'two')
  const older = [await site.redis.dumpBuffer(keys.meta(room)), await site.redis.dumpBuffer(keys.buffer(room))]
  await flushRoom(site.work, room)
  await site.ledger.append(room, line('three'))
  await site.redis.hset(keys.meta(room), 'run', 'an earlier one')
  const comeBackOlder = async (): Promise<void> => {
    await world().redis.kill()
    await world().redis.start()
    await eventually(async () => (await site.redis.ping().catch(() => undefined)) === 'PONG')
    const [meta, entries] = older as [Buffer, Buffer]
    await site.redis.restore(keys.meta(room), 0, meta, 'REPLACE')
    await site.redis.restore(keys.buffer(room), 0, entries, 'REPLACE')
  }
  let reads = 0
  const lrangeBuffer: Redis['lrangeBuffer'] = async (...args: Parameters<Redis['lrangeBuffer']>) => {
    reads += 1
    await comeBackOlder()
    return site.redis.lrangeBuffer(...args)
  }

  const redis = Object.assign(Object.create(site.redis), { lrangeBuffer }) as Redis
  await new Epochs({ ...site.work, redis }).change(room)
  const four = line('four')
  // The connection for appends may not be back yet.
  await eventually(async () => (await site.ledger.append(room, four)).type === 'kept')

  t.is(reads, 1)
  t.deepEqual(await linesOf(room), ['one', 'two', 'four'])
  t.deepEqual(await world().sql('ledger_parked').where({ room_id: room }), [])
  t.deepEqual(await causesOf(room), [['restart', { from: 3, to: 3 }]])
})

test.serial('a hold that comes behind a newer one, or behind its own epoch, changes nothing', async (t) => {
  const room = await roomWith('one')

  const behindTheEpoch = await buffer.hold(site.redis, room, 1)
  const newer = await buffer.hold(site.redis, room, 7)
  const behindTheHold = await buffer.hold(site.redis, room, 6)

  t.deepEqual([behindTheEpoch.type, newer.type, behindTheHold.type], ['late', 'ok', 'late'])
  t.is(await site.redis.hget(keys.meta(room), 'hold'), '7')
})

test.serial('an epoch is installed once, whatever holds the room afterwards', async (t) => {
  const room = await roomWith('one')
  const { run, digest } = await buffer.look(site.redis, room)
  await site.redis.hset(keys.meta(room), 'hold', '1')

  const roster = await site.rooms.roster(room)
  const again = { run, epoch: 1, state: 'open', storedSeq: 0, digest, at: 0, roster } as const
  const answer = await buffer.rebase(site.redis, room, again)

  t.is(answer, 'stale')
  t.deepEqual(await linesOf(room), ['one'])
})

test.serial(
  'two crashes in a row, behind the commit and behind the next hold, cost epochs and no suspicion',
  async (t) => {
    const fresh = await site.newRoom()
    const used = await roomWith('one')
    await flushRoom(site.work, used)
    const { run } = await buffer.look(site.redis, used)

    for (const [room, epoch] of [
      [fresh, 1],
      [used, 2],
    ] as const) {
      await buffer.hold(site.redis, room, epoch)
      await world().sql('ledgers').where({ room_id: room }).update({ epoch, redis_run: run, asleep: 0 })
      await buffer.hold(site.redis, room, epoch + 1)
      await site.ledger.append(room, line('after'))
    }

    t.deepEqual(await causesOf(fresh), [['repair', undefined]])
    t.deepEqual(await causesOf(used), [['repair', undefined]])
  },
)

test.serial('a redis that was wiped is suspect, also when the first who noticed crashed', async (t) => {
  const room = await roomWith('lost')

  await site.redis.flushall()
  await buffer.hold(site.redis, room, 2)
  await site.ledger.append(room, line('after'))

  t.deepEqual(await causesOf(room), [['absent', { from: 1, to: 1 }]])
})

test.serial('after a restart of redis two servers begin one new epoch for each of many rooms', async (t) => {
  const rooms = await Promise.all(Array.from({ length: 120 }, () => roomWith('one')))

  await world().redis.kill()
  await world().redis.start()
  const heads = await Promise.all(rooms.flatMap((room) => [site.ledger.head(room), other.ledger.head(room)]))

  t.true(heads.every((head) => head.epoch === 2 && head.seq === 1))
})

for (const [where, count] of [
  ['before MySQL knows that it sleeps', sleepArguments],
  ['after MySQL knows that it sleeps', leaveArguments],
] as const) {
  test.serial(`a worker that dies ${where} costs an epoch and nothing else`, async (t) => {
    const room = await roomWith('good night')
    await flushRoom(site.work, room)
    const asleep = { ...site.work, sleepAfterSeconds: 0 }

    const redis = interrupted(site.redis, count, async () => {
      if (count === sleepArguments) await buffer.sleep(site.redis, room, { epoch: 1, idleMs: 0, hold: 2 })
      throw new Error('killed')
    })
    await t.throwsAsync(putToSleep({ ...asleep, redis }, room), { message: 'killed' })
    await site.ledger.append(room, line('good morning'))

    t.deepEqual(await linesOf(room), ['good night', 'good morning'])
    t.deepEqual(await causesOf(room), [[count === sleepArguments ? 'repair' : 'sleep', undefined]])
  })
}

test.serial('a room that is woken while it leaves stays', async (t) => {
  const room = await roomWith('good night')
  await flushRoom(site.work, room)

  const wake = async (): Promise<void> => void (await site.ledger.append(room, line('good morning')))
  const redis = interrupted(site.redis, leaveArguments, wake)
  await putToSleep({ ...site.work, redis, sleepAfterSeconds: 0 }, room)

  t.deepEqual(await linesOf(room), ['good night', 'good morning'])
  t.is((await site.ledger.head(room)).epoch, 3)
})

test.serial('a room that nobody used since redis restarted can fall asleep', async (t) => {
  const room = await roomWith('one')
  await flushRoom(site.work, room)
  await site.redis.hset(keys.meta(room), 'run', 'an earlier one')
  const asleep = { ...site.work, sleepAfterSeconds: 0 }

  await putToSleep(asleep, room)
  await putToSleep(asleep, room)

  t.true((await ledgerOf(world().sql, room))?.isAsleep)
  t.is((await site.redis.keys(`*:room:${room}:*`)).length, 0)
})

test.serial('what an older redis brings back of a room that sleeps is no evidence of a loss', async (t) => {
  const room = await roomWith('one')
  const [meta, entries] = [keys.meta(room), keys.buffer(room)]
  const older = await Promise.all([site.redis.dumpBuffer(meta), site.redis.dumpBuffer(entries)])
  await site.ledger.append(room, line('two'))
  await flushRoom(site.work, room)
  await putToSleep({ ...site.work, sleepAfterSeconds: 0 }, room)

  await site.redis.restore(meta, 0, older[0] as Buffer)
  await site.redis.restore(entries, 0, older[1] as Buffer)
  await site.redis.hset(meta, 'run', 'an earlier one')
  await site.redis.zadd(keys.dirty(room), 1, room)
  await flushRoom(site.work, room)

  t.is(await site.redis.zscore(keys.dirty(room), String(room)), null)
  t.deepEqual(await linesOf(room), ['one', 'two'])
  t.deepEqual(await causesOf(room), [['sleep', undefined]])
})

test.serial('a look at the heads while a listener starts tells it nothing twice', async (t) => {
  const room = await roomWith('one', 'two')
  const broker = new Broker({ url: world().config.REDIS_URL, publisher: site.redis, log: world().log })
  const history = { ...site.work, resumeMaxEntries: 100 }
  const followers = new Followers({ ...history, broker, headCheckMs: 3_600_000 })
  t.teardown(() => followers.stop().then(() => broker.close()))
  const events: RoomEvent[] = []

  const starting = followers.follow(room, (event) => void events.push(event))
  await followers.compareHeads()
  const follow = await starting

  t.deepEqual(follow.last, { epoch: 1, seq: 2 })
  t.deepEqual(events, [])
})

test.serial('a client that knows an epoch before its server does is told so, and nothing else', async (t) => {
  const room = await roomWith('one', 'two')
  await site.redis.hset(keys.meta(room), 'run', 'an earlier one')
  await site.ledger.append(room, line('three', bob))

  const answer = await site.ledger.resume(room, { epoch: 2, seq: 3 }, { epoch: 1, seq: 2 })
  const never = await site.ledger.resume(room, { epoch: 9, seq: 3 }, { epoch: 2, seq: 3 })

  t.deepEqual(answer, { type: 'superseded' })
  t.like(never, { type: 'entries', keptUpTo: { epoch: 9, seq: 0 } })
})

test.serial('a delete whose target was lost erases nothing of the line that got its seq', async (t) => {
  const room = await roomWith('stored')
  await flushRoom(site.work, room)
  await site.ledger.append(room, line('lost'))
  await site.redis.flushall()
  await site.ledger.append(room, line('another', bob))

  const target = { epoch: 1, seq: 2 }
  await site.ledger.append(room, { ...line('delete', alice), kind: 'delete', target, erases: true })
  await flushRoom(site.work, room)

  t.deepEqual(await linesOf(room), ['stored', 'another'])
})

/** Whether a statement that begins so is under way in this schema. */
async function isUnderWay(beginning: string): Promise<boolean> {
  const [rows] = await world().sql.raw(
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE ?',
    [`${beginning}%`],
  )
  return rows.length > 0
}

/** The same connection, except that `step` runs behind the first call of a script with so many arguments. */
function answered(redis: Redis, argumentCount: number, step: () => Promise<void>): Redis {
  let isDone = false
  const behind = async (length: number, call: Promise<unknown>): Promise<unknown> => {
    const answer = await call
    const isIt = !isDone && length === argumentCount
    isDone ||= isIt
    if (isIt) await step()
    return answer
  }
  return Object.assign(Object.create(redis), {
    evalsha: (...args: Parameters<Redis['evalsha']>) => behind(args.length, redis.evalsha(...args)),
    eval: (...args: Parameters<Redis['eval']>) => behind(args.length, redis.eval(...args)),
  }) as Redis
}

const closeArguments = 9

test.serial(
  'a verdict from before the last epoch change is not the end, though another worker is verifying',
  async (t) => {
    const room = await roomWith('one')
    await site.ledger.close(room, { by: alice, requestId: undefined })
    const { signer } = site.work
    let times = 0
    const sign: typeof signer.sign = async (receipt) => {
      times += 1
      if (times === 1) {
        await site.redis.del(keys.meta(room), keys.buffer(room))
        await new Epochs(site.work).change(room)
        await moveClosing(world().sql, room, ['fenced'], 'verifying')
      }
      return signer.sign(receipt)
    }

    await driveClosing({ ...site.work, signer: Object.assign(Object.create(signer), { sign }) as typeof signer }, room)
    t.like(await site.ledger.closing(room), { state: 'verifying' })
    t.false(site.rooms.sealedRooms.includes(room), 'nobody is told of an end that is none')
    await driveClosing(site.work, room)

    t.is(times, 1)
    t.like(await site.ledger.closing(room), { state: 'suspect' })
    t.true(site.rooms.sealedRooms.includes(room))
  },
)

test.serial('an end that is answered is not replaced behind the back of the epoch change', async (t) => {
  const { sql } = world()
  const room = await roomWith('one')
  await flushRoom(site.work, room)
  const older = await site.redis.dumpBuffer(keys.meta(room))
  await setLedgerState(sql, room, 'closing')
  await insertClosing(sql, room, { by: alice, requestId: undefined, nextInSeconds: 100 })
  const blocker = await sql.transaction()
  let changing: Promise<unknown> = Promise.resolve()

  const redis = answered(site.redis, closeArguments, async () => {
    await site.redis.unlink(keys.buffer(room))
    await site.redis.restore(keys.meta(room), 0, older as Buffer, 'REPLACE')
    await site.redis.hset(keys.meta(room), 'run', 'an earlier one')
    // Holds the epoch change up behind its look at the fence.
    const end = { epoch: 1, first_seq: 1, last_seq: 1, digest: '', cause: 'restart', ended_at: new Date() }
    await blocker('ledger_epochs').insert({ ...end, room_id: room })
    changing = new Epochs(site.work).change(room)
    await eventually(() => isUnderWay('insert into `ledger_epochs`'))
  })
  let isAnswered = false
  const fencing = fence({ ...site.work, redis }, room).finally(() => (isAnswered = true))
  await eventually(async () => isAnswered || (await isUnderWay('SELECT epoch, redis_run')))
  await blocker.rollback()
  await changing

  const { epoch, lastSeq } = await fencing
  t.like(await closingOf(sql, room), { state: 'fenced', epoch, lastSeq })
  t.is(epoch, 2)
})
