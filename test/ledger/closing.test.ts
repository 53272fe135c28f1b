import test from 'ava'
import { createHash } from 'node:crypto'
import { mkdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { JWK } from 'jose'
import { keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import { openReceipt } from '../../src/ledger/receipt.ts'
import { Sweepers, attemptClosing, flushAndCheckpoint } from '../../src/ledger/recovery.ts'
import { driveClosing } from '../../src/ledger/sealing.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { alice, bob, createSite, line } from '../support/ledger.ts'
import { eventually } from '../support/eventually.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
})

const byAlice = { by: alice, requestId: 'request-1' }

async function roomWith(...lines: string[]): Promise<RoomId> {
  const room = await site.newRoom()
  for (const text of lines) await site.ledger.append(room, line(text))
  return room
}

test('a closed room is sealed, and its receipt names every entry', async (t) => {
  const room = await roomWith('안녕하세요', 'hello 👋')
  await site.ledger.append(room, line('hi', bob))

  const closing = await site.ledger.close(room, byAlice)
  await driveClosing(site.work, room)

  t.like(closing, { state: 'fenced', lastSeq: 4 })
  t.like(await site.ledger.closing(room), { state: 'sealed', storedSeq: 4, parked: 0 })
  const receipt = await site.ledger.receipt(room)
  const opened = await openReceipt(receipt?.jws ?? '', (await site.ledger.receiptKeys()) as { keys: JWK[] })
  t.like(opened.receipt, { state: 'sealed', lastSeq: 4, entries: 4, messages: 3, durability: 'always', incidents: [] })
  t.deepEqual(opened.receipt.perSender, [
    { sender: '1', name: 'alice', messages: 2 },
    { sender: '2', name: 'bob', messages: 1 },
  ])
  const transcript = await site.ledger.transcript(room, 'ndjson')
  if (transcript === undefined) return t.fail()
  const bytes = await buffer(transcript.body)
  t.is(bytes.length, transcript.bytes)
  t.is(createHash('sha256').update(bytes).digest('hex'), opened.receipt.transcript.sha256)
  t.is(bytes.toString().trim().split('\n').length, 4)
  t.true(site.rooms.closedRooms.includes(room))
})

test('after the seal redis keeps no message of the room', async (t) => {
  const room = await roomWith('one')
  await site.ledger.close(room, byAlice)

  await driveClosing(site.work, room)

  t.deepEqual(await site.redis.keys(`*:room:${room}:*`), [keys.meta(room)])
  t.true((await site.redis.ttl(keys.meta(room))) > 86_000)
  t.is(await site.redis.zscore(keys.dirty(room), String(room)), null)
})

test('two closes at once answer the same', async (t) => {
  const room = await roomWith('one')

  const [first, second] = await Promise.all([
    site.ledger.close(room, byAlice),
    site.ledger.close(room, { by: bob, requestId: undefined }),
  ])
  const third = await site.ledger.close(room, byAlice)

  t.deepEqual([first.lastSeq, second.lastSeq, third.lastSeq], [2, 2, 2])
  t.is(first.requestedBy, third.requestedBy)
})

test('sends that race the close are below the closing or refused', async (t) => {
  const room = await roomWith('one')

  const sends = Array.from({ length: 200 }, (_, n) => site.ledger.append(room, line(`racing ${n}`)))
  const closing = await site.ledger.close(room, byAlice)
  const outcomes = await Promise.all([...sends, site.ledger.append(room, line('too late'))])

  t.deepEqual(outcomes.at(-1), { type: 'closed', last: { epoch: 1, seq: closing.lastSeq ?? 0 } })
  const kept = outcomes.flatMap((outcome) => (outcome.type === 'kept' ? outcome.place.seq : []))
  t.true(kept.every((seq) => seq < (closing.lastSeq ?? 0)))
  await driveClosing(site.work, room)
  t.like(await site.ledger.closing(room), { state: 'sealed', lastSeq: kept.length + 2 })
})

test('a repeat of an acknowledged message hears its first seq after the close, after the seal, and after redis forgot the room', async (t) => {
  const room = await site.newRoom()
  const said = line('once')
  await site.ledger.append(room, said)
  const first = { type: 'kept', isDuplicate: true, place: { epoch: 1, seq: 1 } } as const

  await site.ledger.close(room, byAlice)
  t.like(await site.ledger.append(room, said), first)
  await driveClosing(site.work, room)
  t.like(await site.ledger.append(room, said), first)
  t.like(await site.ledger.append(room, line('new')), { type: 'closed' })
  await site.redis.del(keys.meta(room))
  t.like(await site.ledger.append(room, said), first)
  t.deepEqual(await site.ledger.append(room, line('new')), { type: 'closed', last: { epoch: 1, seq: 2 } })
})

test('two workers at once, and one that comes late, end with one receipt', async (t) => {
  const room = await roomWith('one', 'two')
  await site.ledger.close(room, byAlice)

  await Promise.all([attemptClosing(site.work, room), attemptClosing(site.work, room)])
  await eventually(
    async () =>
      (await site.ledger.closing(room))?.state === 'sealed' || attemptClosing(site.work, room).then(() => false),
  )
  const receipt = await site.ledger.receipt(room)
  await attemptClosing(site.work, room)

  t.is((await site.ledger.receipt(room))?.jws, receipt?.jws)
  t.truthy((await site.ledger.transcript(room, 'html'))?.body.destroy())
})

