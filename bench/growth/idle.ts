import { setTimeout as pause } from 'node:timers/promises'
import path from 'node:path'
import { dataFolder } from '../../tools/paths.ts'
import { socketsOf } from '../chat/load.ts'
import type { ChatLoad } from '../chat/load.ts'
import { Crowd } from '../clients/crowd.ts'
import type { BenchOptions, Figures } from '../contract.ts'
import { processorSeconds, usedBetween } from '../processor-time.ts'
import { memoryOf, probing } from '../site/memory.ts'
import type { Memory } from '../site/memory.ts'
import { signIn } from '../site/members.ts'
import type { SignedIn } from '../site/members.ts'
import { openRoom } from '../site/rooms.ts'
import { startSite } from '../site/site.ts'
import type { Site } from '../site/site.ts'
import { Readers } from '../web/readers.ts'
import type { Sweep, SweepStanding } from './contract.ts'
import { Meter } from './cost.ts'
import { talk } from './talk.ts'

/** People who are connected and say nothing. They come in at one server, past Nginx, which would need as many files again. */

const perRoom = 200
const idleSeconds = 10
/** They are there before the first look: what is made once for all is not counted. */
const first = 200
const socketsOfOneProcess = 5000

export const sockets: Sweep = {
  id: 'sockets',
  title: 'An idle socket, by how many are open',
  x: 'open sockets of one server',
  sizes: [100, 1000, 10_000],
  terms: `signed-in members who listen in rooms of ${perRoom}; memory with all garbage collected, processor time over ${idleSeconds} s of silence, and 20 messages a second in a room of ten beside them`,
  plots: [
    {
      ...{ name: 'memory', title: 'Memory of an idle socket, by how many are open', y: 'KiB a socket' },
      quantities: ['rssKibPerSocket', 'heapKibPerSocket'],
    },
    {
      ...{ name: 'message', title: 'A message beside idle sockets', y: 'µs of processor time a message' },
      quantities: ['cpuMicros', 'serverMicros', 'redisMicros'],
    },
  ],
  open: openSockets,
}

export const streams: Sweep = {
  id: 'streams',
  title: 'An idle event stream, by how many are open',
  x: 'open streams of one server',
  sizes: [100, 1000, 10_000],
  terms: `GET /v1/stream, ten of each member; memory with all garbage collected, processor time over ${idleSeconds} s of silence`,
  plots: [
    {
      ...{ name: 'memory', title: 'Memory of an idle stream, by how many are open', y: 'KiB a stream' },
      quantities: ['rssKibPerStream', 'heapKibPerStream'],
    },
  ],
  open: openStreams,
}

/** One server whose memory can be asked for. */
interface Ground {
  site: Site
  /** What it holds when all garbage is collected. */
  memory(): Promise<Memory>
}

async function openGround(name: string, { log }: BenchOptions): Promise<Ground> {
  const folder = path.join(dataFolder, 'bench', 'memory', name)
  const site = await startSite({ name, settings: { SEATS_MAX: 10_000, ...probing(folder) }, log })
  return {
    site,
    // Code that was used once goes only after several collections, and would be taken for what left.
    async memory() {
      for (let times = 0; times < 3; times += 1) await memoryOf(firstOf(site), folder)
      return memoryOf(firstOf(site), folder)
    },
  }
}

async function openSockets(options: BenchOptions): Promise<SweepStanding> {
  const { site, memory } = await openGround('growth-sockets', options)
  const meter = new Meter(site)
  const most = Math.max(...sockets.sizes.map((size) => size * Math.min(1, options.scale)))
  const people = await signIn(site, first + Math.round(most), 'idle')
  const open: Crowd[] = []
  const speakers = await seatSpeakers(site, people, options.seconds)
  open.push(...(await seatIdle(site, people, 0, first)))
  const before = await memory()
  let count = first
  return {
    async at(size) {
      open.push(...(await seatIdle(site, people, count, first + size)))
      count = first + size
      const held = await memory()
      const silence = await silent(site, size)
      const {
        cpuMicros = 0,
        serverMicros = 0,
        redisMicros = 0,
        p50Ms = 0,
      } = await talk(meter, speakers.crowd, speakers.shape)
      return {
        rssKibPerSocket: (held.rss - before.rss) / size / 1024,
        heapKibPerSocket: (held.heapUsed - before.heapUsed) / size / 1024,
        serverMicrosPerSocketAndSecond: silence,
        ...{ cpuMicros, serverMicros, redisMicros, p50Ms },
      }
    },
    async stop() {
      for (const crowd of [speakers.crowd, ...open]) await crowd.stop()
      await meter.stop()
      await site.stop()
    },
  }
}

