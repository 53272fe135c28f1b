import test from 'ava'
import { createAnnouncer, createRoomsPort } from '../../src/chat/index.ts'
import { createLedger } from '../../src/ledger/index.ts'
import { connectTo } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { untilReady } from '../support/ledger.ts'
import { noNotices, toldInto } from '../support/standing-in.ts'
import { worldOf } from '../support/world.ts'
import { Neighbour, line, openHouse } from './house.ts'
import type { House } from './house.ts'

const world = worldOf(test)
let house: House
let alice: Neighbour
let bob: Neighbour

test.serial.before('a server, a mentor and a member', async () => {
  house = await openHouse(world())
  alice = await Neighbour.moveIn(world(), house, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), house, 'bob')
})

/** What a worker's sweep does, with connections of its own. */
async function sweep(): Promise<number> {
  const { sql, config, log } = world()
  const connections = connectTo({ url: config.REDIS_URL, log })
  const { redis, appendRedis, broker } = connections
  const profiles = async () => new Map()
  const rooms = createRoomsPort({ sql, profiles, transaction: toldInto(sql), notify: noNotices })
  const ledger = createLedger({ config, sql, redis, appendRedis, broker, rooms, log })
  try {
    await redis.ping()
    await untilReady(appendRedis)
    return await createAnnouncer({ sql, ledger, profiles, log })()
  } finally {
    await ledger.stop()
    await connections.close()
  }
}

test.serial('without Redis a send in slow mode is of unknown outcome, and its repeat is kept once', async (t) => {
  const room = await alice.opens(house, { slowModeSeconds: 3600 })
  await bob.joins(house, room)
  const socket = await bob.listens(t, house, room)
  const said = line(room, 'is anybody there?')
  await world().redis.kill()

  const lost = await socket.ask(said)
  await world().redis.start()
  const kept = await eventually(async () => {
    const answer = await socket.ask(said)
    return answer.type === 'ack' && answer
  }, 30_000)

  t.true(['unavailable', 'timeout'].includes(String(lost['code'])))
  t.like(await socket.ask(said), { type: 'ack', duplicate: true, seq: kept['seq'] })
  t.is((await socket.ask(line(room, 'and again')))['code'], 'rate_limited')
})

test.serial('a change that Redis could not hear of is announced by a sweeper, and holds from then on', async (t) => {
  const room = await alice.opens(house)
  await bob.joins(house, room)
  await world().redis.kill()
  const refused = await alice.ask(house, `PATCH /v1/rooms/${room}`, { speak: 'mentors' })
  await world().redis.start()
  const { sql } = world()
  await sql('rooms')
    .where({ id: Number(room) })
    .update({ settings_at: sql.raw('NOW(3) - INTERVAL 1 MINUTE') })

  await eventually(async () => {
    await sweep()
    const [row] = await sql('rooms')
      .where({ id: Number(room) })
      .select('settings_announced')
    return row.settings_announced === 1
  }, 30_000)

  t.is(refused.status, 503)
  const { body } = await alice.ask(house, `GET /v1/rooms/${room}/messages`)
  t.deepEqual(
    (body['items'] as { kind: string }[]).map((item) => item.kind),
    ['join', 'join', 'settings'],
  )
  const socket = await bob.calls(t, house)
  const said = line(room, 'hello')
  const answer = await eventually(async () => {
    const { code } = await socket.ask(said)
    return code !== 'unavailable' && code
  })
  t.is(answer, 'muted')
})
