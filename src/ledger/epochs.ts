import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import * as buffer from './buffer.ts'
import type { Look } from './buffer.ts'
import { closedEntry } from './closed-entry.ts'
import { fenceByEpochChange, fencedSeq, requesterOf } from './closing-store.ts'
import type { Entry } from './entry.ts'
import { causeOf, isAhead, isInstalled, isSettled, joins, suspectRange } from './epoch-rules.ts'
import type { Kept } from './epoch-rules.ts'
import type { RoomsPort } from './contract.ts'
import type { EpochTally } from './metrics.ts'
import { ackedByEpoch, epochEnds, insertEpochEnd, insertParked } from './record-store.ts'
import type { EpochCause } from './record-store.ts'
import { beginEpoch, lockLedger } from './ledger-store.ts'
import { entriesBetween } from './store.ts'
import type { LedgerRow } from './ledger-store.ts'
import { storeEntries } from './storing.ts'
import { Turns } from './turns.ts'

export interface EpochParts {
  sql: Sql
  redis: Redis
  rooms: Pick<RoomsPort, 'roster'>
  log: Log
  epochTally?: EpochTally
}

/**
 * Epoch changes: what happens when Redis restarted, rolled back, came back empty, or a room wakes. MySQL decides what is
 * true, under the lock of the ledger's row; Redis is held meanwhile and then begins anew from it.
 */
export class Epochs {
  readonly #parts: EpochParts
  readonly #underWay = new Map<RoomId, Promise<'changed' | 'final'>>()
  readonly #turns = new Turns(changesAtOnce)

  constructor(parts: EpochParts) {
    this.#parts = parts
  }

  /**
   * Called by whoever heard `absent` or `stale`. Afterwards the caller tries again; `final` says that the room is closed
   * for good and lives in MySQL alone. Calls for one room at the same time share one change.
   */
  change(room: RoomId): Promise<'changed' | 'final'> {
    const underWay = this.#underWay.get(room)
    if (underWay !== undefined) return underWay
    const change = this.#turns.take(() => changeEpoch(this.#parts, room)).finally(() => this.#underWay.delete(room))
    this.#underWay.set(room, change)
    return change
  }
}

/** Thrown for a room that has no ledger. */
export class NoSuchLedger extends Error {}

/** After a restart of Redis every room changes its epoch: they must not take all connections to MySQL for themselves. */
const changesAtOnce = 4

/** Looks at an epoch that another process installs, and what each of them waits longer than the last: a second in all. */
const installationTries = 10
const installationWaitMs = 20

async function changeEpoch(parts: EpochParts, room: RoomId): Promise<'changed' | 'final'> {
  const decided = await decideOnce(parts, room)
  if (decided === 'final') return 'final'
  if (decided === 'settled') return 'changed'
  if (decided.cause !== 'opened') parts.epochTally?.ended(decided.cause, decided.isSuspect)
  crashPoint('epoch: committed, not installed')
  const roster = await parts.rooms.roster(room)
  await buffer.rebase(parts.redis, room, { ...decided, roster })
  crashPoint('epoch: installed, not used')
  parts.log.info({ room, epoch: decided.epoch, cause: decided.cause, storedSeq: decided.storedSeq }, 'new epoch')
  return 'changed'
}

/** When another process has committed an epoch and is about to install it, it gets a moment to do so. */
async function decideOnce(parts: EpochParts, room: RoomId): Promise<Decided | 'final' | 'settled'> {
  for (let attempt = 1; ; attempt += 1) {
    const isPatient = attempt < installationTries
    const decided = await inTransaction(parts.sql, (trx) => decide(parts, trx, room, isPatient))
    if (decided !== 'being installed') return decided
    await new Promise((resolve) => setTimeout(resolve, installationWaitMs * attempt))
  }
}

type Decided = Omit<buffer.Rebase, 'roster'> & { cause: EpochCause | 'opened'; isSuspect: boolean }

async function decide(
  parts: EpochParts,
  trx: Sql,
  room: RoomId,
  isPatient: boolean,
): Promise<Decided | 'final' | 'settled' | 'being installed'> {
  const row = await lockLedger(trx, room)
  if (row === undefined) throw new NoSuchLedger(`room ${room} has no ledger`)
  if (row.state === 'closed') return 'final'
  const before = await buffer.look(parts.redis, room)
  if (isSettled(row, before)) return 'settled'
  if (isPatient && before.hold === row.epoch && before.run === row.redisRun) return 'being installed'

  const epoch = Math.max(row.epoch, before.epoch ?? 0, before.hold ?? 0) + 1
  crashPoint('epoch: locked, not held')
  const held = await buffer.hold(parts.redis, room, epoch)
  if (held.type === 'late') return 'settled'
  const { run } = held
  crashPoint('epoch: held, tail not kept')
  // Only what is seen on hold is final: a moment ago the epoch before may still have been installed, and appended to.
  const look = await buffer.look(parts.redis, room)
  const tail = await tailOnHold(parts.redis, room, row, look)
  if (tail === undefined) return 'settled'
  const kept = await keepTail(parts, trx, { row, look, tail, room })
  const cause = row.epoch === 0 && !isAhead(row, look) ? 'opened' : causeOf(row, look)
  const isSuspect = cause !== 'opened' && (await endEpoch(parts, trx, room, row, look, kept, cause))
  await beginEpoch(trx, room, { epoch, run })
  const state = row.state === 'open' ? 'open' : 'closed'
  const end = state === 'open' ? kept : await endWithClosed(trx, room, epoch, kept)
  crashPoint('epoch: decided, not committed')
  return { run, epoch, state, storedSeq: end.seq, digest: end.digest, at: end.at, cause, isSuspect }
}

