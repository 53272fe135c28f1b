import type { RoomId } from '../platform/ids.ts'
import { isUuidV7, uuidV7Time } from '../platform/ids.ts'
import type { Redis } from '../platform/redis.ts'
import { Script } from '../platform/script.ts'
import { decodeEntry, encodeTarget, hashOf, systemSender } from './entry.ts'
import type { Entry, NewEntry, Place } from './entry.ts'
import type { Roster } from './contract.ts'

/** Rooms are spread over this many buckets; a bucket's keys share a Redis Cluster slot. */
const buckets = 256

const bucketTag = (bucket: number): string => `{b${String(bucket).padStart(3, '0')}}`
const prefix = (room: RoomId): string => `${bucketTag(room % buckets)}:room:${room}`

export const keys = {
  meta: (room: RoomId) => `${prefix(room)}:meta`,
  buffer: (room: RoomId) => `${prefix(room)}:buffer`,
  sent: (room: RoomId): [string, string] => [`${prefix(room)}:sent:0`, `${prefix(room)}:sent:1`],
  members: (room: RoomId) => `${prefix(room)}:members`,
  live: (room: RoomId) => `${prefix(room)}:live`,
  dirty: (room: RoomId) => `${bucketTag(room % buckets)}:dirty`,
  allDirty: () => Array.from({ length: buckets }, (_, bucket) => `${bucketTag(bucket)}:dirty`),
}

const lua = (name: string): URL => new URL(`./lua/${name}.lua`, import.meta.url)
const scripts = {
  append: new Script([lua('meta'), lua('chain'), lua('append')]),
  close: new Script([lua('meta'), lua('chain'), lua('close')], ['allow-oom']),
  peek: new Script([lua('meta'), lua('peek')], ['no-writes']),
  trim: new Script([lua('meta'), lua('trim')], ['allow-oom']),
  look: new Script([lua('look')], ['no-writes']),
  hold: new Script([lua('hold')], ['allow-oom']),
  rebase: new Script([lua('meta'), lua('rebase')], ['allow-oom']),
  sleep: new Script([lua('meta'), lua('sleep')], ['allow-oom']),
  leave: new Script([lua('leave')], ['allow-oom']),
  retire: new Script([lua('meta'), lua('retire')], ['allow-oom']),
}

/** Nothing was decided: MySQL has to say what is true first (see epochs.ts). */
export type Undecided = { type: 'absent' } | { type: 'stale' }

/** A client whose clock is off by more than this is told so; ids are compared with this much of slack. */
export const skewMs = 120_000

export interface AppendLimits {
  maxEntries: number
  maxBytes: number
  sentMaxIds: number
  sentMaxMs: number
  /** True while Redis as a whole is too full: what people send is refused, but a repeat still hears its first place. */
  isOverBudget: boolean
}

/** An entry on its way, and the token under which its id was looked up in MySQL without being found. */
export interface Candidate {
  entry: NewEntry
  lookedUp: string | undefined
}

export type AppendAnswer =
  | { type: 'kept'; place: Place; at: number }
  | { type: 'duplicate'; place: Place; at: number }
  | { type: 'closed' }
  | { type: 'bad_id' }
  | { type: 'forbidden' }
  | { type: 'full' }
  /** This entry and all behind it: look the ids up in MySQL, then append them again under the token. */
  | { type: 'lookup' }

export interface AppendReply {
  type: 'ok'
  head: Place
  buffered: number
  bufferedBytes: number
  token: string
  answers: AppendAnswer[]
}

/** Puts a batch at the end of the room; see append.lua. At most 500 entries. */
export async function append(
  redis: Redis,
  room: RoomId,
  batch: readonly Candidate[],
  limits: AppendLimits,
): Promise<AppendReply | Undecided> {
  const reply = await scripts.append.run(
    redis,
    [keys.meta(room), keys.buffer(room), ...keys.sent(room), keys.members(room), keys.dirty(room), keys.live(room)],
    [
      ...[room, limits.maxEntries, limits.maxBytes, limits.sentMaxIds, limits.sentMaxMs, skewMs],
      limits.isOverBudget ? 1 : 0,
      ...batch.flatMap(appendArguments),
    ],
  )
  const [status, epoch, head, buffered, bufferedBytes, token, answers] = reply as AppendWire
  if (status !== 'ok') return { type: status }
  return {
    type: 'ok',
    head: { epoch: Number(epoch), seq: Number(head) },
    buffered: Number(buffered),
    bufferedBytes: Number(bufferedBytes),
    token,
    answers: answers.map((answer) => parseAnswer(answer, Number(epoch))),
  }
}

type Status = 'ok' | 'absent' | 'stale'
type AppendWire = [Status, string, string, string, string, string, string[]]

function appendArguments({ entry, lookedUp }: Candidate): (string | number | Buffer)[] {
  const { sender, id, kind, payload, membership } = entry
  const time = sender !== systemSender && isUuidV7(id) ? uuidV7Time(id) : 0
  const change =
    membership === undefined ? '' : `${membership.account}:${membership.version}:${membership.isIn ? 1 : 0}`
  return [sender, id, time, lookedUp ?? '', kind, encodeTarget(entry), hashOf(payload), payload, change]
}

