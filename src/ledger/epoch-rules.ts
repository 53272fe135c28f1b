import type { Look } from './buffer.ts'
import { chainDigest } from './entry.ts'
import type { Entry } from './entry.ts'
import type { LedgerRow } from './ledger-store.ts'
import type { EpochCause } from './record-store.ts'

/** What an epoch change decides, from the row of MySQL and the meta of Redis alone. epochs.ts does it. */

/** Somebody else changed the epoch while we waited for the lock. */
export function isSettled(row: LedgerRow, look: Look): boolean {
  return look.metaRun === look.run && look.hold === undefined && look.epoch === row.epoch
}

/**
 * The row's epoch stands in this Redis, from before its restart or on hold. What is found of a room that sleeps is only a
 * remainder of its last time awake: all of it is stored.
 */
export function isInstalled(row: LedgerRow, look: Look): boolean {
  return !row.isAsleep && look.metaRun !== undefined && look.epoch === row.epoch
}

/**
 * Redis has an epoch that MySQL does not know. Each is decided in MySQL before it is installed, so MySQL was put back to an earlier
 * moment. What stands in the buffer may have been acknowledged, and rows before it may be gone.
 */
export function isAhead(row: LedgerRow, look: Look): boolean {
  return look.metaRun !== undefined && look.epoch !== undefined && look.epoch > row.epoch
}

export function causeOf(row: LedgerRow, look: Look): EpochCause {
  if (isAhead(row, look)) return 'rollback'
  if (isInstalled(row, look)) return look.metaRun === look.run ? 'repair' : 'restart'
  if (row.isAsleep) return 'sleep'
  // Decided in MySQL and never installed: nothing can have been appended to it.
  if (look.heldFrom !== undefined && look.heldFrom <= row.epoch) return 'repair'
  return look.epoch === undefined ? 'absent' : 'rollback'
}

/** How far a room is kept: the last row, and whether what Redis still held joined it. */
export interface Kept {
  seq: number
  digest: string
  at: number
  isJoined: boolean
}

/** True when rows and tail together are what Redis chained: same place, same digest. */
export function joins(row: LedgerRow, look: Look, tail: readonly ChainedEntry[]): boolean {
  if (row.storedSeq > look.head) return true
  const isNext = tail.length === 0 || tail[0]?.seq === row.storedSeq + 1
  return isNext && tail.reduce(chainDigest, row.storedDigest) === look.digest
}

type ChainedEntry = Omit<Entry, 'payload' | 'target' | 'erases'>

/**
 * What of the ended epoch was, or may have been, acknowledged and is not kept. `acked` is the highest seq of it that a server
 * or the closing says it has acknowledged.
 */
export function suspectRange(
  row: LedgerRow,
  look: Look,
  ended: { kept: Pick<Kept, 'seq' | 'isJoined'>; cause: EpochCause; acked: number },
): { from: number; to: number } | undefined {
  const { kept, cause, acked } = ended
  const isLost =
    acked > kept.seq ||
    !kept.isJoined ||
    cause === 'absent' ||
    cause === 'rollback' ||
    (isInstalled(row, look) && row.storedSeq > look.head)
  const seen = isAhead(row, look) ? look.head : 0
  return isLost ? { from: kept.seq + 1, to: Math.max(acked, seen, kept.seq + 1) } : undefined
}
