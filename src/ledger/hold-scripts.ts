import type { RoomId } from '../platform/ids.ts'
import type { Redis } from '../platform/redis.ts'
import { Script } from '../platform/script.ts'
import { encodeMember } from './append-script.ts'
import type { Status } from './append-script.ts'
import type { Roster } from './contract.ts'
import { decodeEntry } from './entry.ts'
import type { Entry } from './entry.ts'
import { keys, lua, roomKeys } from './keys.ts'

/** What is done to a room in Redis while its epoch changes, and when it falls asleep. */

const scripts = {
  look: new Script([lua('look')], ['no-writes']),
  hold: new Script([lua('hold')], ['allow-oom']),
  rebase: new Script([lua('meta'), lua('rebase')], ['allow-oom']),
  sleep: new Script([lua('meta'), lua('sleep')], ['allow-oom']),
  leave: new Script([lua('leave')], ['allow-oom']),
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
      ...[room, to.run, to.epoch, to.state, to.storedSeq, to.digest, to.at, roster.rules.speak, roster.version],
      ...[to.storedSeq === 0 ? '1' : '0', roster.rules.paceMs, roster.rules.version],
      ...roster.members.flatMap((member) => [member.account, encodeMember(member)]),
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
