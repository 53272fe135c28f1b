import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import sharp from 'sharp'
import { createPictureSweep, createRoomsPort } from '../../src/chat/index.ts'
import { createLedger } from '../../src/ledger/index.ts'
import type { Ledger } from '../../src/ledger/index.ts'
import { createMediaWork } from '../../src/media/index.ts'
import type { MediaWork } from '../../src/media/index.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import { connectTo } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { noNotices, toldInto } from '../support/standing-in.ts'
import { worldOf } from '../support/world.ts'
import { Neighbour, entriesOf, line, openHouse, placeOf } from './house.ts'
import type { House } from './house.ts'

const world = worldOf(test)
let north: House
let south: House
let alice: Neighbour
let bob: Neighbour
let ledger: Ledger
let media: MediaWork
let sweep: () => Promise<number>
let jpeg: Buffer

test.serial.before('two servers, a mentor, a member and a worker', async () => {
  const limits = { ROOMS_PER_MENTOR: 100, MEDIA_UPLOADS_PER_HOUR: 100_000 }
  north = await openHouse(world(), limits)
  south = await openHouse(world(), limits)
  alice = await Neighbour.moveIn(world(), north, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), north, 'bob')
  jpeg = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#3070a0' } })
    .jpeg()
    .toBuffer()
  await worker()
})

async function worker(): Promise<void> {
  const { sql, config, log } = world()
  const connections = connectTo({ url: config.REDIS_URL, log })
  const { redis, appendRedis, broker } = connections
  const rooms = createRoomsPort({
    ...{ sql, transaction: toldInto(sql), notify: noNotices },
    profiles: async () => new Map(),
  })
  ledger = createLedger({ config, sql, redis, appendRedis, broker, rooms, log })
  const transaction: Parameters<typeof createMediaWork>[0]['transaction'] = (work) =>
    inTransaction(sql, (trx) => work(trx, async () => undefined))
  media = await createMediaWork({ sql, config, log, transaction })
  sweep = createPictureSweep({ sql, ledger, media, log })
  world().atEnd(async () => {
    await media.stop()
    await ledger.stop()
    await connections.close()
  })
}

async function uploads(who: Neighbour): Promise<string> {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(jpeg)], { type: 'image/jpeg' }), 'a.jpg')
  const headers = { authorization: `Bearer ${who.token}` }
  const answer = await fetch(`${north.origin}/v1/media`, { method: 'POST', headers, body: form })
  const { id } = (await answer.json()) as { id: string }
  if (answer.status !== 201) throw new Error(`not uploaded: ${answer.status}`)
  return id
}

async function roomWithBob(settings: Record<string, unknown> = {}): Promise<string> {
  const room = await alice.opens(north, settings)
  await bob.joins(north, room)
  return room
}

const withPictures = (room: string, body: string, ...ids: string[]) =>
  line(room, body, { media: ids.map((id) => ({ id, alt: `picture ${id}` })) })

/** What the picture is part of, and whether it has been given up. */
async function useOf(id: string): Promise<string> {
  const [row] = await world()
    .sql('media')
    .where({ id: Number(id) })
    .select('state', 'use_type', 'use_id')
  if (row === undefined || row.state === 'released') return 'gone'
  return row.use_type === null ? 'free' : `${row.use_type} ${row.use_id}`
}

async function claimOf(id: string): Promise<'none' | 'settled' | 'in doubt'> {
  const [row] = await world()
    .sql('message_pictures')
    .where({ media_id: Number(id) })
    .select('due_at')
  if (row === undefined) return 'none'
  return row.due_at === null ? 'settled' : 'in doubt'
}

/** As if two hours had passed. */
async function sweepLater(...ids: string[]): Promise<void> {
  await world()
    .sql('message_pictures')
    .whereIn('media_id', ids.map(Number))
    .whereNotNull('due_at')
    .update({ due_at: world().sql.raw('NOW(3)') })
  await sweep()
}

