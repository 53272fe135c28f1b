import test from 'ava'
import type { ExecutionContext } from 'ava'
import { bansAfter, membersAfter, membersIn, pendingMembers, roomsOf } from '../../src/chat/member-store.ts'
import { openRooms } from '../../src/chat/store.ts'
import { closingsBefore } from '../../src/ledger/closing-store.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { rowsReadBy } from '../support/rows-read.ts'
import { statementsDuring } from '../support/statements.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

/** Rooms with even ids are open, those with odd ones closed. */
const rooms = 6000
const large = 3000 as RoomId
/** Through which everybody came once. */
const passage = 3002 as RoomId
const regular = 7 as AccountId
const limit = 20

test.serial.before('a town of many rooms, one of them large, and somebody who is in all of them', async () => {
  const { sql } = world()
  const ids = Array.from({ length: rooms }, (_, nth) => nth + 1)
  const isOpen = (id: number): boolean => id % 2 === 0
  const insert = async (table: string, rows: readonly object[]): Promise<void> => {
    for (let from = 0; from < rows.length; from += 1000) await sql(table).insert(rows.slice(from, from + 1000))
  }
  const member = (room: number, account: number, standing: string): object => ({
    ...{ room_id: room, account_id: account, standing, version: 1, changed_by: account, announced: 1 },
  })
  await insert(
    'rooms',
    ids.map((id) => ({ id, kind: 'hosted', name: `room ${id}`, state: isOpen(id) ? 'open' : 'closed' })),
  )
  await insert(
    'room_members',
    ids.flatMap((id) => [regular, 8, 9].map((account) => member(id, account, isOpen(id) ? 'in' : 'stayed'))),
  )
  await insert(
    'room_members',
    Array.from({ length: 4000 }, (_, nth) => member(large, 100 + nth, nth % 4 === 0 ? 'banned' : 'in')),
  )
  await insert(
    'room_members',
    Array.from({ length: 6000 }, (_, nth) =>
      member(passage, 100 + nth, nth < 5900 ? 'left' : nth % 2 === 0 ? 'in' : 'stayed'),
    ),
  )
  const closed = ids.filter((id) => !isOpen(id))
  await insert(
    'ledgers',
    closed.map((id) => ({ room_id: id, epoch: 1, state: 'closed' })),
  )
  await insert(
    'end_room',
    closed.map((id) => ({ room_id: id, state: id % 10 === 1 ? 'suspect' : 'sealed', requested_at: new Date() })),
  )
})

const viewer = { account: regular, seesAll: false, hiddenMentors: [5 as AccountId] }
const half = (rooms / 2) as RoomId
const nobody = undefined

/** A page of each list, and how many rows it may read: those it shows, and what belongs to each. */
const lists: [what: string, most: number, read: () => Promise<unknown[]>][] = [
  ['open rooms', 60, () => openRooms(world().sql, viewer, { before: undefined, kind: undefined, limit })],
  ['open rooms, further back', 60, () => openRooms(world().sql, viewer, { before: half, kind: 'hosted', limit })],
  ['rooms of somebody', 60, () => roomsOf(world().sql, regular, { standing: 'in', before: undefined, limit })],
  ['closed ones, further back', 60, () => roomsOf(world().sql, regular, { standing: 'stayed', before: half, limit })],
  ['members', 120, () => membersAfter(world().sql, large, { after: nobody, limit })],
  ['members, further on', 120, () => membersAfter(world().sql, large, { after: 2000 as AccountId, limit })],
  ['members where most have left', 120, () => membersAfter(world().sql, passage, { after: 50 as AccountId, limit })],
  ['all members where most have left', 120, () => membersIn(world().sql, passage)],
  ['bans, further on', 60, () => bansAfter(world().sql, large, { after: 2000 as AccountId, limit })],
  ['closings', 60, () => closingsBefore(world().sql, closings({}))],
  ['closings, further back', 60, () => closingsBefore(world().sql, closings({ before: half }))],
  ['suspect closings', 60, () => closingsBefore(world().sql, closings({ before: half, state: 'suspect' }))],
]

const closings = (page: { before?: RoomId; state?: 'suspect' }): Parameters<typeof closingsBefore>[1] => ({
  ...{ before: page.before, state: page.state, isAccepted: undefined, limit },
})

async function requireFewRows(t: ExecutionContext): Promise<void> {
  const { sql } = world()
  for (const [what, most, list] of lists) {
    let shown = 0
    const read = await rowsReadBy(sql, /^\s*\(?SELECT/, async () => {
      shown = (await list()).length
    })

    t.is(shown, what.startsWith('all ') ? 53 : limit, what)
    t.true(read >= limit && read <= most, `${what}: ${read} rows are read, of at most ${most}`)
    t.log(what, read)
  }
}

test.serial('what is read for a page of a list is what it shows', requireFewRows)

test.serial('so it is by statistics that are new', async (t) => {
  await world().sql.raw('ANALYZE TABLE rooms, room_members, end_room, ledgers')

  await requireFewRows(t)
})

test.serial('pages of members are in order, however they stand', async (t) => {
  const seen: number[] = []
  for (;;) {
    const page = await membersAfter(world().sql, passage, { after: seen.at(-1) as AccountId | undefined, limit: 7 })
    seen.push(...page.map(({ account }) => account))
    if (page.length < 7) break
  }

  t.deepEqual(seen, [7, 8, 9, ...Array.from({ length: 100 }, (_, nth) => 6000 + nth)])
})

test.serial('a sweeper that finds nothing to announce reads nothing', async (t) => {
  const { sql } = world()
  const sweep = (): Promise<unknown> => pendingMembers(sql, { ageSeconds: 1, limit })

  t.is((await statementsDuring(sql, /^\s*SELECT/, sweep)).length, 1)
  t.true((await rowsReadBy(sql, /^\s*SELECT/, sweep)) <= 1)
})
