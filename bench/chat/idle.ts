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
import { dataFolder } from '../../tools/paths.ts'
import { socketsOf } from './load.ts'
import { socketIoInsert } from './peers.ts'

/**
 * P9: what a socket costs that does nothing. Each round opens 2,000 more on one server, in rooms of 200, and compares what the server holds
 * before and after, its garbage collected. 500 are there from the beginning, so that what is made once is not counted.
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
  sockets: readonly SocketPlan[]
  pid: number
  folder: string
  stop(): Promise<void>
}

function madangIdle({ rounds, log }: BenchOptions, perRound: number): Contestant {
  const terms = 'A signed-in member who listens to one room of 200: session, limits, heartbeat, presence.'
  return contestant(ours, terms, perRound, async () => {
    const folder = path.join(dataFolder, 'bench', 'memory', 'madang')
    const site = await startSite({ name: 'idle', settings: { SEATS_MAX: 10_000, ...probing(folder) }, log })
    const people = await signIn(site, before + rounds * perRound, 'idle')
    const roomNames: string[] = []
    for (let first = 0; first < people.length; first += perRoom) {
      const [mentor] = people
      if (mentor === undefined) break
      roomNames.push(await openRoom(site, mentor, people.slice(first, first + perRoom)))
    }
    const tokens = await Promise.all(people.map((person) => person.token()))
    const sockets = socketsOf(shapeOf(people.length), { ...site, through: 'one server' }, { roomNames, tokens })
    const { 'server-1': pid = 0 } = site.pids()
    return { dialect: 'madang', sockets, pid, folder, stop: site.stop }
  })
}

function socketIoIdle({ rounds, log }: BenchOptions, perRound: number): Contestant {
  const { name, program, terms } = socketIoInsert
  return contestant(name, `${terms} It listens to one room of 200.`, perRound, async () => {
    const folder = path.join(dataFolder, 'bench', 'memory', 'socket.io')
    const site = await startSite({ name: 'idle-peer', log })
    const peer = await startPeer({ site, program, servers: 1, env: probing(folder), log })
    const count = before + rounds * perRound
    const roomNames = Array.from({ length: Math.ceil(count / perRoom) }, (_, room) => `room ${room}`)
    const sockets = socketsOf(shapeOf(count), { ...peer, through: 'one server' }, { roomNames, tokens: [] })
    const { 'server-1': pid = 0 } = peer.pids()
    const stop = async (): Promise<void> => {
      await peer.stop()
      await site.stop()
    }
    return { dialect: 'socket.io', sockets, pid, folder, stop }
  })
}

function shapeOf(sockets: number): Parameters<typeof socketsOf>[0] {
  const load = { type: 'paced', seconds: 0, perSecond: 0 } as const
  return { rooms: Math.ceil(sockets / perRoom), listeners: perRoom, speakers: 0, load }
}

function contestant(name: string, terms: string, perRound: number, prepare: () => Promise<Ground>): Contestant {
  return {
    name,
    terms,
    async start() {
      const { dialect, sockets, pid, folder, stop } = await prepare()
      const crowds: Crowd[] = []
      let opened = 0
      const openMore = async (count: number): Promise<void> => {
        const next = sockets.slice(opened, opened + count)
        crowds.push(await Crowd.open({ dialect, sockets: next, processes: 1 }))
        opened += count
      }
      await openMore(before)
      return {
        async round(): Promise<Figures> {
          const was = await memoryOf(pid, folder)
          await openMore(perRound)
          const is = await memoryOf(pid, folder)
          return {
            rssBytesPerSocket: (is.rss - was.rss) / perRound,
            heapBytesPerSocket: (is.heapUsed - was.heapUsed) / perRound,
            bufferBytesPerSocket: (is.external - was.external) / perRound,
            openSockets: opened,
          }
        },
        async stop() {
          for (const crowd of crowds) await crowd.stop()
          await stop()
        },
      }
    },
  }
}

const bars = { most: { must: 0.45, goal: 0.3 } }

export const idleMeasure: Measure = {
  id: 'P9',
  title: 'Memory of an idle socket, 2,000 more on one server each round',
  contestants: idleSockets,
  comparisons: [
    { title: 'resident memory per socket', quantity: 'rssBytesPerSocket', ours, theirs: socketIoInsert.name, bars },
    {
      ...{ title: 'heap per socket', quantity: 'heapBytesPerSocket', ours, theirs: socketIoInsert.name },
      bars,
    },
  ],
}
