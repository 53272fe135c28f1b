import { rowsOfFlush, serversOfMessage } from './units.ts'
import type { Units } from './units.ts'

/** A community, as somebody guesses it will be. */
export interface Community {
  members: number
  /** Share of them who are connected at the busiest time. */
  online: number
  messagesADay: number
  postsADay: number
  /** Share of a day's messages that fall into the busiest hour, and how far its busiest minute is above its mean. */
  busiestHour: number
  burst: number
  /** Who is connected when a message is said in their room. */
  listeners: number
  /** Feed pages of each connected member in a minute. */
  pagesAMinute: number
  /** Rooms that are awake, for each connected member. */
  roomsAMember: number
}

export const supposed: Omit<Community, 'members'> = {
  online: 0.1,
  messagesADay: 10,
  postsADay: 0.2,
  busiestHour: 0.1,
  burst: 3,
  listeners: 50,
  pagesAMinute: 1,
  roomsAMember: 0.1,
}

/** Processors are planned for at most this share of their time; the rest is for what was not foreseen. */
export const busyAtMost = 0.5

/** What Nginx is set to, with the sixteenth that it keeps free; a person with a socket and a stream has four connections of it. */
const connectionsOfWorker = 32_768 * (15 / 16)
const connectionsOfPerson = 4
/** A room that nobody rings for is stored once a minute (FLUSH_AGE_SECONDS), four at once by a worker. */
const secondsBetweenFlushes = 60
const flushesAtOnce = 4
/** What one machine of a database is supposed to have; with its disk half full at the end of the year. */
const databaseCoresAtMost = 16
const databaseGibAtMost = 8192

/** What happens in its busiest minute, in a second. */
export interface Load {
  messages: number
  deliveries: number
  pages: number
  connected: number
  awakeRooms: number
  flushes: number
}

export function loadOf(community: Community): Load {
  const { members, online, messagesADay, busiestHour, burst, listeners, pagesAMinute, roomsAMember } = community
  const connected = members * online
  const messages = ((members * messagesADay * busiestHour) / 3600) * burst
  const awakeRooms = connected * roomsAMember
  return {
    ...{ messages, connected, awakeRooms },
    deliveries: messages * listeners,
    pages: (connected * pagesAMinute) / 60,
    flushes: Math.min(messages, awakeRooms / secondsBetweenFlushes),
  }
}

/** Processors that are busy all the time, by part, and what has to be held, sent and kept. */
export interface Needs {
  /** At least, where the listeners of a room are at one server or two, as they were when a message was measured. */
  serverCores: number
  /** At most, where they are anywhere, and all that a message costs is what it costs to hear it. */
  serverCoresSpread: number
  nginxCores: number
  nginxWorkersForConnections: number
  redisCores: number
  redisCoresAmongThousands: number
  workerCores: number
  workersForFlushes: number
  databaseCores: number
  databaseShards: number
  serverGib: number
  redisGib: number
  megabitsOut: number
  megabitsInside: number
  megabitsFromRedis: number
  diskGibAYear: number
}

export function needsOf({ values }: Units, load: Load, community: Community): Needs {
  const unit = (name: string): number => {
    const value = values[name]
    if (value === undefined) throw new Error(`there is no unit cost "${name}"`)
    return value
  }
  const { messages, deliveries, pages, connected, awakeRooms, flushes } = load
  const cores = (...micros: number[]): number => micros.reduce((sum, each) => sum + each, 0) / 1_000_000
  const perDay = community.members * community.messagesADay * unit('stored message, bytes')
  const posted = community.members * community.postsADay * unit('stored post, bytes')
  const stored = Math.max(flushes, messages / rowsOfFlush)
  const databaseCores = cores(stored * unit('a flush of up to ten, database µs'), pages * unit('page, database µs'))
  const diskGibAYear = ((perDay + posted) * 365) / 1024 ** 3
  const wire = deliveries * unit('delivery, bytes on the wire') + pages * unit('page, bytes on the wire')
  const serverCores = (servers: number, messageMicros: number): number =>
    cores(
      servers * unit('idle server, µs a second'),
      messages * messageMicros,
      deliveries * unit('delivery, server µs'),
      pages * unit('page, server µs'),
      connected * unit('socket, server µs a second'),
      connected * unit('stream, server µs a second'),
    )
  const message = unit('message, server µs')
  const together = settled((servers) => serverCores(servers, message))
  const spread = settled((servers) => {
    const heard = Math.max(1, serversReached(servers, community.listeners) / serversOfMessage)
    return serverCores(servers, message * heard)
  })
  return {
    serverCores: together,
    serverCoresSpread: spread,
    nginxCores: cores(messages * unit('message, Nginx µs'), deliveries * unit('delivery, Nginx µs')),
    nginxWorkersForConnections: Math.ceil((connected * connectionsOfPerson) / connectionsOfWorker),
    redisCores: cores(messages * unit('message, Redis µs')),
    redisCoresAmongThousands: cores(messages * unit('message among thousands a second, Redis µs')),
    workerCores: cores(stored * unit('a flush of up to ten, worker µs')),
    workersForFlushes: processesFor((stored * unit('a flush of up to ten, ms')) / 1000 / flushesAtOnce),
    databaseCores,
    databaseShards: Math.ceil(
      Math.max(databaseCores / busyAtMost / databaseCoresAtMost, (2 * diskGibAYear) / databaseGibAtMost),
    ),
    serverGib: (connected * (unit('socket, KiB') + unit('stream, KiB'))) / 1024 ** 2,
    redisGib: (awakeRooms * unit('room that is awake, KiB of Redis')) / 1024 ** 2,
    megabitsOut: (wire * 8) / 1e6,
    megabitsInside: (wire * 8) / 1e6,
    // At most: rooms are anywhere, each message comes by itself, and what Redis tells is as long as what becomes of it.
    megabitsFromRedis:
      (messages * serversReached(processesFor(spread), community.listeners) * unit('delivery, bytes on the wire') * 8) /
      1e6,
    diskGibAYear,
  }
}

/** Of so many servers those that have at least one of a room's listeners, where each listener is at any of them. */
export function serversReached(servers: number, listeners: number): number {
  return servers * (1 - (1 - 1 / servers) ** listeners)
}

/** What servers take that are as many as they have to be: each does something when it idles, and hears for itself. */
function settled(coresOf: (servers: number) => number): number {
  let servers = 1
  while (processesFor(coresOf(servers)) > servers) servers = processesFor(coresOf(servers))
  return coresOf(servers)
}

/** Processes of one core each, for what is busy for so long of each second. */
export function processesFor(cores: number): number {
  return Math.max(1, Math.ceil(cores / busyAtMost))
}