function parseAnswer(answer: string, epoch: number): AppendAnswer {
  const [type, ...numbers] = answer.split(':')
  const [first = 0, second = 0, third = 0] = numbers.map(Number)
  switch (type) {
    case 'kept':
      return { type, place: { epoch, seq: first }, at: second }
    case 'dup':
      return { type: 'duplicate', place: { epoch: first, seq: second }, at: third }
    case 'closed':
    case 'bad_id':
    case 'forbidden':
    case 'full':
    case 'lookup':
      return { type }
    default:
      throw new Error(`append answered ${answer}`)
  }
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

/** Drops what MySQL has committed, up to and including `upTo`. */
export async function trim(redis: Redis, room: RoomId, upTo: Place): Promise<{ type: 'ok' } | Undecided> {
  const reply = await scripts.trim.run(
    redis,
    [keys.meta(room), keys.buffer(room), keys.dirty(room), keys.live(room)],
    [room, upTo.epoch, upTo.seq],
  )
  return { type: (reply as [Status])[0] }
}

/** What a room's meta says, whoever wrote it. */
export interface Look {
  /** Run id of the Redis that answers. */
  run: string
  /** Run id under which the meta was written; undefined when there is no meta, or only a hold. */
  metaRun: string | undefined
  epoch: number | undefined
  hold: number | undefined
  /** The first of the holds that no rebase has cleared yet: no epoch from there on has been installed. */
  heldFrom: number | undefined
  base: number
  head: number
  digest: string
}

export async function look(redis: Redis, room: RoomId): Promise<Look> {
  const [run, ...flat] = (await scripts.look.run(redis, [keys.meta(room)], [])) as [string, ...string[]]
  const meta = new Map<string, string>()
  for (let index = 0; index + 1 < flat.length; index += 2) meta.set(flat[index] ?? '', flat[index + 1] ?? '')
  return {
    run,
    metaRun: meta.get('run'),
    epoch: numberIn(meta, 'epoch'),
    hold: numberIn(meta, 'hold'),
    heldFrom: numberIn(meta, 'heldFrom'),
    base: numberIn(meta, 'base') ?? 0,
    head: numberIn(meta, 'head') ?? 0,
    digest: meta.get('digest') ?? '',
  }
}

function numberIn(meta: Map<string, string>, field: string): number | undefined {
  const value = meta.get(field)
  return value === undefined ? undefined : Number(value)
}

/** Entries of the buffer by index, whatever the meta says: for the epoch change, while the room is on hold. */
export async function salvage(redis: Redis, room: RoomId, from: number, limit: number): Promise<Entry[]> {
  const stored = await redis.lrangeBuffer(keys.buffer(room), from, from + limit - 1)
  return stored.map(decodeEntry)
}

/** Stops the room for an epoch change. Answers the run id of the Redis that is held, or that somebody else was first. */
export async function hold(
  redis: Redis,
  room: RoomId,
  epoch: number,
): Promise<{ type: 'ok'; run: string } | { type: 'late' }> {
  const [type, run = ''] = (await scripts.hold.run(redis, [keys.meta(room)], [epoch])) as ['ok' | 'late', string?]
  return type === 'ok' ? { type, run } : { type }
}

/** What MySQL decided as the beginning of an epoch. */
export interface Rebase {
  run: string
  epoch: number
  state: 'open' | 'closed'
  storedSeq: number
  digest: string
  at: number
  roster: Roster
}

export async function rebase(redis: Redis, room: RoomId, to: Rebase): Promise<'ok' | 'stale'> {
  const { roster } = to
  const reply = await scripts.rebase.run(
    redis,
    [keys.meta(room), keys.buffer(room), ...keys.sent(room), keys.members(room), keys.dirty(room), keys.live(room)],
    [
      ...[room, to.run, to.epoch, to.state, to.storedSeq, to.digest, to.at, roster.speak, roster.version],
      to.storedSeq === 0 ? '1' : '0',
      ...roster.members.flatMap((member) => [member.account, `${member.version}:${member.isIn ? 1 : 0}`]),
    ],
  )
  return (reply as ['ok' | 'stale'])[0]
}

/** Puts a room on hold if it is idle and all of it is stored, so that it can be written down as asleep and then leave. */
export async function sleep(
  redis: Redis,
  room: RoomId,
  options: { epoch: number; idleMs: number; hold: number },
): Promise<Status | 'awake'> {
  const reply = await scripts.sleep.run(redis, [keys.meta(room)], [options.epoch, options.idleMs, options.hold])
  return (reply as [Status | 'awake'])[0]
}

/** Drops the keys of a room that is asleep, unless it has been woken since. */
export async function leave(redis: Redis, room: RoomId, heldFor: number): Promise<void> {
  await scripts.leave.run(redis, roomKeys(room), [room, heldFor])
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

function roomKeys(room: RoomId): string[] {
  return [keys.meta(room), keys.buffer(room), ...keys.sent(room), keys.members(room), keys.dirty(room)]
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
