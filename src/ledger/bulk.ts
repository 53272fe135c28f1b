import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import { mysqlErrno } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { checksumOf, lineOf, loadLines, sumAbove } from './bulk-store.ts'
import type { Sum } from './bulk-store.ts'
import { chainDigest } from './entry.ts'
import type { Entry } from './entry.ts'
import { moveStored } from './ledger-store.ts'
import type { LedgerRow } from './ledger-store.ts'
import { assertJoins, erase, statementsOf } from './storing.ts'
import type { Stored } from './storing.ts'

/** Thrown when rows cannot go in bulk. The transaction must be rolled back; row by row they can, or are parked. */
export class NotInBulk extends Error {}

/**
 * The same as `storeEntries`, for many entries: while MySQL takes in the rows of one slice, the next one is read. What stands
 * in the table afterwards is compared with what was read, within the transaction.
 */
export async function storeInBulk(
  trx: Sql,
  room: RoomId,
  row: Pick<LedgerRow, 'storedSeq' | 'storedDigest'>,
  slices: AsyncIterable<readonly Entry[]>,
): Promise<Stored> {
  const sent = new Sent(room, row)
  const answer = await load(trx, room, sent.linesOf(slices))
  const sum = await sumAbove(trx, room, row.storedSeq)
  if (answer.warnings > 0 || !isSame(sum, sent.sum)) {
    throw new NotInBulk(`${sent.sum.rows} entries became ${sum.rows} rows, with ${answer.warnings} warnings`)
  }
  await erase(trx, room, sent.amending)
  crashPoint('flush: rows in bulk compared, mark not moved')
  const { seq, digest } = sent
  if (sent.sum.rows > 0) await moveStored(trx, room, { seq, digest })
  return { seq, digest, count: sent.sum.rows }
}

/** Answers of a server that does not let clients send rows (any more): of MySQL before 8, since 8, and of MariaDB. */
const forbidden = new Set([1148, 3948, 4166])

async function load(trx: Sql, room: RoomId, lines: AsyncIterable<Buffer>): Promise<{ warnings: number }> {
  try {
    return await loadLines(trx, room, lines)
  } catch (error) {
    if (forbidden.has(mysqlErrno(error) ?? 0))
      throw new NotInBulk('the server forbids LOAD DATA LOCAL', { cause: error })
    throw error
  }
}

function isSame(one: Sum, other: Sum): boolean {
  return (
    one.rows === other.rows &&
    one.firstSeq === other.firstSeq &&
    one.lastSeq === other.lastSeq &&
    one.checksum === other.checksum
  )
}

/** What has gone to MySQL so far. */
class Sent {
  readonly #room: RoomId
  readonly #after: number
  /** Entries that erase, or amend what may be erased. */
  readonly amending: Entry[] = []
  seq: number
  digest: string
  #checksum = 0

  constructor(room: RoomId, row: Pick<LedgerRow, 'storedSeq' | 'storedDigest'>) {
    this.#room = room
    this.#after = row.storedSeq
    this.seq = row.storedSeq
    this.digest = row.storedDigest
  }

  get sum(): Sum {
    const rows = this.seq - this.#after
    return rows === 0
      ? { rows, firstSeq: 0, lastSeq: 0, checksum: 0 }
      : { rows, firstSeq: this.#after + 1, lastSeq: this.seq, checksum: this.#checksum >>> 0 }
  }

  /** In pieces, each of which is a packet: no larger than a statement's. */
  async *linesOf(slices: AsyncIterable<readonly Entry[]>): AsyncGenerator<Buffer> {
    for await (const slice of slices) {
      const fresh = slice.filter((entry) => entry.seq > this.seq)
      assertJoins(this.#room, this.seq, fresh)
      for (const some of statementsOf(fresh)) {
        if (this.seq > this.#after) crashPoint('flush: some rows sent in bulk, not all')
        yield Buffer.concat(some.map((entry) => this.#take(entry)))
      }
    }
  }

  #take(entry: Entry): Buffer {
    const line = lineOf(entry)
    this.seq = entry.seq
    this.digest = chainDigest(this.digest, entry)
    this.#checksum ^= checksumOf(line)
    if (entry.target !== undefined) this.amending.push(entry)
    return line
  }
}
