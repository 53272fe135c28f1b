import { Crowd } from '../clients/crowd.ts'
import type { DialectName } from '../clients/dialects.ts'
import type { Contestant } from '../contract.ts'
import { processorSeconds, usedBetween } from '../processor-time.ts'
import { startPeer } from '../site/peer.ts'
import { figuresOf } from './figures.ts'
import type { Ground } from './ground.ts'
import { socketsOf } from './load.ts'
import type { ChatLoad, Doors } from './load.ts'
import { warmUp } from './warm-up.ts'

/** A program of bench/peers, which says at its head what it keeps and when it acknowledges. */
export interface Peer {
  name: string
  program: string
  dialect: DialectName
  terms: string
  /** Behind unix sockets instead of TCP. */
  isByFile?: boolean
}

const unchecked = 'Knows neither sessions nor seats, and takes a repeated message twice.'

export const socketIoInsert: Peer = {
  name: 'socket.io + INSERT',
  program: 'socket-io-insert.ts',
  dialect: 'socket.io',
  terms: `socket.io 4 with @socket.io/redis-adapter on two servers, one INSERT before the emit. Acknowledges when the row is on disk. ${unchecked}`,
}

export const socketIoStreams: Peer = {
  name: 'socket.io streams',
  program: 'socket-io-streams.ts',
  dialect: 'socket.io',
  terms: `socket.io 4 with connection state recovery over @socket.io/redis-streams-adapter on two servers, no row. Acknowledges when the packet was handed to Redis. ${unchecked}`,
}

export const wsInsert: Peer = {
  name: 'ws + INSERT',
  program: 'ws-insert.ts',
  dialect: 'plain',
  terms: `ws and Redis pub/sub on two servers, one INSERT before the publish. Acknowledges when the row is on disk and published. ${unchecked}`,
}

export const wsPubSub: Peer = {
  name: 'ws pub/sub',
  program: 'ws-pubsub.ts',
  dialect: 'plain',
  terms: `ws and Redis pub/sub on two servers, nothing kept. Acknowledges when Redis has published. ${unchecked}`,
}

/** Reached by Nginx over unix sockets, as Madang is. */
export function byFile(peer: Peer): Peer {
  return {
    ...peer,
    name: `${peer.name}, unix sockets`,
    terms: `${peer.name}, reached by Nginx over unix sockets as Madang is: the second ratio, shown and not judged.`,
    isByFile: true,
  }
}

export const writeLoop: Peer = {
  name: 'net write loop',
  program: 'write-loop.ts',
  dialect: 'plain',
  terms:
    'One process that writes the same bytes to every net.Socket in a loop. Keeps nothing, checks nothing, knows no rooms, no slow clients and no other server.',
}

export interface PeerContestantOptions {
  ground: Ground
  shape: ChatLoad
  through: Doors['through']
  processes: number
  log(line: string): void
}

/** A peer beside Madang: the same load, the same Redis and database, as many servers. */
export function peerContestant(peer: Peer, options: PeerContestantOptions): Contestant {
  const { ground, shape, through, processes, log } = options
  return {
    name: peer.name,
    terms: peer.terms,
    async start() {
      const site = await ground.enter()
      const { program, isByFile = false } = peer
      const own = await startPeer({ site, program, isByFile, servers: through === 'one server' ? 1 : 2, log })
      const roomNames = Array.from({ length: shape.rooms }, (_, room) => `${peer.name}:${room}`)
      const sockets = socketsOf(shape, { ...own, through }, { roomNames, tokens: [] })
      const crowd = await Crowd.open({ dialect: peer.dialect, sockets, processes })
      await crowd.round(warmUp(shape.load))
      const pids = (): Record<string, number> => {
        const { redis = 0, database = 0 } = site.pids()
        return { ...own.pids(), redis, database }
      }
      return {
        async round() {
          const before = processorSeconds(pids())
          const report = await crowd.round(shape.load)
          return figuresOf(report, usedBetween(before, processorSeconds(pids())))
        },
        async stop() {
          await crowd.stop()
          await own.stop()
          await ground.leave()
        },
      }
    },
  }
}
