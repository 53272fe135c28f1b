import { Redis } from 'ioredis'
import type { KeptRow, Record } from '../contract.ts'
import type { Database } from './database.ts'
import { bodyIn } from './rows.ts'
import type { Names } from './rows.ts'

/** `{b017}:room:17:meta` and its like. */
const roomKey = /^\{b\d{3}\}:room:(\d+):([a-z:0-9]+)$/
const dirtyKey = /^\{b\d{3}\}:dirty$/
/** What has no end by design: the parts of rooms that are awake, indexes, and the queues. */
const endless = [roomKey, dirtyKey, /^presence:rooms$/, /^\{madang-queue\}/]
const scanned = 1000
const patienceMs = 3000
const pollMs = 200

interface LedgerMark {
  room_id: number
  state: string
  epoch: number
  stored_seq: number
}

export interface RedisContent {
  /** Entries of rooms that are open. */
  buffered: KeptRow[]
  /** What it should have let go of. */
  leftovers: string[]
  usedBytes: number
}

/** What Redis still has. A room that has only just become final gets a moment to let go. */
export async function readRedis(url: string, database: Database, names: Names): Promise<RedisContent> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const found = await lookInto(url, database, names)
    if (found.leftovers.length === 0 || performance.now() > deadline) return found
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

async function lookInto(url: string, database: Database, names: Names): Promise<RedisContent> {
  const redis = new Redis(url, { protocol: 2, maxRetriesPerRequest: 2 })
  redis.on('error', () => undefined)
  try {
    const marks = await database.rows<LedgerMark>('SELECT room_id, state, epoch, stored_seq FROM ledgers')
    const ledgers = new Map(marks.map((mark) => [mark.room_id, mark]))
    const buffered: KeptRow[] = []
    const leftovers: string[] = []
    for await (const keys of redis.scanStream({ count: scanned }) as AsyncIterable<string[]>) {
      for (const key of keys) {
        const leftover = await leftoverIn(redis, key, ledgers)
        if (leftover !== undefined) leftovers.push(leftover)
        buffered.push(...(await entriesIn(redis, key, ledgers, names)))
      }
    }
    return { buffered, leftovers, usedBytes: await usedBytes(redis) }
  } finally {
    redis.disconnect()
  }
}

/** `used_memory` of a Redis, to be read before a run too. */
export async function readUsedBytes(url: string): Promise<number> {
  const redis = new Redis(url, { protocol: 2, maxRetriesPerRequest: 2 })
  redis.on('error', () => undefined)
  try {
    return await usedBytes(redis)
  } finally {
    redis.disconnect()
  }
}

export function asRedisRecord(
  found: { leftovers: readonly string[]; usedBytes: number },
  usedBytesBefore: number,
): Record['redis'] {
  return { leftovers: found.leftovers, usedBytesBefore, usedBytesAfter: found.usedBytes }
}

async function usedBytes(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0)
}

async function leftoverIn(
  redis: Redis,
  key: string,
  ledgers: ReadonlyMap<number, LedgerMark>,
): Promise<string | undefined> {
  const [, room] = roomKey.exec(key) ?? []
  if (room !== undefined) {
    const ledger = ledgers.get(Number(room))
    if (ledger === undefined) return `${key}: there is no such room`
    // Only that the room is closed is remembered, for a day; that, and what runs out by itself, has an end.
    return ledger.state === 'closed' && (await isEndless(redis, key)) ? `${key}: the room is closed` : undefined
  }
  if (dirtyKey.test(key)) {
    const closed = (await redis.zrange(key, 0, '-1')).filter((one) => ledgers.get(Number(one))?.state === 'closed')
    return closed.length === 0 ? undefined : `${key}: names the closed rooms ${closed.join(', ')}`
  }
  if (endless.some((pattern) => pattern.test(key))) return undefined
  return (await isEndless(redis, key)) ? `${key}: has no end` : undefined
}

async function isEndless(redis: Redis, key: string): Promise<boolean> {
  return (await redis.ttl(key)) === -1
}

/** Of a room that is not closed: what stands above its rows, in the epoch that MySQL speaks of. */
async function entriesIn(
  redis: Redis,
  key: string,
  ledgers: ReadonlyMap<number, LedgerMark>,
  names: Names,
): Promise<KeptRow[]> {
  const [, room, part] = roomKey.exec(key) ?? []
  const ledger = room === undefined ? undefined : ledgers.get(Number(room))
  if (part !== 'buffer' || ledger === undefined || ledger.state === 'closed') return []
  const stored = await redis.lrange(key, 0, -1)
  return stored
    .map((text) => bufferedRow(String(room), text, names))
    .filter(({ epoch, seq }) => epoch === ledger.epoch && seq > ledger.stored_seq)
}

/** `epoch|seq|at|sender|id|kind|target|hash|payload`, of which only the payload may hold a bar. */
function bufferedRow(room: string, text: string, names: Names): KeptRow {
  const [epoch, seq, , sender, id, kind, target = '', , ...payload] = text.split('|')
  return {
    ...{ room, seq: Number(seq), epoch: Number(epoch), id: id ?? '', kind: kind ?? '' },
    from: names(Number(sender)),
    body: bodyIn(payload.join('|')),
    // What erases its target says so by a mark.
    target: target === '' ? null : target.replace('!', ''),
    ...{ isParked: false, isBuffered: true },
  }
}
