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

/** What happens in its busiest minute, in a second. */
export interface Load {
  messages: number
  deliveries: number
  pages: number
  connected: number
  awakeRooms: number
}

export function loadOf(community: Community): Load {
  const { members, online, messagesADay, busiestHour, burst, listeners, pagesAMinute, roomsAMember } = community
  const connected = members * online
  const messages = ((members * messagesADay * busiestHour) / 3600) * burst
  return {
    ...{ messages, connected },
    deliveries: messages * listeners,
    pages: (connected * pagesAMinute) / 60,
    awakeRooms: connected * roomsAMember,
  }
}

/** Processors that are busy all the time, by part, and what has to be held, sent and kept. */
export interface Needs {
  serverCores: number
  nginxCores: number
  redisCores: number
  workerCores: number
  databaseCores: number
  serverGib: number
  redisGib: number
  megabitsOut: number
  diskGibAYear: number
}

export function needsOf({ values }: Units, load: Load, community: Community): Needs {
  const unit = (name: string): number => {
    const value = values[name]
    if (value === undefined) throw new Error(`there is no unit cost "${name}"`)
    return value
  }
  const { messages, deliveries, pages, connected, awakeRooms } = load
  const cores = (...micros: number[]): number => micros.reduce((sum, each) => sum + each, 0) / 1_000_000
  const perDay = community.members * community.messagesADay * unit('stored message, bytes')
  const posted = community.members * community.postsADay * unit('stored post, bytes')
  return {
    serverCores: cores(
      messages * unit('message, server µs'),
      deliveries * unit('delivery, server µs'),
      pages * unit('page, server µs'),
      connected * unit('socket, server µs a second'),
      connected * unit('stream, server µs a second'),
    ),
    nginxCores: cores(messages * unit('message, Nginx µs'), deliveries * unit('delivery, Nginx µs')),
    redisCores: cores(messages * unit('message, Redis µs')),
    workerCores: cores(messages * unit('storing, worker µs')),
    databaseCores: cores(messages * unit('storing, database µs'), pages * unit('page, database µs')),
    serverGib: (connected * (unit('socket, KiB') + unit('stream, KiB'))) / 1024 ** 2,
    redisGib: (awakeRooms * unit('room that is awake, KiB of Redis')) / 1024 ** 2,
    megabitsOut:
      ((deliveries * unit('delivery, bytes on the wire') + pages * unit('page, bytes on the wire')) * 8) / 1e6,
    diskGibAYear: ((perDay + posted) * 365) / 1024 ** 3,
  }
}

/** Processes of one core each, for what is busy for so long of each second. */
export function processesFor(cores: number): number {
  return Math.max(1, Math.ceil(cores / busyAtMost))
}
