import { finish, isUnderWay, judgeWitnesses, moveClosing, verdict } from '../mysql.ts'
import type { Fence, Mysql } from '../mysql.ts'
import { become, onMysql, onRedis, transaction, waitUntil } from '../process.ts'
import type { Become, Doing, Seen } from '../process.ts'
import { retire } from '../redis.ts'
import { fence } from './closing.ts'
import type { Context } from './context.ts'
import { flushRound } from './flush.ts'
import type { End } from './flush.ts'

/** src/ledger/sealing.ts: driveClosing, as a sweeper or a job calls it. */
export function* driveClosing(context: Context): Doing<Become | undefined> {
  const closing = yield* onMysql('closingOf', (mysql) => mysql.closing)
  if (closing === undefined) return undefined
  if (!isUnderWay(closing)) return become(settle, context)
  if (closing.state === 'requested' && (yield* fence(context)) === 'again') return become(driveClosing, context)
  return become(drain, context)
}

function* drain(context: Context): Doing<Become | undefined> {
  yield* onMysql('moveClosing draining', (mysql) => moveClosing(mysql, ['fenced', 'verifying'], 'draining'))
  return become(drainOn, { context, end: undefined })
}

function* drainOn({ context, end }: { context: Context; end: End | undefined }): Doing<Become | undefined> {
  const left = context.holds('drainedBeforeSealed') ? yield* flushRound(context, end) : 'done'
  if (left !== 'done') return become(drainOn, { context, end: left.upTo })
  const fenced = yield* onMysql('is it drained', (mysql) => drainedTo(mysql, context))
  return fenced === undefined ? undefined : become(seal, { context, fenced })
}

/** The fence, if all up to it is stored: otherwise this attempt fails, and a sweeper comes back. */
function drainedTo({ closing, row }: Mysql, { holds }: Context): Fence | undefined {
  const end = closing?.fence
  return end !== undefined && (row.storedSeq === end.lastSeq || !holds('drainedBeforeSealed')) ? end : undefined
}

function* seal({ context, fenced }: { context: Context; fenced: Fence }): Doing<Become | undefined> {
  const { holds } = context
  const isOn = yield* onMysql('moveClosing verifying', (mysql) =>
    moveClosing(mysql, ['fenced', 'draining'], 'verifying'),
  )
  if (!isOn) return undefined
  if (holds('waitForWitnesses')) yield* waitUntil('wait for the witnesses', isWitnessed)
  if (holds('witnesses') && holds('witnessesAtTheEnd')) yield* onMysql('judge the witnesses', judgeWitnesses)
  const state = yield* onMysql('verify', (mysql) => verdict(mysql, fenced))
  yield* transaction.lock()
  yield* transaction.mysql(`finish: ${state}`, (mysql) => finish(mysql, state, fenced, holds))
  return become(retireRoom, context)
}

/** Three intervals are enough for every server that lives: what it has answered it has read, told and written down. */
function isWitnessed({ outside, mysql, next }: Seen): boolean {
  const isTelling = next.some((name) => name.startsWith('answer'))
  const isWritten = Object.values(outside.unwritten).every((epochs) =>
    Object.keys(epochs).every((epoch) => Number(epoch) >= mysql.row.epoch),
  )
  return !isTelling && isWritten
}

function* retireRoom(context: Context): Doing<Become | undefined> {
  yield* retireIfClosed(context)
  return undefined
}

/** Half a minute after the end a sweeper comes once more. */
function* settle(context: Context): Doing<Become | undefined> {
  yield* retireIfClosed(context)
  yield* onMysql('settleClosing', (mysql) => {
    if (mysql.closing !== undefined) mysql.closing = { ...mysql.closing, isSettled: true }
  })
  return undefined
}

function* retireIfClosed({ holds }: Context): Doing<void> {
  const row = yield* onMysql('ledgerOf', (mysql) => mysql.row)
  if (row.state !== 'closed') return
  const answer = yield* onRedis('retire', (redis) => retire(redis, row.epoch, holds))
  if (answer !== 'ok') yield* onRedis('forget', (redis) => void (redis.room = undefined))
}
