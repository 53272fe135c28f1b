import { fenceRequested } from '../mysql.ts'
import type { Closing, Fence, Mysql } from '../mysql.ts'
import { become, onMysql, onRedis, outside, transaction } from '../process.ts'
import type { Become, Doing } from '../process.ts'
import { close } from '../redis.ts'
import { closed } from './context.ts'
import type { Context } from './context.ts'
import { changeEpoch } from './epochs.ts'

/** src/ledger/closing.ts: closeRoom, on a server. */
export function* closeRoom(context: Context): Doing<Become | undefined> {
  if (!context.holds('closingRowFirst')) yield* onRedis('close', (redis) => close(redis, closed, context.holds))
  yield* writeDown()
  return become(fenceAndAnswer, context)
}

function* writeDown(): Doing<void> {
  const row = yield* transaction.lock()
  if (row.state !== 'open') return
  yield* transaction.mysql('commit the closing', (mysql) => {
    mysql.row = { ...mysql.row, state: 'closing' }
    mysql.closing = { state: 'requested', fence: undefined, isSettled: false }
  })
}

function* fenceAndAnswer(context: Context): Doing<Become | undefined> {
  const closing = yield* fence(context)
  if (closing === 'again') return become(fenceAndAnswer, context)
  const { fence: end } = closing
  if (end === undefined) throw new Error('the closing is answered without its end')
  yield* outside(`answer the closing: ${end.epoch}:${end.lastSeq}`, (people) => {
    people.closeAnswer = { epoch: end.epoch, lastSeq: end.lastSeq }
  })
  return undefined
}

/** Puts *closed* at the end of the room, unless that has happened. One round: after an epoch change it looks again. */
export function* fence(context: Context): Doing<Closing | 'again'> {
  const closing = yield* existing()
  if (closing.state !== 'requested') return closing
  const reply = yield* onRedis('close', (redis) => close(redis, closed, context.holds))
  if (reply.type !== 'ok') {
    // The epoch change of a closing room writes *closed* itself.
    yield* changeEpoch(context)
    return 'again'
  }
  const { last, digest } = reply
  const end = { epoch: last.epoch, lastSeq: last.seq, digest }
  yield* putUp(context, end)
  return yield* existing()
}

function* putUp({ holds }: Context, end: Fence): Doing<void> {
  const put = (mysql: Mysql): void => fenceRequested(mysql, end, holds)
  if (!holds('fenceIsLocked')) return yield* onMysql('fenceRequested', put)
  yield* transaction.lock()
  yield* transaction.mysql('commit the fence', put)
}

function* existing(): Doing<Closing> {
  return yield* onMysql('closingOf', (mysql) => {
    if (mysql.closing === undefined) throw new Error('a closing without its row')
    return mysql.closing
  })
}
