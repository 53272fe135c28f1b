import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { closeRedis } from '../../src/platform/redis.ts'
import { eventually } from '../support/eventually.ts'
import { createSite } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'
import { Neighbour, bodiesOf, entriesOf, hearsLine, line, openHouse, placeOf } from './house.ts'
import type { House } from './house.ts'
import type { Frame, TestSocket } from '../platform/ws/test-socket.ts'
import { connectFor } from '../support/connections.ts'

const world = worldOf(test)
let east: House
let west: House
let alice: Neighbour
let bob: Neighbour

let site: LedgerSite

test.before('two servers and two people', async () => {
  site = await createSite(world())
  ;[east, west] = await Promise.all([openHouse(world()), openHouse(world())])
  alice = await Neighbour.moveIn(world(), east, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), west, 'bob')
})

/** Repeats a line with its id until it is acknowledged, as a client does. */
async function saidAtLast(socket: TestSocket, said: Record<string, unknown>): Promise<Frame> {
  return eventually(async () => {
    const answer = await socket.ask(said)
    return answer.type === 'ack' && answer
  })
}

test.serial('a row that is no JSON any more is told as unreadable, and what stands around it as it is', async (t) => {
  const room = await alice.opens(east)
  const speaker = await alice.listens(t, east, room)
  await speaker.ask(line(room, 'before'))
  const { seq } = await speaker.ask(line(room, 'in between'))
  await speaker.ask(line(room, 'after'))
  await flushRoom(site.work, Number(room) as RoomId)
  const row = world()
    .sql('messages')
    .where({ room_id: room, seq: Number(seq) })
  await row.update({ payload: Buffer.from('{"body":"in betw') })

  const back = await alice.listens(t, west, room, { epoch: 1, after: Number(seq) - 2 })
  const page = await alice.ask(west, `GET /v1/rooms/${room}/messages`)

  const told = [
    ['text', { body: 'before' }],
    ['unreadable', null],
    ['text', { body: 'after' }],
  ]
  t.deepEqual(
    entriesOf(back).map(({ kind, content }) => [kind, content]),
    told,
  )
  const { items } = page.body as { items: { kind: string; content: unknown }[] }
  t.deepEqual(
    items.slice(-3).map(({ kind, content }) => [kind, content]),
    told,
  )
})

test.serial('after Redis was killed listeners hear of the new epoch and the next line, without a hole', async (t) => {
  const room = await alice.opens(east)
  await bob.joins(west, room)
  const [near, far] = [await alice.listens(t, east, room), await bob.listens(t, west, room)]
  const first = await near.ask(line(room, 'before'))
  await hearsLine(far, 'before')

  await world().redis.kill()
  const during = line(room, 'during')
  const lost = await near.ask(during)
  await world().redis.start()
  const ack = await saidAtLast(near, during)
  await Promise.all([near, far].map((socket) => hearsLine(socket, 'during')))

  t.true(['unavailable', 'timeout'].includes(String(lost['code'])))
  t.true(Number(ack['epoch']) > Number(first['epoch']))
  for (const socket of [near, far]) {
    const [epoch] = socket.ofType('epoch')
    t.is(epoch?.['epoch'], ack['epoch'])
    t.is(epoch?.['keptUpTo'], placeOf(first))
    t.deepEqual(bodiesOf(socket), ['before', 'during'])
  }
  t.is(ack['seq'], Number(first['seq']) + 1)
})

test.serial('who comes back from an older epoch is told how far it was kept, and what followed', async (t) => {
  const room = await alice.opens(east)
  const speaker = await alice.listens(t, east, room)
  const first = await speaker.ask(line(room, 'before'))
  await world().redis.kill()
  await world().redis.start()
  const second = await saidAtLast(speaker, line(room, 'after'))

  const back = await alice.listens(t, west, room, { epoch: first['epoch'], after: first['seq'] })
  const ahead = await alice.listens(t, west, room, { epoch: first['epoch'], after: Number(first['seq']) + 5 })

  for (const socket of [back, ahead]) {
    const [answer] = socket.ofType('subscribed')
    t.is(answer?.['recovered'], true)
    t.is(answer?.['keptUpTo'], placeOf(first))
    t.is(socket.ofType('epoch')[0]?.['keptUpTo'], placeOf(first))
    t.deepEqual(entriesOf(socket).map(placeOf), [placeOf(second)])
  }
})

