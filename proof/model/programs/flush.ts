import type { Place } from '../../../src/ledger/entry.ts'
import { storeEntries } from '../mysql.ts'
import type { Mysql } from '../mysql.ts'
import { become, onMysql, onRedis, transaction } from '../process.ts'
import type { Become, Doing } from '../process.ts'
import { peek, trim as trimTo } from '../redis.ts'
import type { Kept, Slice } from '../redis.ts'
import type { Holds } from '../rules.ts'
import type { Context } from './context.ts'
import { changeEpoch } from './epochs.ts'

/** As small as they can be with more than one slice in a transaction, more than one piece to trim, and more than one lap. */
const sliceEntries = 1
const transactionEntries = 2
const dueEntries = 2
const mostLaps = 2

/** src/ledger/flush.ts: flushRoom, one round after the other. */
export function* flushRoom(context: Context): Doing<Become | undefined> {
  return yield* flushOn({ context, end: undefined })
}

function* flushOn({ context, end }: { context: Context; end: End | undefined }): Doing<Become | undefined> {
  const left = yield* flushRound(context, end)
  return left === 'done' ? undefined : become(flushOn, { context, end: left.upTo })
}

/** What a flush goes on to: the end of the buffer as it was first seen in an epoch, or when it was due again. */
export interface End extends Place {
  lap: number
}
export type Left = 'done' | { upTo: End | undefined }

/** One transaction: its first slice is read, it and those behind it are stored, then all are trimmed. */
export function* flushRound(context: Context, before: End | undefined): Doing<Left> {
  const slice = yield* onRedis('peek', (redis) => peek(redis, { after: 0, limit: sliceEntries }, context.holds))
  if (slice.type !== 'ok') return yield* withoutSlice(context, slice.type, before)
  if (slice.entries.length === 0) return 'done'
  const { epoch, head } = slice
  const end = before?.epoch === epoch ? before : { epoch, seq: head, lap: before?.lap ?? 1 }
  const storedSeq = yield* storeSlices(context, slice)
  const left = storedSeq === undefined ? undefined : yield* trim(context, slice, storedSeq)
  if (left === undefined) yield* changeEpoch(context)
  if (left === undefined || left.base < end.seq) return { upTo: end }
  if (end.lap === mostLaps || left.head - left.base < dueEntries) return 'done'
  return { upTo: { epoch, seq: left.head, lap: end.lap + 1 } }
}

/** peekFromStored, where Redis does not answer with a slice. */
function* withoutSlice(context: Context, reason: 'absent' | 'stale', upTo: End | undefined): Doing<Left> {
  const row = yield* onMysql('ledgerOf', (mysql) => mysql.row)
  if (row.isAsleep && row.state === 'open' && reason === 'absent') return 'done'
  if (row.state === 'closed') {
    yield* onRedis('forget', (redis) => void (redis.room = undefined))
    return 'done'
  }
  yield* changeEpoch(context)
  return { upTo }
}

/** Answers with the mark, or with nothing where MySQL is in another epoch. */
function* storeSlices(context: Context, first: Slice): Doing<number | undefined> {
  const { holds } = context
  const isItsEpoch = (row: { epoch: number }): boolean => row.epoch === first.epoch || !holds('epochInFlush')
  // Without the lock the mark is that of a moment ago.
  const row = holds('rowLock') ? yield* transaction.lock() : yield* onMysql('read the row', (mysql) => mysql.row)
  if (!isItsEpoch(row)) return undefined
  const entries = yield* slicesFrom(context, first)
  if (!holds('trimAfterCommit')) yield* trim(context, first, entries.at(-1)?.seq ?? first.base)
  if (holds('rowLock')) return yield* transaction.mysql('commit the slices', (mysql) => store(mysql, entries, holds))
  return yield* onMysql('store the slices', (mysql) => {
    mysql.row = { ...mysql.row, storedSeq: row.storedSeq, storedDigest: row.storedDigest }
    return store(mysql, entries, holds)
  })
}

function store(mysql: Mysql, entries: readonly Kept[], holds: Holds): number {
  storeEntries(mysql, entries, holds)
  return mysql.row.storedSeq
}

/** The slice, and what is found behind it under the same epoch, until the head of then is reached or the transaction is full. */
function* slicesFrom({ holds }: Context, first: Slice): Doing<readonly Kept[]> {
  let entries = first.entries
  let last = first.entries
  const onSame = holds('rowLock') ? transaction.redis : onRedis
  while (last.length > 0 && entries.length < transactionEntries) {
    const after = last.at(-1)?.seq ?? first.base
    if (after >= first.head) break
    const next = yield* onSame('peek on', (redis) => peek(redis, { after, limit: sliceEntries }, holds))
    if (next.type !== 'ok' || (next.epoch !== first.epoch && holds('epochOfEachSlice'))) break
    last = next.entries
    entries = [...entries, ...last]
  }
  return entries
}

/** A slice at a time, until less than one is behind it. Answers what is left, or nothing where the buffer is another one by now. */
function* trim({ holds }: Context, slice: Slice, storedSeq: number): Doing<{ base: number; head: number } | undefined> {
  const { epoch } = slice
  let left: { base: number; head: number } = slice
  let seq = Math.min(slice.entries.at(-1)?.seq ?? slice.base, storedSeq)
  while (left.base < storedSeq) {
    const upTo = { epoch, seq, count: seq - left.base }
    const answer = yield* onRedis('trim', (redis) => trimTo(redis, upTo, holds))
    if (answer.type !== 'ok') return undefined
    left = answer
    seq = left.head - storedSeq < sliceEntries ? storedSeq : Math.min(left.base + sliceEntries, storedSeq)
  }
  return left
}
