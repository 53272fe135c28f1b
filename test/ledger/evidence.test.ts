import test from 'ava'
import { keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import { attemptClosing } from '../../src/ledger/recovery.ts'
import { driveClosing } from '../../src/ledger/sealing.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { alice, bob, createSite, idFrom, line } from '../support/ledger.ts'
import { eventually } from '../support/eventually.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

/** What a receipt goes by: it must not be `sealed` after a loss, and not `suspect` without one. */
const world = worldOf(test)
let site: LedgerSite
/** A server that does not come to write its witnesses down. */
let silent: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
  const config = world().configWith({ SERVER_NAME: 'silent', WITNESS_MS: 60_000 })
  silent = await createSite(world(), config, site.rooms)
})

const byAlice = { by: alice, requestId: undefined }

/** Redis as it was, in another incarnation. Answers a function that brings it back. */
async function remember(room: RoomId): Promise<() => Promise<void>> {
  const names = [keys.meta(room), keys.buffer(room), ...keys.sent(room)]
  const dumps = await Promise.all(names.map((name) => site.redis.dumpBuffer(name)))
  return async () => {
    await site.redis.del(...names)
    for (const [index, dump] of dumps.entries()) {
      if (dump !== null) await site.redis.restore(names[index] ?? '', 0, dump)
    }
    await site.redis.hset(keys.meta(room), 'run', 'an earlier one')
  }
}

test.serial('a closing that was answered and rolled back is suspect, though no witness was written down', async (t) => {
  const room = await silent.newRoom()
  await silent.ledger.append(room, line('kept'))
  const rollBack = await remember(room)
  await silent.ledger.append(room, line('lost'))
  t.is((await silent.ledger.close(room, byAlice)).lastSeq, 3)

  await rollBack()
  await driveClosing(site.work, room)

  t.like(await site.ledger.closing(room), { state: 'suspect', lastSeq: 2 })
  const receipt = await site.ledger.receipt(room)
  t.like(receipt?.content, { epochs: [{ epoch: 1, lastSeq: 1, suspect: { from: 2, to: 3 } }] })
})

test.serial('who acknowledges a repeat bears witness, though another server kept the line', async (t) => {
  const room = await silent.newRoom()
  const rollBack = await remember(room)
  const once = line('hello')
  await silent.ledger.append(room, once)

  t.like(await site.ledger.append(room, once), { type: 'kept', isDuplicate: true })

  const [witness] = await eventually(async () => {
    const rows = await world().sql('ledger_acked').where({ room_id: room })
    return rows.length > 0 && rows
  })
  t.like(witness, { epoch: 1, seq: 1 })
  await rollBack()
})

test.serial('an admin may lead a closing back after redis has forgotten the room, and it is not suspect', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, line('one'))
  await flushRoom(site.work, room)
  const row = world().sql('messages').where({ room_id: room, seq: 1 })
  const [original] = await row.clone().select('payload')
  await row.clone().update({ payload: Buffer.from('"forged"') })
  await site.ledger.close(room, byAlice)
  await driveClosing(site.work, room)
  t.like(await site.ledger.closing(room), { state: 'quarantined' })

  await site.redis.del(keys.meta(room))
  await row.clone().update(original)
  t.true(await site.ledger.retryClosing(room))
  await driveClosing(site.work, room)

  t.like(await site.ledger.closing(room), { state: 'sealed', lastSeq: 2 })
})

test.serial(
  'what MySQL refused is put back by a retry when it refuses it no more, and the room is sealed',
  async (t) => {
    const room = await site.newRoom()
    const refuse = "SET NEW.payload = IF(INSTR(NEW.payload, 'refused') > 0, NULL, NEW.payload)"
    const triggers = { refuse_insert: 'INSERT', refuse_update: 'UPDATE' }
    for (const [name, event] of Object.entries(triggers)) {
      await world().sql.raw(`CREATE TRIGGER ${name} BEFORE ${event} ON messages FOR EACH ROW ${refuse}`)
    }
    await site.ledger.append(room, line('hello'))
    await site.ledger.append(room, { ...line('refused'), kind: 'edit', target: { epoch: 1, seq: 1 } })
    await site.ledger.append(room, line('refused, and deleted', bob))
    await site.ledger.append(room, { ...line('', bob), kind: 'delete', target: { epoch: 1, seq: 3 }, erases: true })
    await site.ledger.close(room, byAlice)
    await driveClosing(site.work, room)
    t.like(await site.ledger.closing(room), { state: 'quarantined', parked: 2 })

    t.true(await site.ledger.retryClosing(room), 'too early for one of them: of the other nothing is left to refuse')
    await driveClosing(site.work, room)
    t.like(await site.ledger.closing(room), { state: 'quarantined', parked: 1 })
    for (const name of Object.keys(triggers)) await world().sql.raw(`DROP TRIGGER ${name}`)
    t.true(await site.ledger.retryClosing(room))
    await driveClosing(site.work, room)

    t.like(await site.ledger.closing(room), { state: 'sealed', parked: 0, lastSeq: 5, lastError: undefined })
    const rows = await world().sql('messages').where({ room_id: room }).orderBy('seq')
    t.deepEqual(
      rows.map((row) => [row.kind, row.target_seq, row.payload.toString()]),
      [
        ['text', null, '{"body":"hello"}'],
        ['edit', 1, '{"body":"refused"}'],
        ['text', null, ''],
        ['delete', 3, '{"body":""}'],
        ['closed', null, rows[4].payload.toString()],
      ],
    )
  },
)

