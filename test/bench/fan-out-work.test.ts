import test from 'ava'
import type { ExecutionContext } from 'ava'
import { createTelling } from '../../src/live/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { Neighbour, line, openHouse } from '../chat/house.ts'
import { connect, hears, listenAs, openRelay } from '../live/station.ts'
import { connectFor } from '../support/connections.ts'
import { worldOf } from '../support/world.ts'
import { countBytes } from './count-bytes.ts'
import { watchServerSockets } from './server-sockets.ts'
import type { ServerSocket } from './server-sockets.ts'

/** What one message or event costs a server for each listener more: one write of bytes that were made once, and next to nothing of the heap. */

const world = worldOf(test)
const listeners = 12
const messages = 60

test.serial(
  'each batch of a room is one write a listening socket, of bytes that were framed once for all',
  async (t) => {
    const house = await openHouse(world(), { HEAD_CHECK_SECONDS: 3600 })
    const mentor = await Neighbour.moveIn(world(), house, 'mentor', 'mentor')
    const room = await mentor.opens(house, { seats: listeners + 1 })
    const people = await Promise.all(Array.from({ length: listeners }, () => Neighbour.moveIn(world(), house, 'guest')))
    for (const one of people) await one.joins(house, room)
    const speaker = await mentor.listens(t, house, room)
    const watch = watchServerSockets()
    t.teardown(watch.forget)
    const ears = await Promise.all(people.map((one) => one.listens(t, house, room)))
    const { told, pause } = await batchesOf(t)
    for (const socket of watch.sockets) socket.writes = []

    // Nothing is kept for a moment: what is said meanwhile has to wait for each other.
    await pause(300)
    const said = Array.from({ length: messages }, (_, nth) => speaker.ask(line(room, `message ${nth}`)))
    await Promise.all(said)
    for (const ear of ears) await ear.hears('the last', ({ content }) => bodyOf(content) === `message ${messages - 1}`)

    const sockets = watch.sockets.filter(({ writes }) => entriesIn(writes).length > 0)
    const batches = told()
    t.is(sockets.length, listeners)
    t.true(batches > 0 && batches < messages / 2, `${messages} messages came in ${batches} batches`)
    for (const { writes } of sockets) {
      t.true(entryWrites(writes).length <= batches)
      // What came together was put together once for all, and not by each socket.
      for (const write of entryWrites(writes)) t.is(entriesIn([write]).length, 1)
    }
    requireShared(t, sockets, (bytes) => bytes.includes('"type":"entry"'))
  },
)

test.serial('an event is one write a stream, of bytes that were framed once for all', async (t) => {
  const house = await openHouse(world(), { EVENTS_CHECK_MS: 60_000 })
  await openRelay(t, world())
  const people = await Promise.all(Array.from({ length: listeners }, () => Neighbour.moveIn(world(), house, 'guest')))
  const [actor, , muted] = people
  await people[1]!.ask(house, `PUT /v1/people/${muted!.username}/mute`)
  const watch = watchServerSockets()
  t.teardown(watch.forget)
  const readers = await Promise.all(people.map((one) => listenAs(t, house.origin, one.token)))
  await Promise.all(readers.map((reader) => reader.event('ready')))
  for (const socket of watch.sockets) socket.writes = []
  const { broker, close } = connect(world())
  t.teardown(close)

  const transaction = createTelling({ sql: world().sql, broker, log: world().log })
  const doing = { topic: 'timeline', type: 'post.created', actor: actor!.account as AccountId } as const
  await transaction(async (_, tell) => tell({ ...doing, data: { n: 1 } }))
  await Promise.all(readers.map((reader) => hears(reader, 1)))

  const isTold = (bytes: Buffer): boolean => bytes.includes('event: post.created')
  const sockets = watch.sockets.filter(({ writes }) => writes.flat().some(isTold))
  t.is(sockets.length, listeners)
  for (const { writes } of sockets) t.is(writes.filter((write) => write.some(isTold)).length, 1)
  requireShared(t, sockets, isTold)
})

/** Twice and more what is seen for a message and of what is kept, a fifth more for an event (see `allocations.ts`): one object more for each listener or entry is too much. */
const mostBytesEach = { message: 16, event: 84, kept: 24 }

test('a delivery allocates next to nothing, and of an entry that was told hardly anything stays on the heap', async (t) => {
  const bytesEach = (await countBytes('allocations.ts')) as typeof mostBytesEach

  t.log(bytesEach)
  t.true(bytesEach.message >= 0 && bytesEach.message <= mostBytesEach.message, `${bytesEach.message} B a delivery`)
  t.true(bytesEach.kept >= 0 && bytesEach.kept <= mostBytesEach.kept, `${bytesEach.kept} B kept of an entry`)
  t.true(bytesEach.event >= 0 && bytesEach.event <= mostBytesEach.event, `${bytesEach.event} B an event`)
})

/** Counts what the ledger tells the servers from now on: one publication a batch. `pause` lets Redis take no writes for a while. */
async function batchesOf(t: ExecutionContext) {
  const [hearing, asking] = [connectFor('subscriber', world().redis.url), connectFor('commands', world().redis.url)]
  t.teardown(() => [hearing, asking].forEach((redis) => redis.disconnect()))
  let batches = 0
  hearing.on('pmessage', (_pattern: string, channel: string) => {
    if (channel.endsWith(':live')) batches += 1
  })
  await hearing.psubscribe('*')
  return { told: () => batches, pause: (ms: number) => asking.call('CLIENT', 'PAUSE', ms, 'WRITE') }
}

const bodyOf = (content: unknown): unknown =>
  typeof content === 'object' && content !== null && 'body' in content ? content.body : undefined

const entriesIn = (writes: readonly Buffer[][]): Buffer[] =>
  writes.flat().filter((chunk) => chunk.includes('"type":"entry"'))
const entryWrites = (writes: readonly Buffer[][]): Buffer[][] =>
  writes.filter((write) => write.some((chunk) => chunk.includes('"type":"entry"')))

/** Every socket was given the same memory, in the same order. */
function requireShared(
  t: ExecutionContext,
  sockets: readonly ServerSocket[],
  isCounted: (bytes: Buffer) => boolean,
): void {
  const placesOf = ({ writes }: ServerSocket): string[] => {
    return writes
      .flat()
      .filter(isCounted)
      .map((bytes) => `${memoryOf(bytes.buffer)}:${bytes.byteOffset}:${bytes.length}`)
  }
  const [first, ...others] = sockets.map(placesOf)
  for (const places of others) t.deepEqual(places, first)
}

const memories = new Map<ArrayBufferLike, number>()

function memoryOf(buffer: ArrayBufferLike): number {
  const known = memories.get(buffer) ?? memories.size
  memories.set(buffer, known)
  return known
}
