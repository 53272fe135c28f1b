import test from 'ava'
import type { Profile } from '../../src/accounts/index.ts'
import { createRoomsPort } from '../../src/chat/index.ts'
import { openRoom } from '../../src/chat/rooms.ts'
import { join, leave } from '../../src/chat/members.ts'
import type { SeatParts } from '../../src/chat/members.ts'
import { createLedger, createLedgerWork } from '../../src/ledger/index.ts'
import type { Ledger } from '../../src/ledger/index.ts'
import { attemptClosing, Sweepers } from '../../src/ledger/recovery.ts'
import type { RecoveryParts } from '../../src/ledger/recovery.ts'
import { driveClosing } from '../../src/ledger/sealing.ts'
import type { LiveEvent, TellingTransaction } from '../../src/live/index.ts'
import { createNotifications } from '../../src/notifications/index.ts'
import type { Notice, Notifications } from '../../src/notifications/index.ts'
import { hidersOf } from '../../src/people/index.ts'
import type { Viewer } from '../../src/platform/http/viewer.ts'
import type { AccountId, RoomId, SessionId } from '../../src/platform/ids.ts'
import { connectTo } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { untilReady } from '../support/ledger.ts'
import { HandmadeRelations, toldInto } from '../support/standing-in.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

const viewer = (id: number): Viewer => ({
  ...{ account: id as AccountId, session: `s${id}` as SessionId, username: `person_${id}`, role: 'mentor' },
})
const [alice, bob, carol] = [viewer(1), viewer(2), viewer(3)]

async function profiles(ids: Iterable<AccountId>): Promise<Map<AccountId, Profile>> {
  return new Map(
    [...ids].map((id) => [id, { id, username: `person_${id}`, displayName: `Person ${id}`, picture: undefined }]),
  )
}

let ledger: Ledger
let work: RecoveryParts
let parts: SeatParts & { ledger: Ledger; transaction: TellingTransaction; roomsPerMentor: number }
const told: LiveEvent[] = []
const notices: Notice[] = []
/** What the next call does before and after it has made its notices. */
let notify: Notifications['notify'] = async (_trx, _tell, some) => void notices.push(...some)

test.serial.before('a ledger, a worker and their rooms', async () => {
  const { sql, config, log } = world()
  const connections = connectTo({ url: config.REDIS_URL, log })
  const { redis, appendRedis, broker } = connections
  const transaction = toldInto(sql, told)
  const rooms = createRoomsPort({ sql, profiles, transaction, notify: (...notice) => notify(...notice) })
  ledger = createLedger({ ...{ config, sql, redis, appendRedis, broker, log, rooms } })
  const created = await createLedgerWork({ config, sql, redis, rooms, log, durability: 'always' })
  work = created
  parts = { sql, ledger, profiles, log, transaction, relationsOf: new HandmadeRelations().of, roomsPerMentor: 1000 }
  await untilReady(appendRedis)
  world().atEnd(async () => {
    await ledger.stop()
    await created.stop()
    await connections.close()
  })
})

async function closedRoom(): Promise<RoomId> {
  const { id } = await openRoom(parts, alice, {
    ...{ name: '장독대', topic: '', seats: 10, entry: 'open', speak: 'members', slowModeSeconds: 0 },
  })
  for (const person of [bob, carol]) await join(parts, person, id)
  await leave(parts, carol, id)
  await ledger.close(id, { by: alice.account, requestId: undefined })
  return id
}

const toldIn = (room: RoomId): unknown[] =>
  notices.filter((notice) => 'room' in notice && notice.room === room).map((notice) => notice.to)

/** As the clock would, half a minute later. */
async function makeDue(room: RoomId): Promise<void> {
  await world().sql.raw('UPDATE end_room SET next_at = NOW(3) WHERE room_id = ?', [room])
}

test.serial('who stayed to the end is told once that the transcript is there, whoever left is not', async (t) => {
  const room = await closedRoom()
  let hadReceipt = false
  notify = async (_trx, _tell, some) => {
    const transcript = await ledger.transcript(room, 'html')
    transcript?.body.destroy()
    hadReceipt = (await ledger.receipt(room)) !== undefined && transcript !== undefined
    notices.push(...some)
  }

  await driveClosing(work, room)
  await driveClosing(work, room)

  t.true(hadReceipt)
  t.deepEqual(toldIn(room), [alice.account, bob.account])
  t.like(notices.at(-1), { type: 'room_closed', name: '장독대' })
  t.deepEqual(
    told.filter(({ type, data }) => type === 'room.closed' && data['id'] === String(room)).map(({ data }) => data),
    [{ id: String(room), state: 'closed' }],
  )
})

test.serial(
  'a worker that dies between the seal and the notices is followed by a sweeper that makes them',
  async (t) => {
    const room = await closedRoom()
    const usual = notify
    notify = () => Promise.reject(new Error('killed'))

    await attemptClosing(work, room)
    t.is((await ledger.closing(room))?.state, 'sealed')
    t.deepEqual(toldIn(room), [])
    notify = usual
    await makeDue(room)
    const sweepers = new Sweepers(work)
    t.teardown(() => sweepers.stop())

    await eventually(() => toldIn(room).length > 0)
    t.deepEqual(toldIn(room), [alice.account, bob.account])
  },
)

test.serial(
  'notices that a second worker makes once more, since the first died, are told each person once',
  async (t) => {
    const { sql } = world()
    const notifications = createNotifications({ sql, profiles, hidersOf, transaction: toldInto(sql) })
    const usual = notify
    notify = notifications.notify
    const room = await closedRoom()
    const inboxes = async (): Promise<unknown[]> =>
      sql('notifications').where({ type: 'room_closed', room_id: room }).orderBy('account_id').pluck('account_id')
    await driveClosing(work, room)
    t.deepEqual(await inboxes(), [alice.account, bob.account])
    // The mark that all is told was lost with the worker.
    await sql('rooms').where({ id: room }).update({ notices_at: null })

    await makeDue(room)
    await driveClosing(work, room)

    t.deepEqual(await inboxes(), [alice.account, bob.account])
    const [row] = await sql('rooms').where({ id: room }).select('notices_at')
    t.not(row.notices_at, null)
    notify = usual
  },
)

test.serial('while notices cannot be made the closing stays due, and is no less sealed', async (t) => {
  const room = await closedRoom()
  const usual = notify
  notify = () => Promise.reject(new Error('the database is away'))

  await attemptClosing(work, room)
  await makeDue(room)
  await attemptClosing(work, room)

  const [row] = await world().sql('end_room').where({ room_id: room }).select('next_at', 'state')
  t.is(row.state, 'sealed')
  t.not(row.next_at, null)
  notify = usual
  await attemptClosing(work, room)
  t.deepEqual(toldIn(room), [alice.account, bob.account])
  const [settled] = await world().sql('end_room').where({ room_id: room }).select('next_at')
  t.is(settled.next_at, null)
})
