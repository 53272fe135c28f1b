import test from 'ava'
import { keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { createSite } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import type { Frame, TestSocket } from '../platform/ws/test-socket.ts'
import { Neighbour, bodiesOf, entriesOf, line } from './house.ts'
import { trioOf } from './trio.ts'

const { world, trio } = trioOf(test)
let site: LedgerSite
test.serial.before('a worker that stores when it is told to', async () => {
  site = await createSite(world())
})

const store = (room: string): Promise<number> => flushRoom(site.work, Number(room) as RoomId)
const hearsLast = (socket: TestSocket): Promise<Frame> => socket.hears('closed', (frame) => frame.type === 'closed')
const hearsClosing = (socket: TestSocket): Promise<Frame> =>
  socket.hears('the last entry', (frame) => frame.type === 'entry' && frame['kind'] === 'closed')

test('a room that is closed takes nothing more, and says so for good to all its listeners when that is stored', async (t) => {
  const { east, west, alice, bob, carol, roomOfThree } = trio()
  const room = await roomOfThree()
  const [near, far] = [await bob.listens(t, east, room), await carol.listens(t, west, room)]
  const said = line(room, 'the last word')
  const first = await near.ask(said)

  const closing = await alice.ask(west, `POST /v1/rooms/${room}/close`)
  await Promise.all([near, far].map(hearsClosing))
  const late = await near.ask(line(room, 'one more'))
  const again = await near.ask(said)
  const afterwards = await carol.listens(t, west, room, { epoch: first['epoch'], after: first['seq'] })
  await hearsClosing(afterwards)
  const toldBefore = [near, far, afterwards].flatMap((socket) => socket.ofType('closed'))
  await store(room)
  const ends = await Promise.all([near, far, afterwards].map(hearsLast))
  const atLast = await carol.listens(t, west, room)

  t.is(closing.status, 202)
  t.is(closing.headers.get('location'), `/v1/rooms/${room}/closing`)
  t.is(closing.body['lastSeq'], Number(first['seq']) + 1)
  t.deepEqual(toldBefore, [], 'before it is stored, a Redis that comes back older can take the end away')
  for (const end of [...ends, await hearsLast(atLast)]) {
    t.is(end['lastSeq'], closing.body['lastSeq'])
    t.is(end['receipt'], `/v1/rooms/${room}/receipt`)
  }
  t.is(entriesOf(near).at(-1)?.['kind'], 'closed')
  t.like(late, { type: 'error', code: 'room_closed', lastSeq: closing.body['lastSeq'] })
  t.is(again['seq'], first['seq'])
  t.is(entriesOf(afterwards).at(-1)?.['kind'], 'closed')
  t.is((await bob.ask(east, `POST /v1/rooms/${room}/close`)).status, 403)
  t.is((await alice.ask(east, `POST /v1/rooms/${room}/close`)).body['lastSeq'], closing.body['lastSeq'])
  t.is((await bob.ask(east, `PUT /v1/rooms/${room}/members/me`)).status, 200)
  t.is((await bob.ask(east, `GET /v1/rooms/${room}/receipt`)).status, 404)
})

test('who comes when a room is closed says what they have read, as far as there is something, and nobody outside does', async (t) => {
  const { east, west, alice, bob, carol, roomOfThree } = trio()
  const room = await roomOfThree()
  const dave = await Neighbour.moveIn(world(), west, 'dave')
  const said = await (await alice.listens(t, east, room)).ask(line(room, 'until tomorrow'))
  await alice.ask(east, `POST /v1/rooms/${room}/close`)
  const [late, outside] = [await carol.calls(t, west), await dave.calls(t, west)]
  const unread = async (who: Neighbour): Promise<unknown> =>
    ((await who.ask(west, `GET /v1/rooms/${room}`)).body['me'] as { unread: number }).unread
  const read = { type: 'read', room, epoch: said['epoch'] }
  const end = Number(said['seq']) + 1
  t.is(await unread(carol), 1)

  for (const isStored of [false, true]) {
    if (isStored) await store(room)
    t.like(await late.ask({ ...read, seq: end + 1 }), { type: 'error', code: 'bad_input' })
    t.like(await outside.ask({ ...read, seq: end }), { type: 'error', code: 'not_found' })
    t.is(await unread(carol), isStored ? 0 : 1)
    t.is((await late.ask({ ...read, seq: end })).type, 'ok')
    t.is((await late.ask({ ...read, seq: 1 })).type, 'ok', 'nor does it move back')
    t.is(await unread(carol), 0)
  }
  t.is(await unread(bob), 1)
})

test('when Redis loses the end of a room before it is stored, its listeners are told what was kept, and where it ends', async (t) => {
  const { east, west, alice, bob, carol, roomOfThree } = trio()
  const room = await roomOfThree()
  const [near, far] = [await bob.listens(t, east, room), await carol.listens(t, west, room)]
  await near.ask(line(room, 'stored'))
  await store(room)
  const lost = await near.ask(line(room, 'lost'))
  await alice.ask(east, `POST /v1/rooms/${room}/close`)
  await Promise.all([near, far].map(hearsClosing))

  await site.redis.del(keys.meta(Number(room) as RoomId))
  await store(room)

  for (const socket of [near, far]) {
    const end = await hearsLast(socket)
    const [epoch] = socket.ofType('epoch').slice(-1)
    t.like(epoch, { epoch: end['epoch'], keptUpTo: `1:${Number(lost['seq']) - 1}` })
    t.is(end['lastSeq'], lost['seq'], 'the closing stands where the lost line was')
    t.like(entriesOf(socket).at(-1), { kind: 'closed', epoch: end['epoch'], seq: end['lastSeq'] })
    t.deepEqual(bodiesOf(socket), ['stored', 'lost'])
    t.is(socket.ofType('closed').length, 1)
  }
})
