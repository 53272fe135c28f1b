import { Crowd } from '../clients/crowd.ts'
import type { CrowdReport } from '../clients/crowd.ts'
import { requireLedger } from '../chat/figures.ts'
import { socketsOf } from '../chat/load.ts'
import type { ChatLoad } from '../chat/load.ts'
import type { BenchOptions, Figures } from '../contract.ts'
import { percentile } from '../ratios.ts'
import { signIn } from '../site/members.ts'
import type { SignedIn } from '../site/members.ts'
import { openRoom } from '../site/rooms.ts'
import { startSite } from '../site/site.ts'
import type { Site } from '../site/site.ts'
import { Meter } from './cost.ts'
import type { Sweep, SweepStanding } from './contract.ts'

const warmUpSeconds = 2
const roomOfAll = { SEATS_MAX: 10_000 }

/** Through Nginx, at a pace that is the same for every size: what changes is the size alone. */
function paced(seconds: number, perSecond: number): ChatLoad['load'] {
  return { type: 'paced', seconds, perSecond }
}

/** One room, one more zero of listeners each time. */
export const listeners: Sweep = {
  id: 'listeners',
  title: 'A message, by the listeners of its room',
  x: 'listeners of one room',
  sizes: [10, 100, 1000],
  terms:
    '20 messages a second into one room, by up to 20 of its listeners; through Nginx, two servers; storing not included',
  plots: [
    {
      ...{ name: 'message', title: 'A message, by the listeners of its room', y: 'µs of processor time a message' },
      quantities: ['cpuMicros', 'serverMicros', 'nginxMicros', 'redisMicros', 'databaseMicros', 'workerMicros'],
    },
    {
      ...{ name: 'delivery', title: 'A delivery, by the listeners of its room', y: 'µs of processor time a delivery' },
      quantities: ['cpuMicrosPerDelivery', 'serverMicrosPerDelivery', 'nginxMicrosPerDelivery'],
    },
  ],
  open: (options) =>
    openTalk(options, 'listeners', 1000, (size) => ({
      ...{ rooms: 1, listeners: size, speakers: Math.min(20, size), load: paced(options.seconds, 20) },
    })),
}

/** The same messages, over ever more rooms. */
export const rooms: Sweep = {
  id: 'rooms',
  title: 'A message, by the rooms that people talk in',
  x: 'rooms, of four listeners each',
  sizes: [1, 10, 100, 1000],
  terms:
    '100 messages a second over all rooms together, by one of each; through Nginx, two servers; storing not included',
  plots: [
    {
      ...{ name: 'message', title: 'A message, by the rooms that people talk in', y: 'µs of processor time a message' },
      quantities: ['cpuMicros', 'serverMicros', 'nginxMicros', 'redisMicros', 'databaseMicros', 'workerMicros'],
    },
    {
      ...{ name: 'commands', title: 'What a message asks of Redis and MySQL, by rooms', y: 'commands a message' },
      quantities: ['redisCommands', 'statements'],
    },
  ],
  open: (options) =>
    openTalk(options, 'rooms', 4000, (size) => ({
      ...{ rooms: size, listeners: 4, speakers: 1, load: paced(options.seconds, 100) },
    })),
}

async function openTalk(
  options: BenchOptions,
  name: string,
  most: number,
  shapeOf: (size: number) => ChatLoad,
): Promise<SweepStanding> {
  const site = await startSite({ name: `growth-${name}`, settings: roomOfAll, log: options.log })
  const meter = new Meter(site)
  const people = await signIn(site, Math.max(40, Math.round(most * options.scale)), name)
  return {
    async at(size) {
      const shape = shapeOf(size)
      const before = await meter.redisMemory()
      const crowd = await seat(site, people, shape)
      try {
        await crowd.round({ ...shape.load, seconds: warmUpSeconds })
        const figures = await talk(meter, crowd, shape)
        const redisKibPerRoom = ((await meter.redisMemory()) - before) / shape.rooms / 1024
        return { ...figures, redisKibPerRoom }
      } finally {
        await crowd.stop()
      }
    },
    async stop() {
      await meter.stop()
      await site.stop()
    },
  }
}

/** Everybody in their seats, listening. */
async function seat(site: Site, people: readonly SignedIn[], shape: ChatLoad): Promise<Crowd> {
  const [mentor] = people
  if (mentor === undefined) throw new Error('nobody is there to open a room')
  const seated = people.slice(0, shape.rooms * shape.listeners)
  const roomNames: string[] = []
  for (let room = 0; room < shape.rooms; room += 1) {
    roomNames.push(await openRoom(site, mentor, seated.slice(room * shape.listeners, (room + 1) * shape.listeners)))
  }
  const tokens = await Promise.all(seated.map((person) => person.token()))
  const sockets = socketsOf(shape, { ...site, through: 'nginx' }, { roomNames, tokens })
  return Crowd.open({ dialect: 'madang', sockets, processes: 1 })
}

export async function talk(meter: Meter, crowd: Crowd, { load, listeners: heard }: ChatLoad): Promise<Figures> {
  const reports: CrowdReport[] = []
  const cost = await meter.perPiece(async () => {
    const report = await crowd.round(load)
    reports.push(report)
    return report.acknowledged
  })
  const [report] = reports
  if (report === undefined) throw new Error('there was no round')
  requireLedger(report)
  const { latenciesMs, busiest, acknowledged, seconds } = report
  const { cpuMicros = 0, serverMicros = 0, nginxMicros = 0, serverWrites = 0, serverBytes = 0 } = cost
  return {
    ...cost,
    cpuMicrosPerDelivery: cpuMicros / heard,
    serverMicrosPerDelivery: serverMicros / heard,
    nginxMicrosPerDelivery: nginxMicros / heard,
    serverWritesPerDelivery: serverWrites / heard,
    serverBytesPerDelivery: serverBytes / heard,
    messagesPerSecond: acknowledged / seconds,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    loadPercent: busiest * 100,
  }
}
