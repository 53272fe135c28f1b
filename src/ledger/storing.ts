import { chunksOf } from '../platform/chunks.ts'
import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import { reasonOf } from '../platform/log.ts'
import { mysqlErrno } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { chainDigest, hashOf, systemSender } from './entry.ts'
import type { Entry } from './entry.ts'
import { deleteParked, insertParked, parkedInPlace } from './record-store.ts'
import { moveStored } from './ledger-store.ts'
import { eraseTargets, erasedAmong, insertEntries, replaceUnreadable } from './store.ts'
import type { LedgerRow } from './ledger-store.ts'

const statementEntries = 500
const statementBytes = 1_048_576
/** Of a thousand values, two a place, MariaDB makes a subquery, which knows no index. */
const erasedAtOnce = 400

/** Thrown when a slice does not continue what is stored. Nothing of it is inserted. */
export class SliceDoesNotJoin extends Error {}

/** The new mark, and how many entries were fresh. */
export interface Stored {
  seq: number
  digest: string
  count: number
}

/**
 * Within a transaction that holds the ledger's row: inserts those entries that are above `stored_seq`, erases what they
 * erase, and moves the mark.
 */
export async function storeEntries(
  trx: Sql,
  room: RoomId,
  row: Pick<LedgerRow, 'storedSeq' | 'storedDigest'>,
  entries: readonly Entry[],
): Promise<Stored> {
  const fresh = entries.filter((entry) => entry.seq > row.storedSeq)
  assertJoins(room, row.storedSeq, fresh)
  for (const statement of statementsOf(fresh)) await insertOrPark(trx, room, statement)
  await erase(trx, room, fresh)
  const digest = fresh.reduce(chainDigest, row.storedDigest)
  const seq = fresh.at(-1)?.seq ?? row.storedSeq
  crashPoint('flush: rows inserted, mark not moved')
  if (fresh.length > 0) await moveStored(trx, room, { seq, digest })
  return { seq, digest, count: fresh.length }
}

/** The same for slice after slice. */
export async function storeSlices(
  trx: Sql,
  room: RoomId,
  row: Pick<LedgerRow, 'storedSeq' | 'storedDigest'>,
  slices: AsyncIterable<readonly Entry[]>,
): Promise<Stored> {
  let all: Stored = { seq: row.storedSeq, digest: row.storedDigest, count: 0 }
  for await (const slice of slices) {
    const mark = { storedSeq: all.seq, storedDigest: all.digest }
    const stored = await storeEntries(trx, room, mark, slice)
    all = { ...stored, count: all.count + stored.count }
  }
  return all
}

export function assertJoins(room: RoomId, storedSeq: number, fresh: readonly Entry[]): void {
  fresh.forEach((entry, index) => {
    const expected = storedSeq + 1 + index
    if (entry.seq !== expected) {
      throw new SliceDoesNotJoin(`room ${room}: seq ${entry.seq} stands where ${expected} should`)
    }
  })
}

export function* statementsOf(entries: readonly Entry[]): Generator<Entry[]> {
  let statement: Entry[] = []
  let bytes = 0
  for (const entry of entries) {
    const isFull = statement.length === statementEntries || bytes + entry.payload.length > statementBytes
    if (isFull && statement.length > 0) {
      yield statement
      statement = []
      bytes = 0
    }
    statement.push(entry)
    bytes += entry.payload.length
  }
  if (statement.length > 0) yield statement
}

/** What MySQL may say of a single row's content, as opposed to the state of the server. */
const rowFaults = new Set([
  1048, // column cannot be null
  1062, // doubled key
  1264, // number out of range
  1292, // not a date and time
  1366, // not a string of this character set
  1406, // too long
])

function isRowFault(error: unknown): boolean {
  const errno = mysqlErrno(error)
  return errno !== undefined && rowFaults.has(errno)
}

/** One statement; when MySQL refuses a row, halves it down to that row and parks it. A refused statement leaves no trace. */
async function insertOrPark(trx: Sql, room: RoomId, entries: readonly Entry[]): Promise<void> {
  try {
    await insertEntries(trx, room, entries)
  } catch (error) {
    const [first] = entries
    if (!isRowFault(error) || first === undefined) throw error
    if (entries.length === 1) return park(trx, room, first, reasonOf(error))
    const middle = Math.ceil(entries.length / 2)
    await insertOrPark(trx, room, entries.slice(0, middle))
    await insertOrPark(trx, room, entries.slice(middle))
  }
}

/** The entry's bytes and the reason go aside; a row of the system takes its seq, so that the order has no hole. */
async function park(trx: Sql, room: RoomId, entry: Entry, reason: string): Promise<void> {
  const nothing = Buffer.alloc(0)
  await insertParked(trx, room, entry, reason)
  await insertEntries(trx, room, [
    {
      ...entry,
      sender: systemSender,
      id: `!parked:${entry.epoch}:${entry.seq}`,
      kind: 'unreadable',
      target: undefined,
      erases: false,
      hash: hashOf(nothing),
      payload: nothing,
    },
  ])
}

/**
 * Within a transaction that holds the ledger's row: parked entries go where their seq is kept for them, if MySQL takes them now.
 * What it still refuses stays parked. Answers how many were put back.
 */
export async function putBackParked(trx: Sql, room: RoomId): Promise<number> {
  const back: Entry[] = []
  for (const entry of await parkedInPlace(trx, room)) {
    if (!(await isTaken(trx, room, entry))) continue
    await deleteParked(trx, room, entry)
    back.push(entry)
  }
  await erase(trx, room, back)
  return back.length
}

async function isTaken(trx: Sql, room: RoomId, entry: Entry): Promise<boolean> {
  try {
    await replaceUnreadable(trx, room, entry)
    return true
  } catch (error) {
    if (!isRowFault(error)) throw error
    return false
  }
}

/** Empties what the entries delete, and an amendment that arrived after its target had been deleted. */
export async function erase(trx: Sql, room: RoomId, fresh: readonly Entry[]): Promise<void> {
  for (const some of chunksOf(fresh, erasedAtOnce)) {
    const erased = some.filter((entry) => entry.erases).flatMap((entry) => entry.target ?? [])
    const amended = some.filter((entry) => !entry.erases).flatMap((entry) => entry.target ?? [])
    await eraseTargets(trx, room, [...erased, ...(await erasedAmong(trx, room, amended))])
  }
}
