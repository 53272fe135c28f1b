import path from 'node:path'
import { Crowd } from '../clients/crowd.ts'
import type { DialectName } from '../clients/dialects.ts'
import type { SocketPlan } from '../clients/plan.ts'
import type { BenchOptions, Contestant, Figures, Measure } from '../contract.ts'
import { memoryOf, probing } from '../site/memory.ts'
import { signIn } from '../site/members.ts'
import { startPeer } from '../site/peer.ts'
import { openRoom } from '../site/rooms.ts'
import { startSite } from '../site/site.ts'
import type { Site } from '../site/site.ts'
import { waitFor } from '../../tools/wait.ts'
import { dataFolder } from '../../tools/paths.ts'
import { socketsOf } from './load.ts'
import { socketIoInsert } from './peers.ts'

/**
 * P9: what a socket costs that does nothing. For each round the server is a new process; it holds 500 sockets, so that what is made once is not
 * counted, then 2,000 more, in rooms of 200. What it holds is compared before and after, its garbage collected.
 */
const ours = 'madang'
const fullSize = 2000
const before = 500
const perRoom = 200

function idleSockets(options: BenchOptions): readonly Contestant[] {
  const perRound = Math.max(perRoom, Math.round(fullSize * options.scale))
  return [madangIdle(options, perRound), socketIoIdle(options, perRound)]
}

/** A server that can be asked, and the sockets that are still to be opened at it. */
interface Ground {
  dialect: DialectName
  /** With tokens that are fresh. */
  sockets(): Promise<readonly SocketPlan[]>
  /** As it is now. */
  pid(): number
  address: string
  folder: string
  stop(): Promise<void>
}

function madangIdle({ log }: BenchOptions, perRound: number): Contestant {
  const terms = 'A signed-in member who listens to one room of 200: session, limits, heartbeat, presence.'
  return contestant(ours, terms, perRound, async () => {
    const folder = path.join(dataFolder, 'bench', 'memory', 'madang')
    const site = await startSite({ name: 'idle', settings: { SEATS_MAX: 10_000, ...probing(folder) }, log })
    const people = await signIn(site, before + perRound, 'idle')
    const roomNames: string[] = []
    for (let first = 0; first < people.length; first += perRoom) {
      const [mentor] = people
      if (mentor === undefined) break
      roomNames.push(await openRoom(site, mentor, people.slice(first, first + perRoom)))
    }
    const sockets = async (): Promise<SocketPlan[]> => {
      const tokens = await Promise.all(people.map((person) => person.token()))
      return socketsOf(shapeOf(people.length), { ...site, through: 'one server' }, { roomNames, tokens })
    }
    const { servers, stop } = site
    return { dialect: 'madang', sockets, pid: () => firstOf(site), address: servers[0] ?? '', folder, stop }
  })
}

function socketIoIdle({ log }: BenchOptions, perRound: number): Contestant {
  const { name, program, terms } = socketIoInsert
  return contestant(name, `${terms} It listens to one room of 200.`, perRound, async () => {
    const folder = path.join(dataFolder, 'bench', 'memory', 'socket.io')
    const site = await startSite({ name: 'idle-peer', log })
    const peer = await startPeer({ site, program, servers: 1, env: probing(folder), log })
    const count = before + perRound
    const roomNames = Array.from({ length: Math.ceil(count / perRoom) }, (_, room) => `room ${room}`)
    const sockets = socketsOf(shapeOf(count), { ...peer, through: 'one server' }, { roomNames, tokens: [] })
    const stop = async (): Promise<void> => {
      await peer.stop()
      await site.stop()
    }
    const where = { address: peer.servers[0] ?? '', folder }
    return { dialect: 'socket.io', sockets: async () => sockets, pid: () => firstOf(peer), ...where, stop }
  })
}

function shapeOf(sockets: number): Parameters<typeof socketsOf>[0] {
  const load = { type: 'paced', seconds: 0, perSecond: 0 } as const
  return { rooms: Math.ceil(sockets / perRoom), listeners: perRoom, speakers: 0, load }
}

function firstOf(site: Pick<Site, 'pids'>): number {
  return site.pids()['server-1'] ?? 0
}

function contestant(name: string, terms: string, perRound: number, prepare: () => Promise<Ground>): Contestant {
  return {
    name,
    terms,
    async start() {
      const ground = await prepare()
      return { round: () => roundOn(ground, perRound), stop: ground.stop }
    },
  }
}

async function roundOn(ground: Ground, perRound: number): Promise<Figures> {
  const { dialect, folder } = ground
  await startAnew(ground)
  const sockets = await ground.sockets()
  const first = await Crowd.open({ dialect, sockets: sockets.slice(0, before), processes: 1 })
  const was = await memoryOf(ground.pid(), folder)
  const more = await Crowd.open({ dialect, sockets: sockets.slice(before, before + perRound), processes: 1 })
  const is = await memoryOf(ground.pid(), folder)
  await more.stop()
  await first.stop()
  return {
    rssBytesPerSocket: (is.rss - was.rss) / perRound,
    heapBytesPerSocket: (is.heapUsed - was.heapUsed) / perRound,
    bufferBytesPerSocket: (is.external - was.external) / perRound,
  }
}

/** Who ends is started again by its supervisor. */
async function startAnew({ pid, address }: Ground): Promise<void> {
  const old = pid()
  process.kill(old, 'SIGTERM')
  const isBack = async (): Promise<boolean> => {
    if (pid() === old) return false
    const answer = await fetch(`${address}/livez`).catch(() => undefined)
    return answer?.ok ?? false
  }
  if ((await waitFor({ isTrue: isBack, withinMs: 60_000 })) !== 'yes') throw new Error(`${address} did not come back`)
}

const bars = { most: { must: 0.45, goal: 0.3 } }

export const idleMeasure: Measure = {
  id: 'P9',
  title: 'Memory of an idle socket, 2,000 more on one new server',
  contestants: idleSockets,
  comparisons: [
    { title: 'resident memory per socket', quantity: 'rssBytesPerSocket', ours, theirs: socketIoInsert.name, bars },
    {
      ...{ title: 'heap per socket', quantity: 'heapBytesPerSocket', ours, theirs: socketIoInsert.name },
      bars,
    },
  ],
}
