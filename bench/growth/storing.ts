import { keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import type { BenchOptions, Figures } from '../contract.ts'
import { lines } from '../ledger/lines.ts'
import { openSite, say } from '../ledger/site.ts'
import type { LedgerSite } from '../ledger/site.ts'
import { processorSeconds, usedBetween } from '../processor-time.ts'
import type { Sweep, SweepStanding } from './contract.ts'

/** So many entries in all at each size, in as many rooms as that takes, but not more than this. */
const entriesAtOnce = 20_000
const mostRooms = 500

/** What it costs to store a message, by how many of its room are stored with it. */
export const storing: Sweep = {
  id: 'storing',
  title: 'Storing a message, by how many of its room are stored at once',
  x: 'entries of one flush',
  sizes: [1, 10, 100, 1000, 10_000],
  terms:
    'entries that lie in Redis become rows, room by room: read, inserted, compared, committed, trimmed. The worker is the process of the bench; a room that nobody rings for is stored a minute after its oldest entry (FLUSH_AGE_SECONDS)',
  plots: [
    {
      ...{ name: 'entry', title: 'Storing a message, by the size of the flush', y: 'µs of processor time an entry' },
      quantities: ['cpuMicros', 'workerMicros', 'databaseMicros', 'redisMicros'],
    },
  ],
  open: openStoring,
}

async function openStoring({ log }: BenchOptions): Promise<SweepStanding> {
  const settings = {
    BUFFER_MAX_ENTRIES: 100_000,
    BUFFER_MAX_BYTES: 1_073_741_824,
    FLUSH_ENTRIES: 100_000,
    FLUSH_BYTES: 1_073_741_824,
  }
  const site = await openSite({ name: 'growth-storing', settings, log })
  await storeRooms(site, 20, 1000)
  return {
    at: (size) => storeRooms(site, Math.max(1, Math.min(mostRooms, Math.floor(entriesAtOnce / size))), size),
    stop: () => site.stop(),
  }
}

async function storeRooms(site: LedgerSite, count: number, size: number): Promise<Figures> {
  const rooms: RoomId[] = []
  for (let room = 0; room < count; room += 1) {
    const id = await site.newRoom()
    await say(site.ledger, id, lines(site.rooms.members, size))
    rooms.push(id)
  }
  const { pids } = site.backing
  const [before, own] = [processorSeconds(pids), process.cpuUsage()]
  const began = performance.now()
  for (const room of rooms) await flushRoom(site.work, room)
  const took = performance.now() - began
  const { user, system } = process.cpuUsage(own)
  const used: Record<string, number> = {
    ...usedBetween(before, processorSeconds(pids)),
    worker: (user + system) / 1_000_000,
  }
  for (const room of rooms) {
    const left = await site.foundation.redis.llen(keys.buffer(room))
    if (left !== 0) throw new Error(`the flush left ${left} entries in the buffer`)
  }
  const micros = (part: string): number => ((used[part] ?? 0) * 1_000_000) / (count * size)
  const [workerMicros, databaseMicros, redisMicros] = [micros('worker'), micros('database'), micros('redis')]
  return {
    ...{ cpuMicros: workerMicros + databaseMicros + redisMicros, workerMicros, databaseMicros, redisMicros },
    rowsPerSecond: (count * size) / (took / 1000),
    millisecondsPerFlush: took / count,
  }
}