test.serial('a payload that is gone without an entry that erases it is noticed', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, line('deleted by its author'))
  await site.ledger.append(room, line('deleted by nobody', bob))
  const target = { epoch: 1, seq: 1 }
  await site.ledger.append(room, { ...line('edit'), kind: 'edit', target })
  await site.ledger.append(room, { ...line('delete'), kind: 'delete', target, erases: true })
  await site.ledger.append(room, { ...line('edit'), kind: 'edit', target })
  await flushRoom(site.work, room)
  await world().sql('messages').where({ room_id: room, seq: 2 }).update({ payload: '', is_erased: 1 })

  await site.ledger.close(room, byAlice)
  await driveClosing(site.work, room)

  const lastError = 'the payload of 1:2 is gone, and no entry erased it'
  t.like(await site.ledger.closing(room), { state: 'quarantined', lastError })
})

test.serial('a seal whose commit was answered to nobody is a seal like any other', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, line('one'))
  await site.ledger.close(room, byAlice)
  const log = world().log.child({})
  log.info = (facts: unknown) => {
    if (JSON.stringify(facts).includes('sealed')) throw new Error('Connection lost')
  }

  await attemptClosing({ ...site.work, log }, room)

  t.like(await site.ledger.closing(room), { state: 'sealed', attempts: 0, lastError: undefined })
})

test.serial('witnesses that come after the seal are cleared away by the sweeper’s second visit', async (t) => {
  const room = await silent.newRoom()
  await silent.ledger.append(room, line('one'))
  await silent.ledger.close(room, byAlice)
  await driveClosing(site.work, room)
  await world().sql('ledger_acked').insert({ room_id: room, server: 'late', epoch: 1, seq: 1 })
  const isDue = await world().sql('end_room').where({ room_id: room }).whereNotNull('next_at')
  t.is(isDue.length, 1)

  await driveClosing(site.work, room)

  t.deepEqual(await world().sql('ledger_acked').where({ room_id: room }), [])
  t.deepEqual(await world().sql('end_room').where({ room_id: room }).pluck('next_at'), [null])
})

test.serial('a repeat is recognised though the clock of redis went back', async (t) => {
  const room = await site.newRoom()
  const early = line('said when the clock was ten minutes ahead', alice, idFrom(-540_000))
  await site.ledger.append(room, { ...early, id: idFrom(0) })
  await site.redis.hset(keys.meta(room), 'at', String(Date.now() + 600_000))
  await site.ledger.append(room, line('right after'))
  await flushRoom(site.work, room)
  await world().sql('messages').where({ room_id: room, seq: 1 }).update({ entry_id: early.id })

  await site.redis.hset(keys.meta(room), 'run', 'an earlier one')
  const again = await site.ledger.append(room, early)

  t.like(again, { type: 'kept', place: { epoch: 1, seq: 1 }, isDuplicate: true })
})

test.serial('over the budget a new line is refused, and the repeat of a kept one is not', async (t) => {
  const room = await site.newRoom()
  const kept = line('kept')
  await site.ledger.append(room, kept)
  const config = world().configWith({ REDIS_MAX_BYTES: 1_048_576, REDIS_FULL_PERCENT: 1 })
  const full = await createSite(world(), config, site.rooms)
  t.teardown(() => full.stop())

  await eventually(async () => (await full.ledger.append(room, line('new'))).type === 'full')
  const again = await full.ledger.append(room, kept)

  t.like(again, { type: 'kept', place: { epoch: 1, seq: 1 }, isDuplicate: true })
})