test('a closing that was only written down is finished by the sweepers', async (t) => {
  const room = await roomWith('one')
  await world().sql('ledgers').where({ room_id: room }).update({ state: 'closing' })
  await world()
    .sql('end_room')
    .insert({ room_id: room, requested_by: alice, requested_at: new Date(), next_at: new Date(0) })

  const sweepers = new Sweepers({ ...site.work, sweepMs: 20 })
  t.teardown(() => sweepers.stop())

  await eventually(async () => (await site.ledger.closing(room))?.state === 'sealed')
  t.like(await site.ledger.closing(room), { lastSeq: 2, state: 'sealed' })
})

test('a failed attempt is written down and waits longer each time', async (t) => {
  const room = await roomWith('one')
  await site.ledger.close(room, byAlice)
  const broken = {
    ...site.work,
    rooms: Object.assign(Object.create(site.rooms), { closed: () => Promise.reject(new Error('chat is away')) }),
  }

  await attemptClosing(broken, room)
  await attemptClosing(broken, room)

  t.like(await site.ledger.closing(room), { state: 'draining', attempts: 2, lastError: 'chat is away' })
  await attemptClosing(site.work, room)
  t.like(await site.ledger.closing(room), { state: 'sealed' })
})

test('a row that was changed behind our back is quarantined, names its seq, and an admin can lead it back', async (t) => {
  const room = await roomWith('one', 'two')
  await flushRoom(site.work, room)
  const forged = { payload: Buffer.from('{"body":"forged"}') }
  const [original] = await world().sql('messages').where({ room_id: room, seq: 2 }).select('payload')
  await world().sql('messages').where({ room_id: room, seq: 2 }).update(forged)

  await site.ledger.close(room, byAlice)
  await driveClosing(site.work, room)
  t.like(await site.ledger.closing(room), {
    state: 'quarantined',
    lastError: 'the payload of seq 2 is not the one that was acknowledged',
  })

  await world().sql('messages').where({ room_id: room, seq: 2 }).update({ payload: original.payload })
  t.true(await site.ledger.retryClosing(room))
  await driveClosing(site.work, room)
  // Sweepers of another test may have been faster.
  await eventually(async () => (await site.ledger.closing(room))?.state === 'sealed')
  t.false(await site.ledger.retryClosing(room))
})

test('what a killed worker left of a transcript is thrown away, what another writes at the moment is not', async (t) => {
  const room = await roomWith('one')
  const folder = join(world().config.TRANSCRIPTS_FOLDER, '.writing')
  await mkdir(folder, { recursive: true })
  const [abandoned, current] = [join(folder, 'abandoned'), join(folder, 'current')]
  await Promise.all([writeFile(abandoned, 'half'), writeFile(current, 'half')])
  const anHourAgo = new Date(Date.now() - 3_601_000)
  await utimes(abandoned, anHourAgo, anHourAgo)

  await site.ledger.close(room, byAlice)
  await driveClosing(site.work, room)

  await t.throwsAsync(stat(abandoned), { code: 'ENOENT' })
  t.true((await stat(current)).isFile())
})

test('a row that is missing is quarantined', async (t) => {
  const room = await roomWith('one', 'two')
  await flushRoom(site.work, room)
  await world().sql('messages').where({ room_id: room, seq: 1 }).delete()

  await site.ledger.close(room, byAlice)
  await driveClosing(site.work, room)

  t.like(await site.ledger.closing(room), { state: 'quarantined', lastError: 'seq 1 to 1 is missing' })
})

test('a room without a word can be closed and is sealed', async (t) => {
  const room = await site.newRoom()

  await site.ledger.close(room, byAlice)
  await driveClosing(site.work, room)

  t.like((await site.ledger.receipt(room))?.content, { state: 'sealed', entries: 1, messages: 0 })
})

test('a worker that died between the seal and the clean-up leaves nothing behind in redis', async (t) => {
  const room = await roomWith('one')
  await site.ledger.close(room, byAlice)
  await driveClosing(site.work, room)
  await site.redis.hset(keys.members(room), '1', '1:1')
  await site.redis.zadd(keys.dirty(room), 1, String(room))
  await site.redis.hset(keys.meta(room), 'run', 'an earlier one')
  await world()
    .sql('end_room')
    .where({ room_id: room })
    .update({ next_at: new Date(0) })

  const sweepers = new Sweepers({ ...site.work, sweepMs: 20 })
  t.teardown(() => sweepers.stop())

  await eventually(async () => (await site.redis.keys(`*:room:${room}:*`)).length === 0)
  await eventually(
    async () => (await world().sql('end_room').where({ room_id: room }).whereNull('next_at')).length === 1,
  )
  t.is(await site.redis.zscore(keys.dirty(room), String(room)), null)
})

test('a room that stays open gets a signed checkpoint every so many entries', async (t) => {
  const room = await roomWith(...Array.from({ length: 25 }, (_, n) => String(n)))
  const work = { ...site.work, checkpointEntries: 10 }

  await flushAndCheckpoint(work, room)
  await flushAndCheckpoint(work, room)
  await flushAndCheckpoint(work, room)

  const kept = await world().sql('ledger_checkpoints').where({ room_id: room }).orderBy('last_seq').select()
  t.deepEqual(
    kept.map((checkpoint) => [checkpoint.first_seq, checkpoint.last_seq]),
    [
      [1, 10],
      [11, 20],
    ],
  )
  t.like(JSON.parse(Buffer.from(kept[0].receipt.split('.')[1], 'base64url').toString()), { firstSeq: 1, lastSeq: 10 })
})