test.serial('pictures are heard, read and resumed with all that is needed to show them', async (t) => {
  const room = await roomWithBob()
  const listener = await alice.listens(t, south, room)
  const socket = await bob.listens(t, north, room)
  const [one, two] = [await uploads(bob), await uploads(bob)]

  const ack = await socket.ask(withPictures(room, '', two!, one!))

  t.is(ack.type, 'ack')
  const heard = await listener.hears('the pictures', (frame) => frame['pictures'] !== undefined)
  const shown = heard['pictures'] as Record<string, unknown>[]
  t.deepEqual(
    shown.map(({ id, alt, width, height }) => [id, alt, width, height]),
    [two, one].map((id) => [id, `picture ${id}`, 60, 40]),
  )
  t.deepEqual(heard['content'], { body: '', media: [two, one].map((id) => ({ id, alt: `picture ${id}` })) })
  const later = await alice.listens(t, south, room, { epoch: 1, after: 0 })
  t.deepEqual(entriesOf(later).at(-1)?.['pictures'], shown)
  const { body } = await alice.ask(south, `GET /v1/rooms/${room}/messages`)
  t.like((body['items'] as Record<string, unknown>[]).at(-1), { pictures: shown })
  t.is(await useOf(one!), `message ${room}`)
  await eventually(async () => (await claimOf(one!)) === 'settled')
})

test.serial(
  'a repeat of the same id is acknowledged with its first place, on either server, at once or later',
  async (t) => {
    const room = await roomWithBob()
    const [here, there] = [await bob.listens(t, north, room), await bob.listens(t, south, room)]
    const said = withPictures(room, 'once', await uploads(bob))

    const answers = await Promise.all([here.ask(said), there.ask(said), here.ask(said)])
    const later = await there.ask(said)

    const seqs = new Set([...answers, later].map((answer) => `${answer.type} ${String(answer['seq'])}`))
    t.is(seqs.size, 1)
    t.regex([...seqs][0]!, /^ack /)
    t.is((await bob.ask(south, `POST /v1/rooms/${room}/messages`, overHttp(said))).status, 200)
    await sweepLater(pictureOf(said))
    t.is(await claimOf(pictureOf(said)), 'settled')
    t.is(await useOf(pictureOf(said)), `message ${room}`)
  },
)

const pictureOf = (said: Record<string, unknown>): string => (said['media'] as { id: string }[])[0]!.id
const overHttp = ({ id, body, media: pictures }: Record<string, unknown>) => ({ id, body, media: pictures })

test.serial(
  'what is not there, not mine, or part of something is refused with its place, and nothing is kept',
  async (t) => {
    const room = await roomWithBob()
    const socket = await bob.listens(t, north, room)
    const [hers, used, mine] = [await uploads(alice), await uploads(bob), await uploads(bob)]
    await socket.ask(withPictures(room, 'used', used!))

    for (const [other, code] of [
      [hers!, 'no_such_picture'],
      [used!, 'picture_in_use'],
      ['999999', 'no_such_picture'],
    ] as const) {
      const refused = await socket.ask(withPictures(room, 'no', mine!, other))
      t.is(refused['code'], 'bad_input')
      t.like((refused['errors'] as object[])[0], { pointer: '/media/1/id', code })
    }

    t.is(await useOf(mine!), 'free')
    t.is(await useOf(hers!), 'free')
    t.is((await socket.ask(withPictures(room, 'yes', mine!))).type, 'ack')
  },
)

test.serial('one picture in two messages at once is in one of them', async (t) => {
  const room = await roomWithBob()
  const sockets = [await bob.listens(t, north, room), await bob.listens(t, south, room)]
  const picture = await uploads(bob)

  const answers = await Promise.all(sockets.map((socket, n) => socket.ask(withPictures(room, `line ${n}`, picture))))

  t.deepEqual(answers.map((answer) => answer.type).toSorted(), ['ack', 'error'])
})

test.serial('a refused message keeps its pictures for its repeat, and gives them up in the end', async (t) => {
  const room = await roomWithBob({ slowModeSeconds: 3600 })
  const socket = await bob.listens(t, north, room)
  await socket.ask(line(room, 'first'))
  const [repeated, given] = [await uploads(bob), await uploads(bob)]
  const [again, never] = [withPictures(room, 'again', repeated!), withPictures(room, 'never', given!)]
  for (const said of [again, never]) t.is((await socket.ask(said))['code'], 'rate_limited')
  t.is(await claimOf(repeated!), 'in doubt')

  await alice.ask(north, `PATCH /v1/rooms/${room}`, { slowModeSeconds: 0 })
  t.is((await socket.ask(again)).type, 'ack')
  await sweepLater(repeated!, given!)

  t.is(await useOf(repeated!), `message ${room}`)
  t.is(await claimOf(repeated!), 'settled')
  t.is(await useOf(given!), 'gone')
  t.is(await claimOf(given!), 'none')
  t.is((await socket.ask(never))['code'], 'bad_input')
})

