import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { hashOf } from '../../src/ledger/entry.ts'
import type { Entry } from '../../src/ledger/index.ts'
import { insertEntries } from '../../src/ledger/store.ts'
import { storeEntries } from '../../src/ledger/storing.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import { alice, createSite, line } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

/** One id has one spelling, and two spellings are two ids: none is taken for the repeat of another. */

const world = worldOf(test)

const payload = Buffer.from('{"body":"hello"}')
const entryOf = (seq: number, id: string): Entry => ({
  ...{ epoch: 1, seq, at: 1_700_000_000_000, sender: alice, id, kind: 'text', target: undefined, erases: false },
  ...{ hash: hashOf(payload), payload },
})

test.serial('ids that differ in case alone are two rows', async (t) => {
  const site = await createSite(world())
  const room = await site.newRoom()
  const ids = ['aB', 'Ab', 'ab', 'AB']

  await insertEntries(
    world().sql,
    room,
    ids.map((id, index) => entryOf(index + 1, id)),
  )

  const rows = await world()
    .sql('messages')
    .where({ room_id: room })
    .orderBy('seq')
    .select<{ entry_id: string }[]>('entry_id')
  t.deepEqual(
    rows.map((row) => row.entry_id),
    ids,
  )
  await t.throwsAsync(insertEntries(world().sql, room, [entryOf(5, 'aB')]), { message: /Duplicate entry/ })
})

test.serial(
  'an id with an accent is not made into one without, and one with a space behind it is not taken for it',
  async (t) => {
    const site = await createSite(world())
    const room = await site.newRoom()

    const stored = await inTransaction(world().sql, (trx) =>
      storeEntries(
        trx,
        room,
        { storedSeq: 0, storedDigest: '' },
        ['e', 'é', 'e '].map((id, index) => entryOf(index + 1, id)),
      ),
    )

    t.is(stored.count, 3)
    const rows = await world()
      .sql('messages')
      .where({ room_id: room })
      .orderBy('seq')
      .select<{ kind: string }[]>('kind')
    t.deepEqual(
      rows.map((row) => row.kind),
      ['text', 'unreadable', 'unreadable'],
    )
    const parked = await world()
      .sql('ledger_parked')
      .where({ room_id: room })
      .orderBy('seq')
      .select<{ entry_id: Buffer }[]>('entry_id')
    t.deepEqual(
      parked.map((row) => row.entry_id.toString()),
      ['é', 'e '],
    )
  },
)

test.serial('of people an id comes in its one spelling or not at all', async (t) => {
  const site = await createSite(world())
  const room = await site.newRoom()
  const id = randomUUIDv7()

  t.like(await site.ledger.append(room, line('one', alice, id)), { type: 'kept', isDuplicate: false })
  t.like(await site.ledger.append(room, line('one', alice, id)), { type: 'kept', isDuplicate: true })
  for (const other of [id.toUpperCase(), `${id} `, ` ${id}`, id.replace('-7', '-７'), id.replaceAll('-', '')]) {
    t.deepEqual(await site.ledger.append(room, line('one', alice, other)), { type: 'bad_id' }, other)
  }
})
