import test from 'ava'
import type { ExecutionContext } from 'ava'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { Entry, NewEntry } from '../../src/ledger/index.ts'
import { insertParked, parkedInPlace } from '../../src/ledger/record-store.ts'
import { insertEntries, placesOfIds } from '../../src/ledger/store.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import { alice, bob, createSite, line } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { rowsReadBy } from '../support/rows-read.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
let room: RoomId
let first: NewEntry

/** Said in the room, and not edited or deleted. */
const said = 10_000
const middle = said / 2
const amended = [middle - 3, middle - 3, middle - 8, said - 5]

test.serial.before('a room of ten thousand lines', async () => {
  site = await createSite(world(), world().configWith({ SENT_MAX_IDS: 100 }))
  room = await site.newRoom()
  first = line('first')
  await say([first])
  for (let from = 1; from < said; from += 1000) {
    await say(Array.from({ length: Math.min(1000, said - from) }, (_, n) => line(`${n}`, n % 2 === 0 ? alice : bob)))
  }
  await say(amended.map(edit))
})

async function say(entries: readonly NewEntry[]): Promise<void> {
  await Promise.all(entries.map((entry) => site.ledger.append(room, entry)))
  await flushRoom({ ...site.work, hasBulk: true }, room)
}

const edit = (seq: number): NewEntry => ({ ...line('edited'), kind: 'edit', target: { epoch: 1, seq } })
const remove = (seq: number): NewEntry => ({ ...edit(seq), kind: 'delete', erases: true })

let lastThousand = 0

/** Each time others. */
function nextThousand(): number[] {
  lastThousand += 1000
  return Array.from({ length: 1000 }, (_, nth) => lastThousand - nth)
}

/** As it stands in MySQL. */
const stored = (seq: number): Entry => ({
  ...{ ...line('stored'), target: undefined, erases: false, hash: '00'.repeat(32) },
  ...{ epoch: 1, seq, at: Date.now() },
})

/**
 * What is done with rows of a room, and how many of them it may read: as many as it has use for, and one or two for each place it looks at.
 * Not each of them would read more without its index named: that rests on statistics, and these are some that there can be.
 */
const uses: [what: string, most: number, use: () => Promise<unknown>][] = [
  ['the newest page', 70, () => site.ledger.items(room, { before: said * 10, limit: 20 })],
  ['a page of the middle', 70, () => site.ledger.items(room, { before: middle, limit: 20 })],
  ['a page of the middle, read on', 70, () => site.ledger.items(room, { after: middle, limit: 20 })],
  ['the entries of a resume', 102, () => site.ledger.entries(room, { after: middle, upTo: middle + 100, limit: 100 })],
  ['one entry', 3, () => site.ledger.entryAt(room, { epoch: 1, seq: middle })],
  ['a forgotten id', 3, () => site.ledger.placeOf(room, first)],
  [
    'five hundred ids',
    3000,
    () =>
      placesOfIds(
        world().sql,
        room,
        Array.from({ length: 500 }, () => line('new')),
      ),
  ],
  ['a flush of five hundred edits', 5000, () => say(Array.from({ length: 500 }, (_, nth) => edit(said - nth)))],
  ['a flush in bulk', 1005, () => say(Array.from({ length: 1000 }, () => line('more')))],
  ['a flush of an edit', 10, () => say([edit(middle)])],
  ['a flush of a deletion', 30, () => say([remove(middle - 3)])],
  ['a flush of a thousand deletions', 6000, () => say(nextThousand().map(remove))],
]

async function requireFewRows(t: ExecutionContext): Promise<void> {
  for (const [what, most, use] of uses) {
    const read = await rowsReadBy(world().sql, /(FROM|UPDATE|JOIN) (messages|ledger_parked)\b/, use)

    t.true(read > 0, `${what}: nothing was asked`)
    t.true(read <= most, `${what}: ${read} rows are read, of at most ${most}`)
    t.log(what, read)
  }
}

test.serial('what is read of a long room is what is asked for', requireFewRows)

test.serial('so it is by statistics that are new', async (t) => {
  await world().sql.raw('ANALYZE TABLE messages')

  await requireFewRows(t)
})

test.serial('and where most rooms are so small that the database takes every room for small', async (t) => {
  for (let other = 0; other < 5000; other += 1) {
    await insertEntries(world().sql, (1_000_000 + other) as RoomId, [stored(1), stored(2)])
  }
  await world().sql.raw('ANALYZE TABLE messages')

  await requireFewRows(t)
})

test.serial('what is parked of a room is taken up while another room parks something', async (t) => {
  const { sql } = world()
  const [one, other] = [2_000_000 as RoomId, 2_000_001 as RoomId]
  for (let seq = 1; seq <= 10; seq += 1) {
    await insertParked(sql, one, stored(seq), 'refused')
    await insertEntries(sql, one, [{ ...stored(seq), kind: 'unreadable' }])
  }

  const taken = await inTransaction(sql, async (trx) => {
    await insertParked(trx, other, stored(1), 'refused')
    // In a transaction of its own: it would wait for the one around it for ten seconds, twice.
    return inTransaction(sql, (inner) => parkedInPlace(inner, one))
  })

  t.is(taken.length, 10)
})
