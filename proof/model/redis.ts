import { chainDigest } from '../../src/ledger/entry.ts'
import type { Entry, Place } from '../../src/ledger/entry.ts'
import type { Look } from '../../src/ledger/buffer.ts'
import type { Holds } from './rules.ts'

/**
 * The scripts of src/ledger/lua as plain functions, one of the same name for each, on what Redis holds of one room. They have no clock: what
 * a script knows by its own is `anyTime` here. test/ledger/properties.test.ts holds them to the scripts.
 */

export type Kept = Omit<Entry, 'payload' | 'target' | 'erases'>

export interface Redis {
  /** Number of this incarnation. */
  run: number
  room: Room | undefined
}

export interface Room {
  /** Incarnation that wrote the meta; undefined where there is only a hold. */
  run: number | undefined
  epoch: number
  hold: number | undefined
  heldFrom: number | undefined
  isClosed: boolean
  base: number
  digest: string
  entries: readonly Kept[]
  rotation: number
  /** `sender:id` → first place, in the present hash and in the one before. */
  sent: Readonly<Record<string, Place>>
  older: Readonly<Record<string, Place>>
  olderLast: number
  /** `sentSince` is set: an id that is not in the hashes may have been forgotten. And whether the next turn will set it. */
  hasForgotten: boolean
  willHaveForgotten: boolean
  /** The latest time of an id so far, as it was at the last turn, and at the turn before: of all that were forgotten. */
  newest: number
  newestOlder: number
  newestGone: number
}

export interface Line {
  sender: Entry['sender']
  id: string
  kind: string
  hash: string
  /** That the id carries; later than `anyTime` where it is ahead by more than clocks may differ. */
  time: number
  /** Token under which MySQL was asked for the id. */
  lookedUp: string | undefined
}

export type Answer =
  | { type: 'kept' | 'duplicate'; place: Place }
  | { type: 'closed' }
  | { type: 'lookup' }
  | { type: 'refused'; why: string }

export interface Appending {
  holds: Holds
  maxIds: number
  /** The hashes turn by age, too, and all are old enough for it. */
  isOld?: boolean
  /** Time by Redis that the entry gets. */
  at: (index: number) => number
  /** What else the room asks of a line before it is kept: rules, members, the cap. Answers why it is refused. */
  refuses: (line: Line, room: Room) => string | undefined
  /** Hears of a line that was kept, before the next one is looked at. */
  onKept: (line: Line, kept: Kept) => void
}

/** The latest that an id which was taken may carry, where it is not known what they did carry. */
export const anyTime = Number.MAX_VALUE

export const headOf = (room: Room): number => room.base + room.entries.length
export const tokenOf = (room: Room): string => `${room.epoch}.${room.rotation}`

/** Why nothing may be decided, if so (meta.lua). */
export function undecided(redis: Redis, holds: Holds): 'absent' | 'stale' | undefined {
  const { room } = redis
  if (room === undefined) return 'absent'
  if (room.run === undefined) return 'stale'
  if (room.hold !== undefined && holds('holdInScript')) return 'stale'
  return room.run !== redis.run && holds('runInScript') ? 'stale' : undefined
}

type Undecided = { type: 'absent' | 'stale' }

export function append(
  redis: Redis,
  batch: readonly Line[],
  how: Appending,
): { type: 'ok'; head: Place; token: string; answers: Answer[] } | Undecided {
  const reason = undecided(redis, how.holds)
  if (reason !== undefined) return { type: reason }
  const before = roomOf(redis)
  const token = tokenOf(before)
  let room = before
  const answers: Answer[] = []
  for (const [index, line] of batch.entries()) {
    const answer = decide(room, line, token, how)
    if (answer !== 'keep') answers.push(answer)
    else {
      room = push(room, { ...line, at: how.at(index) })
      const { epoch, seq } = room.entries.at(-1) as Kept
      room = {
        ...room,
        sent: { ...room.sent, [nameOf(line)]: { epoch, seq } },
        newest: Math.max(room.newest, line.time),
      }
      how.onKept(line, room.entries.at(-1) as Kept)
      answers.push({ type: 'kept', place: { epoch, seq } })
    }
    if (answers.at(-1)?.type === 'lookup') break
  }
  redis.room = headOf(room) > headOf(before) ? turn(room, how) : room
  return { type: 'ok', head: { epoch: room.epoch, seq: headOf(room) }, token, answers }
}

