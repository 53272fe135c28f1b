import type { BenchOptions, Contestant, Measure } from '../contract.ts'
import { Ground } from './ground.ts'
import type { ChatLoad } from './load.ts'
import { madang } from './madang.ts'
import { byFile, peerContestant, socketIoInsert, socketIoStreams, writeLoop, wsInsert, wsPubSub } from './peers.ts'
import type { Peer } from './peers.ts'

const ours = 'madang'
const looser = 'madang everysec'

/** A room of all that listen. */
const settings = { SEATS_MAX: 10_000 }

function scaled(count: number, scale: number): number {
  return Math.max(2, Math.round(count * scale))
}

/** Madang, Madang with a Redis that writes once a second, and the peers, under one load on one ground; `both` are those that come a second time, by unix sockets. */
function sideBySide(
  shape: ChatLoad,
  { both, once = [] }: { both: readonly Peer[]; once?: readonly Peer[] },
  { isDirect, log }: BenchOptions,
): Contestant[] {
  const ground = new Ground({ name: 'chat', settings, log })
  const through = isDirect ? 'servers' : 'nginx'
  const parts = { ground, shape, through, processes: 1 } as const
  return [
    madang(ours, { ...parts, appendfsync: 'always' }),
    ...[...both, ...once, ...(isDirect ? [] : both.map(byFile))].map((peer) => peerContestant(peer, { ...parts, log })),
    madang(looser, { ...parts, appendfsync: 'everysec' }),
  ]
}

/** P1–P3: 20 of 200 listeners speak, as fast as they are answered. */
function oneFullRoom(options: BenchOptions): Contestant[] {
  const listeners = scaled(200, options.scale)
  const load = { type: 'saturated', seconds: options.seconds, window: 20 } as const
  const shape = { rooms: 1, listeners, speakers: Math.min(20, listeners), load }
  return sideBySide(shape, { both: [socketIoInsert, wsPubSub], once: [socketIoStreams] }, options)
}

/**
 * P4: everybody in 100 rooms of ten speaks, as fast as they are answered. With four times as many messages under way each room waits for its turn in
 * Redis for longer than the 1.5 s after which a server of Madang answers `timeout`.
 */
function manyRooms(options: BenchOptions): Contestant[] {
  const rooms = scaled(100, options.scale)
  const load = { type: 'saturated', seconds: options.seconds, window: 5 } as const
  const shape = { rooms, listeners: 10, speakers: 10, load }
  return sideBySide(shape, { both: [socketIoInsert, wsInsert, wsPubSub] }, options)
}

/** P5: 50 messages a second to 200 listeners. */
function calmRoom(options: BenchOptions): Contestant[] {
  const listeners = scaled(200, options.scale)
  const load = { type: 'paced', seconds: options.seconds, perSecond: 50 } as const
  const shape = { rooms: 1, listeners, speakers: Math.min(20, listeners), load }
  return sideBySide(shape, { both: [socketIoInsert] }, options)
}

/**
 * P6: a thousand listeners on one server, 20 messages a second, one at a time. The pace is the same for both: the less there is to do, the
 * colder the caches and the dearer each write.
 */
function fanOut(options: BenchOptions): Contestant[] {
  const { seconds, scale, log } = options
  const load = { type: 'paced', seconds, perSecond: 20 } as const
  const ground = new Ground({ name: 'chat', settings, log })
  const shape = { rooms: 1, listeners: scaled(1000, scale), speakers: 1, load }
  const parts = { ground, shape, through: 'one server', processes: 1 } as const
  return [madang(ours, { ...parts, appendfsync: 'always' }), peerContestant(writeLoop, { ...parts, log })]
}

const atLeast = (must: number, goal: number) => ({ least: { must, goal } })
const atMost = (must: number, goal: number) => ({ most: { must, goal } })
/** A peer of a comparison, and the same as Madang is set up. */
const against = (peer: Peer) => ({ theirs: peer.name, alike: byFile(peer).name })
const rate = { title: 'deliveries/s', quantity: 'deliveriesPerSecond', ours }
const accepted = { title: 'accepted messages/s', quantity: 'messagesPerSecond', ours }

export const sideBySideMeasures: readonly Measure[] = [
  {
    id: 'P1',
    title: 'One room of 200 listeners, saturated, two servers',
    contestants: oneFullRoom,
    comparisons: [{ ...rate, ...against(socketIoInsert), bars: atLeast(10, 15) }],
  },
  {
    id: 'P2',
    title: 'One room of 200 listeners, saturated: processor time of all processes',
    contestants: oneFullRoom,
    comparisons: [
      {
        ...{ title: 'CPU per delivery, storing included', quantity: 'storedCpuMicrosPerDelivery', ours },
        ...{ ...against(socketIoInsert), bars: atMost(1 / 12, 1 / 20) },
      },
    ],
  },
  {
    id: 'P3',
    title: 'One room of 200 listeners, saturated, against one that keeps nothing',
    contestants: oneFullRoom,
    comparisons: [{ ...rate, ...against(wsPubSub), bars: atLeast(7, 9) }],
  },
  {
    id: 'P4',
    title: '100 rooms of ten who all speak, saturated, two servers',
    contestants: manyRooms,
    comparisons: [
      { ...accepted, ...against(socketIoInsert), bars: atLeast(10, 15) },
      { ...accepted, ...against(wsInsert), bars: atLeast(4.5, 7) },
      { ...accepted, ...against(wsPubSub), bars: atLeast(1.8, 2.5) },
    ],
  },
  {
    id: 'P5',
    title: 'One room of 200 listeners at 10,000 deliveries a second',
    contestants: calmRoom,
    comparisons: [
      {
        ...{ title: 'CPU per delivery, storing included', quantity: 'storedCpuMicrosPerDelivery', ours },
        ...{ ...against(socketIoInsert), bars: atMost(0.6, 0.45) },
      },
      {
        ...{ title: 'median latency', quantity: 'p50Ms', ours },
        ...{ ...against(socketIoInsert), bars: atMost(0.6, 0.45) },
      },
    ],
  },
  {
    id: 'P6',
    title: 'One message to 1,000 sockets of one server, 20 times a second',
    contestants: fanOut,
    comparisons: [
      {
        ...{ title: 'CPU of the server that writes', quantity: 'firstServerCpuMicrosPerDelivery' },
        ...{ ours, theirs: writeLoop.name, bars: atMost(1.3, 1.05) },
      },
    ],
  },
]
