import test from 'ava'
import type { ExecutionContext } from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { tracingChannel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { Neighbour, entriesOf, hearsLine, line, openHouse } from '../chat/house.ts'
import type { House } from '../chat/house.ts'
import { connectFor } from '../support/connections.ts'
import { createSite } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

/** What one message asks of Redis and MySQL by itself, where it shares nothing with others, and what reading a room asks for. */

const world = worldOf(test)
/** No timer of a server asks anything meanwhile but those that are set aside below. */
const quiet = {
  ...{ HEAD_CHECK_SECONDS: 3600, WITNESS_MS: 60_000, EVENTS_CHECK_MS: 60_000, SESSION_CHECK_SECONDS: 3600 },
  ...{ PRESENCE_BEAT_MS: 60_000, PRESENCE_PUSH_MS: 60_000, ROOM_COUNTS_MS: 60_000 },
}

let east: House
let west: House
let alice: Neighbour
let bob: Neighbour
let site: LedgerSite

test.serial.before('two servers and two people', async () => {
  ;[east, west] = [await openHouse(world(), quiet), await openHouse(world(), quiet)]
  alice = await Neighbour.moveIn(world(), east, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), west, 'bob')
  site = await createSite(world(), world().configWith({ WITNESS_MS: 60_000 }))
})

type Counts = Record<string, number>

/** Without those of the counts of requests, which are told to Redis now and then. */
const ofScripts = (counts: Counts): Counts =>
  Object.fromEntries(Object.keys(append).map((name) => [name, name === 'evalsha' ? 0 : (counts[name] ?? 0)]))

interface Asked {
  /** Commands by name; those of scripts as `script: name`. */
  redis: Counts
  sql: string[]
}

/** Everything that was asked meanwhile, by whomever in this process. */
async function askedBy(t: ExecutionContext, work: () => Promise<unknown>): Promise<Asked> {
  const sql: string[] = []
  const note = ({ query }: { query: string }): void => void sql.push(query.replaceAll(/\s+/g, ' ').trim())
  const watch = await watchRedis(t)
  for (const channel of channels) channel.start.subscribe(note as (message: unknown) => void)
  await work().finally(() => {
    for (const channel of channels) channel.start.unsubscribe(note as (message: unknown) => void)
  })
  return { redis: await watch.counts(), sql }
}

const channels = [tracingChannel('mysql2:query'), tracingChannel('mysql2:execute')]

/** By MONITOR, since what timers ask by the way (the memory, a ping) can be told from the rest by its words. */
async function watchRedis(t: ExecutionContext) {
  const [asking, { hostname, port }] = [connectFor('commands', world().redis.url), new URL(world().redis.url)]
  const monitor = connect(Number(port), hostname)
  t.teardown(() => {
    asking.disconnect()
    monitor.destroy()
  })
  await asking.echo('ready')
  const lines = createInterface(monitor)
  const last = randomUUIDv7()
  const seen: Counts = {}
  const isOver = new Promise<void>((resolve) => {
    lines.on('line', (said) => {
      const [, source, command = '', word] = /^\+[\d.]+ \[\d+ (\S+)\] "(\w+)"(?: "([^"]*)")?/.exec(said) ?? []
      if (word === last) resolve()
      const isByTimer = command === 'ping' || (command.toLowerCase() === 'info' && word === 'memory')
      if (source === undefined || word === last || isByTimer) return
      const name = source === 'lua' ? `script: ${command.toLowerCase()}` : command.toLowerCase()
      seen[name] = (seen[name] ?? 0) + 1
    })
  })
  monitor.write('MONITOR\r\n')
  await once(lines, 'line')
  return {
    async counts() {
      await asking.echo(last)
      await isOver
      return seen
    },
  }
}

/** One entry by itself: what the script checks and remembers, and one publication that every server hears. */
const append = {
  ...{ evalsha: 1, 'script: hgetall': 1, 'script: info': 1, 'script: time': 1 },
  // The id in both hashes, the speaker among the members; the id and the head.
  ...{ 'script: hmget': 2, 'script: hget': 1, 'script: hset': 2 },
  ...{ 'script: rpush': 1, 'script: hlen': 1, 'script: publish': 1 },
}
/** Where the room stands, and what of it is not stored. */
const peek = { evalsha: 1, 'script: hgetall': 1, 'script: info': 1, 'script: lrange': 1 }

