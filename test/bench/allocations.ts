import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { median } from '../../bench/ratios.ts'
import { Names } from '../../src/chat/names.ts'
import { Pictures } from '../../src/chat/pictures.ts'
import { RoomChannel } from '../../src/chat/room.ts'
import type { RoomParts } from '../../src/chat/room.ts'
import { Subscription } from '../../src/chat/subscription.ts'
import type { Entry, Follow, RoomEvent } from '../../src/ledger/index.ts'
import { RoomFollower } from '../../src/ledger/room-follower.ts'
import type { RoomFollowerParts } from '../../src/ledger/room-follower.ts'
import { encodeLine } from '../../src/live/event.ts'
import { Hub } from '../../src/live/hub.ts'
import { Stream } from '../../src/live/stream.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { createLog } from '../../src/platform/log.ts'
import { SseSession } from '../../src/platform/sse/session.ts'
import { TakingStream, connect, requestOn } from './taking-streams.ts'

/**
 * A program that says, as one line of JSON, how many bytes of heap a server allocates for each delivery of a message and of an event. What lies below our own code is a stream in
 * memory that takes everything at once, so that what Node makes for a system call is not among it. To be run with a young generation that holds a whole
 * round, so that nothing is collected meanwhile.
 */

const listeners = 2000
const toldBefore = 300
const toldInRound = 20
const rounds = 5
const log = createLog({ level: 'silent', service: 'test' })
const never = 2 ** 31 - 1

type Tell = (number: number) => Promise<void>

/** The median of some rounds, when the code has been compiled. `tell` resolves when all were told. */
async function bytesEach(tell: Tell): Promise<number> {
  let number = 1
  for (; number <= toldBefore; number += 1) await tell(number)
  const found: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    for (let told = 0; told < toldInRound; told += 1, number += 1) await tell(number)
    found.push((process.memoryUsage().heapUsed - before) / (toldInRound * listeners))
  }
  return median(found)
}

/** A room with its listeners, in which the ledger says what it is told to say. */
async function chat(): Promise<Tell> {
  const streams = Array.from({ length: listeners }, () => new TakingStream())
  let hear: (event: RoomEvent) => void = () => undefined
  const parts = {
    names: new Names({ profiles: async () => new Map(), log }),
    pictures: new Pictures({ read: async () => new Map(), log }),
    ledger: {
      follow: async (_: RoomId, listener: (event: RoomEvent) => void): Promise<Follow> => {
        hear = listener
        return { last: { epoch: 1, seq: 0 }, storedSeq: 0, recent: () => [], stop: () => undefined }
      },
    },
    whispers: { hear: async () => () => undefined, say: () => undefined },
    presence: { onBeat: () => () => undefined, enter: async () => true, leave: () => undefined },
    ...{ coalesceMs: never, log },
  } as unknown as RoomParts
  const alice = 1 as AccountId
  parts.names.met(alice, 'alice')
  const channel = new RoomChannel(parts, 1 as RoomId, () => undefined)
  await channel.start()
  for (const connection of await connect(streams)) {
    const subscription = new Subscription(connection, () => undefined)
    channel.add(subscription)
    await subscription.release({ epoch: 1, seq: 0 }, () => undefined)
  }
  return async (seq) => {
    const payload = Buffer.from(`{"body":"message ${seq}"}`)
    const entry: Entry = {
      ...{
        epoch: 1,
        seq,
        at: seq,
        sender: alice,
        id: `${seq}`,
        kind: 'text',
        target: undefined,
        erases: false,
        hash: '',
      },
      payload,
    }
    await taken(streams, () => hear({ type: 'entries', epoch: 1, entries: [entry] }))
  }
}