test.serial('who has no seat keeps nothing, and the pictures are given up', async (t) => {
  const room = await alice.opens(north)
  const socket = await bob.calls(t, south)
  const picture = await uploads(bob)

  t.is((await socket.ask(withPictures(room, 'hello', picture)))['code'], 'not_member')
  await sweepLater(picture)

  t.is(await useOf(picture), 'gone')
})

test.serial(
  'a server that dies between claim and message, or message and note, leaves it to the sweeper',
  async (t) => {
    const room = await roomWithBob()
    const socket = await bob.listens(t, north, room)
    const [lost, kept] = [await uploads(bob), await uploads(bob)]
    const said = withPictures(room, 'kept', kept!)
    await socket.ask(said)
    await eventually(async () => (await claimOf(kept!)) === 'settled')
    const { sql } = world()
    await sql('message_pictures')
      .where({ media_id: Number(kept) })
      .update({ due_at: sql.raw('NOW(3)') })
    await sql('media')
      .where({ id: Number(lost) })
      .update({ use_type: 'message', use_id: Number(room) })
    await sql('message_pictures').insert({
      ...{ media_id: Number(lost), room_id: Number(room), account_id: bob.account, message_id: randomUUIDv7() },
      due_at: sql.raw('NOW(3)'),
    })

    await Promise.all([sweep(), sweep()])

    t.deepEqual([await useOf(lost!), await claimOf(lost!)], ['gone', 'none'])
    t.deepEqual([await useOf(kept!), await claimOf(kept!)], [`message ${room}`, 'settled'])
  },
)

test.serial('a deleted message gives its pictures up, and its repeat still hears its first place', async (t) => {
  const room = await roomWithBob()
  const socket = await bob.listens(t, north, room)
  const picture = await uploads(bob)
  const said = withPictures(room, 'taken back', picture)
  const ack = await socket.ask(said)

  t.is((await socket.ask({ type: 'delete', room, id: randomUUIDv7(), target: placeOf(ack) })).type, 'ack')

  t.is(await useOf(picture), 'gone')
  t.is(await claimOf(picture), 'none')
  t.like(await socket.ask(said), { type: 'ack', duplicate: true, seq: ack['seq'] })
  const { body } = await alice.ask(south, `GET /v1/rooms/${room}/messages`)
  t.like((body['items'] as object[]).at(-1), { content: null, pictures: [] })
})

test.serial(
  'a deletion whose server died is finished by the sweeper; one that was refused changes nothing',
  async (t) => {
    const room = await roomWithBob()
    const socket = await bob.listens(t, north, room)
    const picture = await uploads(bob)
    const ack = await socket.ask(withPictures(room, 'stands', picture))
    const target = { epoch: Number(ack['epoch']), seq: Number(ack['seq']) }
    const { sql } = world()
    await sql('message_pictures')
      .where({ media_id: Number(picture) })
      .update({ due_at: sql.raw('NOW(3)') })
    await sweep()
    t.is(await useOf(picture), `message ${room}`)

    await sql('message_pictures')
      .where({ media_id: Number(picture) })
      .update({ due_at: sql.raw('NOW(3)') })
    await ledger.append(Number(room) as RoomId, {
      ...{ sender: bob.account as AccountId, id: randomUUIDv7(), kind: 'delete', target, erases: true },
      payload: Buffer.from('{}'),
    })
    await sweep()

    t.is(await useOf(picture), 'gone')
  },
)

test.serial('while the ledger cannot be asked nothing is given up', async (t) => {
  const room = await roomWithBob()
  const socket = await bob.listens(t, north, room)
  const picture = await uploads(bob)
  await socket.ask(withPictures(room, 'stands', picture))
  const { sql, log } = world()
  await sql('message_pictures')
    .where({ media_id: Number(picture) })
    .update({ due_at: sql.raw('NOW(3)') })
  const away = { ...ledger, placeOf: () => Promise.reject(new Error('Redis is away')) }

  t.true((await createPictureSweep({ sql, ledger: away, media, log })()) > 0)

  t.deepEqual([await useOf(picture), await claimOf(picture)], [`message ${room}`, 'in doubt'])
})
