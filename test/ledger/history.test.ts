import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { Entry, NewEntry, Place } from '../../src/ledger/index.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { alice, createSite, line } from '../support/ledger.ts'
import { eventually } from '../support/eventually.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
})

const everything = { after: 0, upTo: 10_000, limit: 10_000 }

function amends(target: Place, kind: 'edit' | 'delete'): NewEntry {
  const payload = Buffer.from(kind === 'edit' ? '{"body":"edited secret"}' : '{}')
  return { sender: alice, id: randomUUIDv7(), kind, payload, target, erases: kind === 'delete' }
}

async function append(room: RoomId, entry: NewEntry): Promise<Place> {
  const outcome = await site.ledger.append(room, entry)
  if (outcome.type !== 'kept') throw new Error(outcome.type)
  return outcome.place
}

/** seq 1 to 4: a line, an edit of it, another line, and the deletion of the first. */
async function tellAndDelete(room: RoomId, between: () => Promise<unknown> = async () => undefined): Promise<Place> {
  const secret = await append(room, line('secret'))
  await append(room, amends(secret, 'edit'))
  await append(room, line('hello'))
  await between()
  return append(room, amends(secret, 'delete'))
}

const payloads = (entries: readonly Entry[] | undefined): string[] | undefined =>
  entries?.map(({ payload }) => payload.toString())
const told = ['', '', '{"body":"hello"}', '{}']

for (const [where, flushes] of [
  ['buffered', { before: false, after: false }],
  ['buffered, its target stored,', { before: true, after: false }],
  ['stored', { before: false, after: true }],
] as const) {
  test(`who comes after a deletion that is ${where} is told nothing of what it deleted`, async (t) => {
    const room = await site.newRoom()

    const last = await tellAndDelete(room, async () => flushes.before && flushRoom(site.work, room))
    if (flushes.after) await flushRoom(site.work, room)

    const resumed = await site.ledger.resume(room, { epoch: 1, seq: 0 }, last)
    t.deepEqual(payloads(resumed.type === 'entries' ? resumed.entries : undefined), told)
    t.deepEqual(payloads(await site.ledger.entries(room, everything)), told)
    t.deepEqual(payloads(await site.ledger.entries(room, { ...everything, upTo: 3 })), told.slice(0, 3))
    t.deepEqual(payloads(await site.ledger.entries(room, { after: 1, upTo: 9, limit: 1 })), [''])
  })
}

test('a deletion is found however far behind the range it stands', async (t) => {
  const room = await site.newRoom()
  const secret = await append(room, line('secret'))
  await Promise.all(Array.from({ length: 1200 }, (_, n) => append(room, line(`${n}`))))
  await append(room, amends(secret, 'delete'))

  const [first] = await site.ledger.entries(room, { after: 0, upTo: 1, limit: 1 })

  t.deepEqual(payloads(first && [first]), [''])
  t.is((await site.ledger.entries(room, everything)).length, 1202)
  t.is((await site.ledger.entries(room, { after: 700, upTo: 9999, limit: 300 })).at(-1)?.seq, 1000)
})

test('listeners hear an entry as it happened; what a server holds for others is without what was deleted', async (t) => {
  const room = await site.newRoom()
  const heard: Entry[] = []
  const follow = await site.ledger.follow(room, (event) => {
    if (event.type === 'entries') heard.push(...event.entries)
  })
  t.teardown(() => follow.stop())

  await tellAndDelete(room)
  await eventually(() => heard.length === 4)

  t.is(heard[0]?.payload.toString(), '{"body":"secret"}')
  t.deepEqual(payloads(follow.recent(0)), told)
})