const salvageEntries = 1000

/**
 * What Redis still holds of the row's own epoch above `stored_seq`, or all of an epoch that MySQL does not know. Undefined when it is another Redis by now, which came back with
 * more or less than the one that was looked at: nothing is decided then, and whoever asked tries again.
 */
async function tailOnHold(redis: Redis, room: RoomId, row: LedgerRow, look: Look): Promise<Entry[] | undefined> {
  if (!isInstalled(row, look) && !isAhead(row, look)) return []
  const tail = await tailOf(redis, room, isAhead(row, look) ? look.base : row.storedSeq, look)
  const { run } = await buffer.look(redis, room)
  return run === look.run ? tail : undefined
}

interface Found {
  room: RoomId
  row: LedgerRow
  look: Look
  tail: readonly Entry[]
}

/** Stores what Redis still holds, or parks it when it does not continue the rows. */
async function keepTail(parts: EpochParts, trx: Sql, { room, row, look, tail }: Found): Promise<Kept> {
  const stored = { seq: row.storedSeq, digest: row.storedDigest }
  const isJoined = !isAhead(row, look) && (!isInstalled(row, look) || joins(row, look, tail))
  if (!isJoined) {
    const reason = isAhead(row, look) ? 'of an epoch that MySQL does not know' : 'does not continue what is stored'
    for (const entry of tail) await insertParked(trx, room, entry, reason)
    parts.log.error(
      { room, epoch: row.epoch, storedSeq: row.storedSeq, parked: tail.length },
      'the buffer does not join',
    )
  }
  const end = isJoined ? await storeEntries(trx, room, row, tail) : stored
  const [last] = await entriesBetween(trx, room, { after: end.seq - 1, upTo: end.seq, limit: 1 })
  return { seq: end.seq, digest: end.digest, at: last?.at ?? 0, isJoined }
}

async function tailOf(redis: Redis, room: RoomId, after: number, look: Look): Promise<Entry[]> {
  const tail: Entry[] = []
  for (let index = Math.max(after - look.base, 0); index < look.head - look.base; index += salvageEntries) {
    tail.push(...(await buffer.salvage(redis, room, index, salvageEntries)))
  }
  return tail
}

/** Answers whether something acknowledged may be lost. */
async function endEpoch(
  parts: EpochParts,
  trx: Sql,
  room: RoomId,
  row: LedgerRow,
  look: Look,
  kept: Kept,
  cause: EpochCause,
): Promise<boolean> {
  const earlier = await epochEnds(trx, room)
  const acked = Math.max((await ackedByEpoch(trx, room)).get(row.epoch) ?? 0, await fencedSeq(trx, room, row.epoch))
  const suspect = suspectRange(row, look, { kept, cause, acked })
  if (suspect !== undefined)
    parts.log.error({ room, epoch: row.epoch, cause, suspect }, 'acknowledged entries may be lost')
  await insertEpochEnd(trx, room, {
    epoch: row.epoch,
    firstSeq: (earlier.at(-1)?.lastSeq ?? 0) + 1,
    lastSeq: kept.seq,
    digest: kept.digest,
    cause,
    suspect,
  })
  return suspect !== undefined
}

/** A room that is closing ends with *closed*: written here when the one in Redis was lost or never came to be. */
async function endWithClosed(trx: Sql, room: RoomId, epoch: number, kept: Kept): Promise<Kept> {
  const [last] = await entriesBetween(trx, room, { after: kept.seq - 1, upTo: kept.seq, limit: 1 })
  const isClosed = last?.kind === 'closed'
  const end = isClosed ? kept : await writeClosed(trx, room, epoch, kept)
  const lastEpoch = isClosed ? last.epoch : epoch
  await fenceByEpochChange(trx, room, { epoch: lastEpoch, lastSeq: end.seq, digest: end.digest })
  return end
}

async function writeClosed(trx: Sql, room: RoomId, epoch: number, kept: Kept): Promise<Kept> {
  const requester = await requesterOf(trx, room)
  const entry = closedEntry({
    epoch,
    seq: kept.seq + 1,
    at: Math.max(kept.at, requester.now),
    by: requester.account,
  })
  const stored = await storeEntries(trx, room, { storedSeq: kept.seq, storedDigest: kept.digest }, [entry])
  return { seq: stored.seq, digest: stored.digest, at: entry.at, isJoined: true }
}