async function seatSpeakers(site: Site, people: readonly SignedIn[], seconds: number) {
  const load = { type: 'paced', seconds: seconds / 2, perSecond: 20 } as const
  const shape: ChatLoad = { rooms: 1, listeners: 10, speakers: 10, load }
  const crowd = await seat(site, people, people.slice(0, 10), shape)
  await crowd.round({ ...load, seconds: 1 })
  return { shape, crowd }
}

/** In rooms of two hundred. */
async function seatIdle(site: Site, people: readonly SignedIn[], from: number, to: number): Promise<Crowd[]> {
  const crowds: Crowd[] = []
  for (let begin = from; begin < to; begin += socketsOfOneProcess) {
    const some = people.slice(begin, Math.min(to, begin + socketsOfOneProcess))
    const rooms = Math.ceil(some.length / perRoom)
    const load = { type: 'paced', seconds: 0, perSecond: 0 } as const
    const shape = { rooms, listeners: Math.ceil(some.length / rooms), speakers: 0, load }
    crowds.push(await seat(site, people, some, shape))
  }
  return crowds
}

/** The first of all has the rooms. */
async function seat(
  site: Site,
  [mentor]: readonly SignedIn[],
  people: readonly SignedIn[],
  shape: ChatLoad,
): Promise<Crowd> {
  if (mentor === undefined) throw new Error('nobody is there to open a room')
  const names: string[] = []
  for (let room = 0; room < shape.rooms; room += 1) {
    names.push(await openRoom(site, mentor, people.slice(room * shape.listeners, (room + 1) * shape.listeners)))
  }
  const tokens = await Promise.all(people.map((person) => person.token()))
  const plans = socketsOf(shape, { ...site, through: 'one server' }, { roomNames: names, tokens })
  return Crowd.open({ dialect: 'madang', sockets: plans.slice(0, people.length), processes: 1 })
}

/** Microseconds of the server for each connection and second in which nothing happens: heartbeats and looks. */
async function silent(site: Site, connections: number): Promise<number> {
  const pids = { server: firstOf(site) }
  const before = processorSeconds(pids)
  await pause(idleSeconds * 1000)
  const { server = 0 } = usedBetween(before, processorSeconds(pids))
  return (server * 1_000_000) / connections / idleSeconds
}

async function openStreams(options: BenchOptions): Promise<SweepStanding> {
  const { site, memory } = await openGround('growth-streams', options)
  const most = Math.max(...streams.sizes.map((size) => size * Math.min(1, options.scale)))
  const people = await signIn(site, Math.ceil((first + most) / 10), 'reader')
  const port = Number(new URL(site.servers[0] ?? '').port)
  const open: Readers[] = []
  const openUpTo = async (count: number): Promise<void> => {
    const there = open.reduce((sum, readers) => sum + readers.count, 0)
    const holders = Array.from({ length: count - there }, (_, nth) => people[Math.floor((there + nth) / 10)])
    const tokens = await Promise.all(holders.flatMap((person) => person?.token() ?? []))
    open.push(await Readers.open({ port, path: '/v1/stream?topics=timeline', tokens }))
  }
  await openUpTo(first)
  const before = await memory()
  return {
    async at(size): Promise<Figures> {
      await openUpTo(first + size)
      const held = await memory()
      return {
        rssKibPerStream: (held.rss - before.rss) / size / 1024,
        heapKibPerStream: (held.heapUsed - before.heapUsed) / size / 1024,
        serverMicrosPerStreamAndSecond: await silent(site, size),
      }
    },
    async stop() {
      for (const readers of open) await readers.close()
      await site.stop()
    },
  }
}

function firstOf(site: Site): number {
  return site.pids()['server-1'] ?? 0
}