const nameOf = (line: Pick<Line, 'sender' | 'id'>): string => `${line.sender}:${line.id}`

function decide(room: Room, line: Line, token: string, { holds, refuses }: Appending): Answer | 'keep' {
  const first = holds('sendOnce') ? (room.sent[nameOf(line)] ?? room.older[nameOf(line)]) : undefined
  const isClosed = room.isClosed && holds('closedCheck')
  if (isClosed && !holds('knownIdFirst')) return { type: 'closed' }
  if (first !== undefined) return { type: 'duplicate', place: first }
  const isLookedUp = holds('tokenOfLookUp') ? line.lookedUp === token : line.lookedUp !== undefined
  const mayBeForgotten = room.hasForgotten && line.time <= room.newestGone
  if (mayBeForgotten && !isLookedUp && holds('lookUpForgotten')) return { type: 'lookup' }
  if (isClosed) return { type: 'closed' }
  const why = refuses(line, room)
  return why === undefined ? 'keep' : { type: 'refused', why }
}

function push(room: Room, facts: Pick<Kept, 'at' | 'sender' | 'id' | 'kind' | 'hash'>): Room {
  const { at, sender, id, kind, hash } = facts
  const kept = { epoch: room.epoch, seq: headOf(room) + 1, at, sender, id, kind, hash }
  return { ...room, entries: [...room.entries, kept], digest: chainDigest(room.digest, kept) }
}

function turn(room: Room, { maxIds, isOld = false, holds }: Appending): Room {
  const isDue = Object.keys(room.sent).length >= maxIds || (isOld && room.willHaveForgotten)
  if (!isDue || (room.olderLast > room.base && holds('rotateWhenStored'))) return room
  return {
    ...room,
    rotation: room.rotation + 1,
    older: room.sent,
    sent: {},
    olderLast: headOf(room),
    hasForgotten: room.willHaveForgotten,
    willHaveForgotten: true,
    newest: holds('newestOfAllGone') ? room.newest : 0,
    newestOlder: room.newest,
    newestGone: room.newestOlder,
  }
}

/** As whoever does not keep the times of ids leaves the room: what they know is passed over. */
export const uncounted = (room: Room): Room => ({
  ...room,
  newest: anyTime,
  newestOlder: anyTime,
  newestGone: anyTime,
})

/** `entry` is *closed* as it is to be kept. */
export function close(
  redis: Redis,
  entry: Pick<Kept, 'at' | 'sender' | 'id' | 'kind' | 'hash'>,
  holds: Holds,
): { type: 'ok'; last: Place; digest: string } | Undecided {
  const reason = undecided(redis, holds)
  if (reason !== undefined) return { type: reason }
  let room = roomOf(redis)
  if (!room.isClosed) room = { ...uncounted(push(room, entry)), isClosed: true }
  redis.room = room
  return { type: 'ok', last: { epoch: room.epoch, seq: headOf(room) }, digest: room.digest }
}

export interface Slice {
  type: 'ok'
  epoch: number
  isClosed: boolean
  base: number
  head: number
  digest: string
  entries: readonly Kept[]
}

export function peek(redis: Redis, part: { after: number; limit: number }, holds: Holds): Slice | Undecided {
  const reason = undecided(redis, holds)
  if (reason !== undefined) return { type: reason }
  const room = roomOf(redis)
  const { epoch, isClosed, base, digest } = room
  const from = Math.max(part.after - base, 0)
  const entries = room.entries.slice(from, from + part.limit)
  return { type: 'ok', epoch, isClosed, base, head: headOf(room), digest, entries }
}

/** `count` is what the flush read: it would be dropped by a trim that goes by count. */
export function trim(
  redis: Redis,
  upTo: Place & { count: number },
  holds: Holds,
): { type: 'ok'; base: number; head: number } | Undecided {
  const reason = undecided(redis, holds)
  if (reason !== undefined) return { type: reason }
  const room = roomOf(redis)
  const isItsEpoch = upTo.epoch === room.epoch && upTo.seq <= headOf(room)
  if (!isItsEpoch && holds('epochInTrim')) return { type: 'stale' }
  const gone = Math.min(holds('trimBySeq') ? upTo.seq - room.base : upTo.count, room.entries.length)
  const base = room.base + Math.max(gone, 0)
  if (gone > 0) redis.room = { ...room, base, entries: room.entries.slice(gone) }
  return { type: 'ok', base, head: headOf(room) }
}

