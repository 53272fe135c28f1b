import { because } from '../platform/cause.ts'
import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import { Ticker } from '../platform/lifecycle.ts'
import { reasonOf } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import { dirtyRooms } from './buffer.ts'
import { leaseDueClosings, recordFailedAttempt } from './closing-store.ts'
import { keepCheckpoint } from './checkpoint.ts'
import { flushRoom } from './flush.ts'
import { driveClosing } from './sealing.ts'
import type { SealingParts } from './sealing.ts'
import { putToSleep } from './sleep.ts'
import { idleRooms } from './ledger-store.ts'
import { ReturnedRooms } from './returned.ts'
import { Turns } from './turns.ts'

export interface RecoveryParts extends SealingParts {
  sweepMs: number
  flushAgeMs: number
  sleepAfterSeconds: number
  checkpointEntries: number
}

const roomsAtOnce = 20
const leaseSeconds = 30
/** Of the rooms that a sweep finds. Each takes a connection to MySQL; doorbells and closings have theirs beside. */
const flushesAtOnce = 4

/**
 * Finds the work that no doorbell announced, from both sides: closings that MySQL says are due, and rooms that Redis says
 * hold old entries. Plain timers in every worker: losing the queue, or all of Redis, loses no work.
 */
export class Sweepers {
  readonly #tickers: Ticker[]

  constructor(parts: RecoveryParts) {
    const returned = new ReturnedRooms(parts)
    const sweeps: [string, () => Promise<unknown>][] = [
      ['closings', () => sweepClosings(parts)],
      ['dirty rooms', () => sweepDirty(parts)],
      ['idle rooms', () => sweepIdle(parts)],
      ['returned rooms', () => returned.sweep()],
    ]
    this.#tickers = sweeps.map(([name, work]) => {
      const onError = (error: unknown): void =>
        parts.log.warn({ err: error, sweep: name }, 'sweep failed; the next one tries again')
      return new Ticker({ everyMs: parts.sweepMs, work: async () => void (await work()), onError }).start({
        isImmediate: true,
      })
    })
  }

  async stop(): Promise<void> {
    await Promise.all(this.#tickers.map((ticker) => ticker.stop()))
  }
}

/** One attempt at a closing; a failure is written down with the time of the next one. */
export async function attemptClosing(parts: RecoveryParts, room: RoomId): Promise<void> {
  try {
    await driveClosing(parts, room)
  } catch (error) {
    parts.tally.closingFailed()
    parts.log.warn({ err: error, room }, 'the closing could not be finished yet')
    await recordFailedAttempt(parts.sql, room, { error: reasonOf(error), firstWaitSeconds: parts.retrySeconds })
  }
}

/** What a flush is in a worker: store, and once in a while sign what is stored. */
export async function flushAndCheckpoint(parts: RecoveryParts, room: RoomId): Promise<void> {
  await flushRoom(parts, room)
  await keepCheckpoint(parts, room)
}

async function sweepClosings(parts: RecoveryParts): Promise<void> {
  const lease = { limit: roomsAtOnce, seconds: leaseSeconds }
  const due = await inTransaction(parts.sql, (trx) => leaseDueClosings(trx, lease))
  if (due.length > 0) crashPoint('sealing: leased, not begun')
  for (const { room, requestId } of due) await because({ requestId }, () => attemptClosing(parts, room))
}

/** Most of a flush of few entries is waiting for disks, and a room that somebody else works on must not hold up the others. */
async function sweepDirty(parts: RecoveryParts): Promise<void> {
  const turns = new Turns(flushesAtOnce)
  const due = await dirtyRooms(parts.redis, parts.flushAgeMs, roomsAtOnce)
  await Promise.all(fromAnywhere(due).map((room) => turns.take(() => flushDue(parts, room))))
}

/** Every worker finds the same rooms: each begins at another of them, so that they seldom meet. */
function fromAnywhere(rooms: readonly RoomId[]): RoomId[] {
  const first = Math.floor(Math.random() * rooms.length)
  return [...rooms.slice(first), ...rooms.slice(0, first)]
}

async function flushDue(parts: RecoveryParts, room: RoomId): Promise<void> {
  try {
    await flushAndCheckpoint(parts, room)
  } catch (error) {
    parts.log.warn({ err: error, room }, 'the room could not be flushed yet')
  }
}

async function sweepIdle(parts: RecoveryParts): Promise<void> {
  for (const room of await idleRooms(parts.sql, parts.sleepAfterSeconds, roomsAtOnce)) {
    try {
      await putToSleep(parts, room)
    } catch (error) {
      parts.log.warn({ err: error, room }, 'the room could not be put to sleep yet')
    }
  }
}
