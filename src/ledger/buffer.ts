import type { RoomId } from '../platform/ids.ts'
import type { Redis } from '../platform/redis.ts'
import { Script } from '../platform/script.ts'
import type { Status, Undecided } from './append-script.ts'
import { decodeEntry, hashOf } from './entry.ts'
import type { Entry, Place } from './entry.ts'
import { keys, lua, roomKeys } from './keys.ts'

export * from './append-script.ts'
export * from './hold-scripts.ts'
export { keys } from './keys.ts'

/** Everything that is done to the buffers in Redis: here what ends, reads and empties them. */

const scripts = {
  close: new Script([lua('meta'), lua('chain'), lua('close')], ['allow-oom']),
  peek: new Script([lua('meta'), lua('peek')], ['no-writes']),
  trim: new Script([lua('meta'), lua('trim')], ['allow-oom']),
  retire: new Script([lua('meta'), lua('retire')], ['allow-oom']),
}

/** Makes *closed* the last entry of the room. Repeatable. */
export async function close(
  redis: Redis,
  room: RoomId,
  payload: Buffer,
): Promise<{ type: 'ok'; last: Place; digest: string } | Undecided> {
  const reply = await scripts.close.run(
    redis,
    [keys.meta(room), keys.buffer(room), keys.dirty(room), keys.live(room)],
    [room, hashOf(payload), payload],
  )
  const [status, epoch, head, digest] = reply as [Status, string, string, string]
  if (status !== 'ok') return { type: status }
  return { type: 'ok', last: { epoch: Number(epoch), seq: Number(head) }, digest }
}

/** Where a room stands in Redis, with a slice of its buffer. */
export interface Peek {
  type: 'ok'
  epoch: number
  state: 'open' | 'closed'
  /** Up to here the room is in MySQL and no longer in the buffer. */
  base: number
  head: number
  /** Of the entry at head. */
  digest: string
  at: number
  entries: Entry[]
}

export async function peek(
  redis: Redis,
  room: RoomId,
  slice: { after: number; limit: number },
): Promise<Peek | Undecided> {
  const reply = await scripts.peek.runBuffer(redis, [keys.meta(room), keys.buffer(room)], [slice.after, slice.limit])
  const [status, epoch, state, base, head, digest, at, entries] = reply as PeekWire
  const type = status.toString() as Status
  if (type !== 'ok') return { type }
  return {
    type,
    epoch: Number(epoch),
    state: state.toString() as 'open' | 'closed',
    base: Number(base),
    head: Number(head),
    digest: digest.toString(),
    at: Number(at),
    entries: entries.map(decodeEntry),
  }
}

type PeekWire = [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer[]]

/** What a buffer has: entries above `base`, up to `head`. */
export interface Buffered {
  type: 'ok'
  base: number
  head: number
  bytes: number
}

/** Drops what MySQL has committed, up to and including `upTo`. Answers what is left. */
export async function trim(redis: Redis, room: RoomId, upTo: Place): Promise<Buffered | Undecided> {
  const reply = await scripts.trim.run(
    redis,
    [keys.meta(room), keys.buffer(room), keys.dirty(room), keys.live(room)],
    [room, upTo.epoch, upTo.seq],
  )
  const [status, base, head, bytes] = reply as [Status, string, string, string]
  if (status !== 'ok') return { type: status }
  return { type: 'ok', base: Number(base), head: Number(head), bytes: Number(bytes) }
}

/** After sealing: the buffer goes, the closed meta stays for a while. */
export async function retire(
  redis: Redis,
  room: RoomId,
  options: { epoch: number; rememberSeconds: number },
): Promise<Status> {
  const reply = await scripts.retire.run(redis, roomKeys(room), [room, options.epoch, options.rememberSeconds])
  return (reply as [Status])[0]
}

/** Drops whatever Redis holds of a room that is final in MySQL, from whichever incarnation it is. */
export async function forget(redis: Redis, room: RoomId): Promise<void> {
  await redis
    .multi()
    .unlink(keys.meta(room), keys.buffer(room), ...keys.sent(room), keys.members(room))
    .zrem(keys.dirty(room), room)
    .exec()
}

/** Rooms whose oldest unstored entry is at least `ageMs` old by the clock of Redis; at most `limit` of each bucket. */
export async function dirtyRooms(redis: Redis, ageMs: number, limit: number): Promise<RoomId[]> {
  const [seconds] = await redis.time()
  const oldest = Number(seconds) * 1000 - ageMs
  const pipeline = redis.pipeline()
  for (const key of keys.allDirty()) pipeline.zrangebyscore(key, 0, oldest, 'LIMIT', 0, limit)
  const replies = (await pipeline.exec()) ?? []
  return replies.flatMap(([error, rooms]) => {
    if (error !== null) throw error
    return (rooms as string[]).map((room) => Number(room) as RoomId)
  })
}

/** What is another one after each start of Redis. */
export async function runOf(redis: Redis): Promise<string> {
  const run = /run_id:([0-9a-f]+)/.exec(await redis.info('server'))?.[1]
  if (run === undefined) throw new Error('Redis does not say its run id')
  return run
}

/** Which of these rooms Redis has from another run than this one. */
export async function ofEarlierRuns(redis: Redis, run: string, rooms: readonly RoomId[]): Promise<RoomId[]> {
  const pipeline = redis.pipeline()
  for (const room of rooms) pipeline.hget(keys.meta(room), 'run')
  const replies = (await pipeline.exec()) ?? []
  return rooms.filter((_room, index) => {
    const [error, metaRun] = replies[index] ?? [new Error('no reply'), null]
    if (error !== null) throw error
    return metaRun !== null && metaRun !== run
  })
}

/** Run id of the Redis and the heads of some rooms: what a server that listens compares with what it has delivered. */
export async function heads(
  redis: Redis,
  rooms: readonly RoomId[],
): Promise<Map<RoomId, { isReadable: boolean; epoch: number; head: number; base: number } | undefined>> {
  const pipeline = redis.pipeline()
  pipeline.info('server')
  for (const room of rooms) pipeline.hmget(keys.meta(room), 'run', 'epoch', 'head', 'base', 'hold')
  const replies = (await pipeline.exec()) ?? []
  const run = /run_id:([0-9a-f]+)/.exec(String(replies[0]?.[1]))?.[1]
  const answer = new Map<RoomId, { isReadable: boolean; epoch: number; head: number; base: number } | undefined>()
  rooms.forEach((room, index) => {
    const [error, fields] = replies[index + 1] ?? [new Error('no reply'), undefined]
    if (error !== null) throw error
    const [metaRun, epoch, head, base, onHold] = fields as (string | null)[]
    answer.set(
      room,
      metaRun == null
        ? undefined
        : {
            isReadable: metaRun === run && onHold == null,
            epoch: Number(epoch),
            head: Number(head),
            base: Number(base),
          },
    )
  })
  return answer
}