test.serial('who comes back after a deletion is not told what was deleted', async (t) => {
  const room = await alice.opens(east)
  const speaker = await alice.listens(t, east, room)
  const secret = await speaker.ask(line(room, 'secret'))
  const amend = { room, target: placeOf(secret) }
  await speaker.ask({ ...amend, type: 'edit', id: randomUUIDv7(), body: 'edited secret' })
  await speaker.ask({ ...amend, type: 'delete', id: randomUUIDv7() })

  for (const house of [east, west]) {
    const back = await alice.listens(t, house, room, { epoch: 1, after: 0 })
    const amended = entriesOf(back).filter((entry) => entry['kind'] !== 'join')
    t.deepEqual(
      amended.map((entry) => [entry['kind'], entry['content']]),
      [
        ['text', null],
        ['edit', null],
        ['delete', {}],
      ],
    )
  }
})

test.serial('listeners miss nothing when the subscriber connections are cut', async (t) => {
  const room = await alice.opens(east)
  await bob.joins(west, room)
  const [near, far] = [await alice.listens(t, east, room), await bob.listens(t, west, room)]
  const redis = connectFor('commands', world().redis.url)

  for (let turn = 0; turn < 40; turn += 1) {
    await near.ask(line(room, `line ${turn}`))
    if (turn % 10 === 5) await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  }
  await eventually(() => [near, far].every((socket) => bodiesOf(socket).length === 40))

  const expected = Array.from({ length: 40 }, (_, turn) => `line ${turn}`)
  t.deepEqual(bodiesOf(near), expected)
  t.deepEqual(bodiesOf(far), expected)
  await closeRedis(redis)
})

test.serial('a client that falls behind while it catches up is told everything, once', async (t) => {
  const room = await alice.opens(east)
  const speaker = await alice.listens(t, east, room)
  const body = '긴 줄 '.repeat(400)
  for (let turn = 0; turn < 300; turn += 1) void speaker.ask(line(room, `${turn} ${body}`))
  await hearsLine(speaker, `299 ${body}`)

  const back = await alice.calls(t, west)
  back.say({ type: 'subscribe', ref: 's', room, epoch: 1, after: 0 })
  back.ws.pause()
  for (let turn = 300; turn < 400; turn += 1) await speaker.ask(line(room, `${turn} ${body}`))
  back.ws.resume()
  await hearsLine(back, `399 ${body}`)

  const seqs = entriesOf(back).map((entry) => Number(entry['seq']))
  t.deepEqual(
    seqs,
    Array.from({ length: 401 }, (_, index) => index + 1),
  )
})

test.serial('a second subscription takes the place of the first, and each ref is answered once', async (t) => {
  const room = await alice.opens(east)
  const socket = await alice.calls(t, east)

  const answers = await Promise.all(
    Array.from({ length: 5 }, () => socket.ask({ type: 'subscribe', room, epoch: 1, after: 0 })),
  )
  await socket.ask(line(room, 'heard once'))
  await hearsLine(socket, 'heard once')
  await socket.ask({ type: 'ping' })

  t.true(answers.every((answer) => answer.type === 'subscribed' || answer['code'] === 'conflict'))
  t.is(answers.at(-1)?.type, 'subscribed')
  t.is(bodiesOf(socket).length, 1)
  t.is(new Set(socket.frames.map((frame) => frame['ref']).filter(Boolean)).size, 7)
  t.is(socket.frames.filter((frame) => frame['ref'] !== undefined).length, 7)
})

test.serial('when a session ends its socket is closed, on whichever server it is', async (t) => {
  const carol = await Neighbour.moveIn(world(), east, 'carol')
  const socket = await carol.calls(t, west)

  await carol.ask(east, 'DELETE /v1/sessions/current')

  t.is((await socket.ended).code, 4500)
})

test.serial('a server that stops sends its sockets away with 4001', async (t) => {
  const house = await openHouse(world())
  const room = await alice.opens(east)
  const socket = await alice.listens(t, house, room)

  await house.stop()

  t.is((await socket.ended).code, 4001)
})