test.serial('a line by a socket is one script call and no statement, whoever hears it at another server', async (t) => {
  const { room, say } = await conversation(t)

  for (const nth of [1, 2, 3]) t.deepEqual(await askedBy(t, () => say(`line ${nth}`)), { redis: append, sql: [] })

  const path = `POST /v1/rooms/${room}/messages`
  const { redis, sql } = await askedBy(t, () => alice.ask(east, path, { id: randomUUIDv7(), body: 'by HTTP' }))
  t.deepEqual(ofScripts(redis), ofScripts(append))
  t.is(sql.length, 1, 'whose session it is')
})

test.serial('a flush of a line is five statements, and two script calls', async (t) => {
  const { room, say } = await conversation(t)
  const flush = () => askedBy(t, () => flushRoom(site.work, Number(room) as RoomId))
  await flush()
  await say('one')

  const { redis, sql } = await flush()

  t.deepEqual(redis, {
    // A slice, and trim.
    ...{ evalsha: 2, 'script: hgetall': 2, 'script: info': 2, 'script: lrange': 2, 'script: lindex': 1 },
    ...{ 'script: hset': 1, 'script: ltrim': 1, 'script: publish': 1, 'script: zrem': 1 },
  })
  t.deepEqual(
    sql.map((statement) => statement.split(' ')[0]?.toUpperCase()),
    ['BEGIN;', 'SELECT', 'INSERT', 'UPDATE', 'COMMIT;'],
  )
})

test.serial('a page of a room takes the same few statements whatever its size', async (t) => {
  const { room, say } = await conversation(t)
  for (let nth = 0; nth < 40; nth += 1) await say(`line ${nth}`)
  const read = async (limit: number) => {
    const asked = await askedBy(t, () => alice.ask(east, `GET /v1/rooms/${room}/messages?limit=${limit}`))
    t.deepEqual(ofScripts(asked.redis), ofScripts(peek))
    return asked.sql.length
  }

  // Names that are at hand are not asked for.
  await read(50)
  // Whose session it is, the room, the seat; and of what is stored the rows and what later changed them.
  for (const limit of [2, 20, 50]) t.is(await read(limit), 3)
  await flushRoom(site.work, Number(room) as RoomId)
  for (const limit of [2, 20, 50]) t.is(await read(limit), 5)
})

test.serial('a resume takes the same few statements whatever was missed', async (t) => {
  for (const lines of [2, 40]) {
    const { room, say } = await conversation(t)
    for (let nth = 1; nth < lines; nth += 1) await say(`line ${nth}`)
    const resume = async (after: number) => {
      const socket = await bob.calls(t, west)
      const asked = await askedBy(t, () => socket.ask({ type: 'subscribe', room, epoch: 1, after }))
      t.is(entriesOf(socket).length, 2 + lines - after)
      return { ...asked, sql: asked.sql.length }
    }

    // Whether the person may listen is asked before and behind: the room and the seat, twice.
    t.deepEqual(await resume(2), { redis: {}, sql: 4 }, 'what this server has heard')
    t.deepEqual(await resume(1), { redis: peek, sql: 4 }, 'what is not stored')
    await flushRoom(site.work, Number(room) as RoomId)
    t.deepEqual(await resume(1), { redis: peek, sql: 5 }, 'what is stored')
  }
})

test.serial(
  'a list of rooms takes three statements whatever its size, and one of mine a look at each room',
  async (t) => {
    const carol = await Neighbour.moveIn(world(), west, 'carol')
    const get = (path: string) => askedBy(t, () => carol.ask(west, `GET ${path}`))
    for (const count of [1, 2, 3]) {
      const { room } = await conversation(t)
      await carol.joins(west, room)
      // Names that are at hand are not asked for.
      await Promise.all([get('/v1/rooms'), get('/v1/me/rooms')])

      // Whose session it is, whom they hide, and the rooms.
      t.is((await get('/v1/rooms')).sql.length, 3)
      // Whose session it is, the rooms, and how far they were read; what is unread of each is in Redis.
      const mine = await get('/v1/me/rooms')
      t.is(mine.sql.length, 3)
      t.is(mine.redis['script: lrange'], count)
      await flushRoom(site.work, Number(room) as RoomId)
      t.is((await get('/v1/me/rooms')).sql.length, 3, 'nothing is below where they joined')
    }
  },
)

/** A room where something was said, by somebody at one server and heard by another at the other. */
async function conversation(t: ExecutionContext) {
  const room = await alice.opens(east)
  await bob.joins(west, room)
  const [speaker, ear] = [await alice.listens(t, east, room), await bob.listens(t, west, room)]
  const say = async (body: string): Promise<void> => {
    await speaker.ask(line(room, body))
    await hearsLine(ear, body)
  }
  await say('the first')
  return { room, say }
}
