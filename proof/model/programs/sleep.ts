import { onRedis, transaction } from '../process.ts'
import type { Become, Doing } from '../process.ts'
import { leave, sleep } from '../redis.ts'
import type { Context } from './context.ts'
import { changeEpoch } from './epochs.ts'

/** src/ledger/sleep.ts: putToSleep. */
export function* putToSleep(context: Context): Doing<Become | undefined> {
  const { holds } = context
  const row = yield* transaction.lock()
  if (row.state !== 'open' || row.isAsleep) return undefined
  const hold = row.epoch + 1
  const answer = yield* transaction.redis('sleep', (redis) => sleep(redis, { epoch: row.epoch, hold }, holds))
  if (answer === 'ok') {
    if (!holds('sleepIsNotedFirst')) yield* transaction.redis('leave', (redis) => leave(redis, hold, holds))
    yield* transaction.mysql('commit that it sleeps', (mysql) => {
      mysql.row = { ...mysql.row, isAsleep: true }
    })
    if (holds('sleepIsNotedFirst')) yield* onRedis('leave', (redis) => leave(redis, hold, holds))
  }
  if (answer === 'absent' || answer === 'stale') yield* changeEpoch(context)
  return undefined
}
