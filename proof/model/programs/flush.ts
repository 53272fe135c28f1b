import { storeEntries } from '../mysql.ts'
import { become, onMysql, onRedis, transaction } from '../process.ts'
import type { Become, Doing } from '../process.ts'
import { peek, trim } from '../redis.ts'
import type { Slice } from '../redis.ts'
import type { Context } from './context.ts'
import { changeEpoch } from './epochs.ts'

/** src/ledger/flush.ts: flushRoom, one round after the other. */
export function* flushRoom(context: Context): Doing<Become | undefined> {
  return (yield* flushRound(context)) === 'again' ? become(flushRoom, context) : undefined
}

/** One slice: read, stored, trimmed. */
export function* flushRound(context: Context): Doing<'again' | 'done'> {
  const slice = yield* onRedis('peek', (redis) => peek(redis, context.holds))
  if (slice.type !== 'ok') return yield* withoutSlice(context, slice.type)
  if (slice.entries.length === 0) return 'done'
  const last = { epoch: slice.epoch, seq: slice.base + slice.entries.length, count: slice.entries.length }
  if (!context.holds('trimAfterCommit')) yield* onRedis('trim', (redis) => trim(redis, last, context.holds))
  const isStored = yield* storeSlice(context, slice)
  if (!isStored) yield* changeEpoch(context)
  else if (context.holds('trimAfterCommit')) yield* trimStored(context, last)
  return 'again'
}

/** peekFromStored, where Redis does not answer with a slice. */
function* withoutSlice(context: Context, reason: 'absent' | 'stale'): Doing<'again' | 'done'> {
  const row = yield* onMysql('ledgerOf', (mysql) => mysql.row)
  if (row.isAsleep && row.state === 'open' && reason === 'absent') return 'done'
  if (row.state === 'closed') {
    yield* onRedis('forget', (redis) => void (redis.room = undefined))
    return 'done'
  }
  yield* changeEpoch(context)
  return 'again'
}

function* storeSlice({ holds }: Context, slice: Slice): Doing<boolean> {
  const read = (mysql: { row: { epoch: number } }): boolean => mysql.row.epoch === slice.epoch || !holds('epochInFlush')
  if (!holds('rowLock')) {
    // Without the lock the mark is that of a moment ago.
    const row = yield* onMysql('read the row', (mysql) => mysql.row)
    if (!read({ row })) return false
    yield* onMysql('store the slice', (mysql) => {
      mysql.row = { ...mysql.row, storedSeq: row.storedSeq, storedDigest: row.storedDigest }
      storeEntries(mysql, slice.entries, holds)
    })
    return true
  }
  const row = yield* transaction.lock()
  if (!read({ row })) return false
  yield* transaction.mysql('commit the slice', (mysql) => storeEntries(mysql, slice.entries, holds))
  return true
}

function* trimStored(context: Context, last: { epoch: number; seq: number; count: number }): Doing<void> {
  const answer = yield* onRedis('trim', (redis) => trim(redis, last, context.holds))
  if (answer.type !== 'ok') yield* changeEpoch(context)
}