/** Streams of a hub, whose readers hide somebody who does nothing. */
async function live(): Promise<Tell> {
  const streams = Array.from({ length: listeners }, () => new TakingStream())
  let hear: (message: Buffer) => void = () => undefined
  const hub = new Hub({
    placed: { last: async () => 0, after: async () => [] },
    broker: {
      onResubscribed: () => () => undefined,
      subscribe: async (_channel, listener) => {
        hear = listener
        return () => undefined
      },
    },
    log,
    recent: { maxEvents: 10, maxBytes: 1e6 },
    readStatement: () => ({}),
    checkMs: never,
  })
  await hub.start()
  const hidden = new Set([7, 8, 9] as AccountId[])
  for (const stream of streams) {
    const response = new ServerResponse(requestOn(stream, {}))
    response.assignSocket(stream as unknown as Socket)
    response.flushHeaders()
    const session = new SseSession({ response, maxBytes: 1e6, onClose: () => undefined })
    const parts = { hub, hiddenFrom: async () => hidden, log, heartbeatMs: never, lifeMs: never / 2, retryMs: 1 }
    void new Stream(parts, session, { account: 1 as AccountId, topics: ['timeline'], after: undefined })
  }
  await endOfTurn()
  return async (position) => {
    const data = JSON.stringify({ post: { id: String(position) } })
    const event = { topic: 'timeline', type: 'post.created', audience: undefined, actor: 2 as AccountId } as const
    await taken(streams, () => hear(Buffer.from(encodeLine({ ...event, position, data }))))
  }
}

/** Resolves when each stream has taken what is said; in one write, or it would be another test's figure. */
async function taken(streams: readonly TakingStream[], say: () => void): Promise<void> {
  const wanted = (streams[0]?.taken ?? 0) + 1
  say()
  while (streams[0]?.taken !== wanted) await endOfTurn()
  if (streams.some((stream) => stream.taken !== wanted)) throw new Error('not one write each')
}

const entriesKept = 500
const entriesABatch = 20
const roomsFollowed = 40

/** What is left of each entry that was published, when it has been told: for who comes back. */
async function bytesKept(): Promise<number> {
  const found: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const batches = Array.from({ length: roomsFollowed }, publishedBatches)
    const hearing = await Promise.all(batches.map(() => follow()))
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    hearing.forEach(({ hear }, room) => batches[room]?.forEach(hear))
    globalThis.gc?.()
    found.push((process.memoryUsage().heapUsed - before) / (entriesKept * roomsFollowed))
    if (hearing.some(({ follower }) => follower.recent(0)?.length !== entriesKept)) throw new Error('not all are kept')
  }
  return median(found)
}

function publishedBatches(): Buffer[] {
  const line = (seq: number): string =>
    `1|${seq}|1700000000000|7|0190b5a0-0000-7000-8000-${String(seq).padStart(12, '0')}|text||${'0f'.repeat(32)}|{"body":"message ${seq}"}`
  return Array.from({ length: entriesKept / entriesABatch }, (_, batch) => {
    const lines = Array.from({ length: entriesABatch }, (_unused, nth) => line(batch * entriesABatch + nth + 1))
    return Buffer.from(`E${lines.join('\n')}`)
  })
}

/** A room of a ledger that is empty. */
async function follow() {
  let hear: (message: Buffer) => void = () => undefined
  const empty = ['ok', '1', 'open', '0', '0', '', '0']
  const parts = {
    redis: { callBuffer: async () => [...empty.map((field) => Buffer.from(field)), []] },
    broker: {
      subscribe: async (_: string, listener: (message: Buffer) => void) => {
        hear = listener
        return () => undefined
      },
    },
    log,
  } as unknown as RoomFollowerParts
  const follower = new RoomFollower(
    parts,
    1 as RoomId,
    () => undefined,
    () => undefined,
  )
  await follower.start()
  return { follower, hear: (message: Buffer) => hear(message) }
}

const kept = await bytesKept()
console.log(JSON.stringify({ kept, message: await bytesEach(await chat()), event: await bytesEach(await live()) }))
process.exit(0)