export function look(redis: Redis): Look {
  const { room } = redis
  const run = String(redis.run)
  const nothing = { metaRun: undefined, epoch: undefined, hold: undefined, heldFrom: undefined }
  if (room === undefined) return { run, ...nothing, base: 0, head: 0, digest: '' }
  const { epoch, base, digest } = room
  const held = { hold: room.hold, heldFrom: room.heldFrom }
  if (room.run === undefined) return { run, ...nothing, ...held, base: 0, head: 0, digest: '' }
  return { run, metaRun: String(room.run), epoch, ...held, base, head: headOf(room), digest }
}

export function hold(redis: Redis, epoch: number, holds: Holds): { type: 'ok'; run: string } | { type: 'late' } {
  const room = redis.room ?? nothingBut(undefined)
  const isLate = (room.run === undefined ? 0 : room.epoch) >= epoch || (room.hold ?? 0) >= epoch
  if (isLate && holds('holdIsNewer')) return { type: 'late' }
  redis.room = { ...room, hold: epoch, heldFrom: room.heldFrom ?? epoch }
  return { type: 'ok', run: String(redis.run) }
}

export interface Beginning {
  run: string
  epoch: number
  isClosed: boolean
  storedSeq: number
  digest: string
}

export function rebase(redis: Redis, to: Beginning, holds: Holds): 'ok' | 'stale' {
  const { room } = redis
  const isInstalled = room?.run !== undefined && room.epoch === to.epoch
  const isItsHold = room?.hold === to.epoch || !holds('rebaseOnlyItsHold')
  const isItsRun = String(redis.run) === to.run || !holds('rebaseOnlyItsRun')
  if (!isItsRun || !isItsHold || (isInstalled && holds('installedOnce'))) return 'stale'
  const isUsed = to.storedSeq > 0
  redis.room = {
    ...nothingBut(redis.run),
    ...{ epoch: to.epoch, isClosed: to.isClosed, base: to.storedSeq, digest: to.digest, olderLast: to.storedSeq },
    ...{
      hasForgotten: isUsed,
      willHaveForgotten: isUsed,
      newestOlder: isUsed ? anyTime : 0,
      newestGone: isUsed ? anyTime : 0,
    },
  }
  return 'ok'
}

function nothingBut(run: number | undefined): Room {
  return {
    ...{ run, epoch: 0, hold: undefined, heldFrom: undefined, isClosed: false, base: 0, digest: '', entries: [] },
    ...{ rotation: 0, sent: {}, older: {}, olderLast: 0, hasForgotten: false, willHaveForgotten: false },
    ...{ newest: 0, newestOlder: 0, newestGone: 0 },
  }
}

export function sleep(
  redis: Redis,
  to: { epoch: number; hold: number },
  holds: Holds,
): 'ok' | 'absent' | 'stale' | 'awake' {
  const reason = undecided(redis, holds)
  if (reason !== undefined) return reason
  const room = roomOf(redis)
  if (room.epoch !== to.epoch) return 'stale'
  if (room.isClosed || room.entries.length > 0) return 'awake'
  if (holds('sleepOnHold')) redis.room = { ...room, hold: to.hold, heldFrom: to.hold }
  return 'ok'
}

export function leave(redis: Redis, heldFor: number, holds: Holds): void {
  if (redis.room?.hold === heldFor || !holds('leaveOnlyItsHold')) redis.room = undefined
}

export function retire(redis: Redis, epoch: number, holds: Holds): 'ok' | 'absent' | 'stale' {
  const reason = undecided(redis, holds)
  if (reason !== undefined) return reason
  const room = roomOf(redis)
  if (room.epoch !== epoch || !room.isClosed || room.entries.length > 0) return 'stale'
  const hasForgotten = room.hasForgotten || holds('retireForgets')
  redis.room = { ...uncounted(room), sent: {}, older: {}, rotation: room.rotation + 1, hasForgotten }
  return 'ok'
}

function roomOf(redis: Redis): Room {
  if (redis.room === undefined) throw new Error('the room is absent')
  return redis.room
}
