import { causeOf, isInstalled, isSettled, suspectRange } from '../../../src/ledger/epoch-rules.ts'
import type { Look } from '../../../src/ledger/buffer.ts'
import { endEpoch, endWithClosed, keepTail } from '../mysql.ts'
import type { Mysql } from '../mysql.ts'
import { onRedis, transaction, waitUntil } from '../process.ts'
import type { Doing, Seen } from '../process.ts'
import { hold, look, rebase } from '../redis.ts'
import type { Beginning, Kept, Redis } from '../redis.ts'
import { closed } from './context.ts'
import type { Context } from './context.ts'

/** src/ledger/epochs.ts: changeEpoch, which whoever hears `absent` or `stale` calls. */
export function* changeEpoch(context: Context): Doing<'changed' | 'final'> {
  const decided = yield* decideOnce(context)
  if (decided === 'final') return 'final'
  if (decided === 'settled') return 'changed'
  yield* onRedis('rebase', (redis) => rebase(redis, decided, context.holds))
  return 'changed'
}

function* decideOnce(context: Context): Doing<Beginning | 'final' | 'settled'> {
  const decided = yield* decide(context, true)
  if (decided !== 'being installed') return decided
  yield* waitUntil('wait for the installation', isInstalledOrGivenUp)
  const impatient = yield* decide(context, false)
  return impatient === 'being installed' ? 'settled' : impatient
}

function isInstalledOrGivenUp({ redis, mysql, next }: Seen): boolean {
  return !next.includes('rebase') || isSettled(mysql.row, look(redis))
}

function* decide(context: Context, isPatient: boolean): Doing<Beginning | 'final' | 'settled' | 'being installed'> {
  const { holds } = context
  const row = yield* transaction.lock()
  if (row.state === 'closed' && holds('finalIsFinal')) return 'final'
  const before = yield* transaction.redis('look', (redis) => ({
    ...look(redis),
    tail: holds('holdBeforeLook') ? [] : tailOf(redis),
  }))
  if (isSettled(row, before)) return 'settled'
  if (isPatient && before.hold === row.epoch && before.run === row.redisRun) return 'being installed'

  const above = holds('epochAboveHold') ? Math.max(before.epoch ?? 0, before.hold ?? 0) : 0
  const epoch = holds('alwaysANewEpoch') ? Math.max(row.epoch, above) + 1 : Math.max(row.epoch, above, 1)
  const held = yield* transaction.redis('hold', (redis) => hold(redis, epoch, holds))
  if (held.type === 'late') return 'settled'
  const seen = holds('holdBeforeLook') ? yield* transaction.redis('look on hold', look) : before
  const tail = yield* tailOnHold(context, row, seen, before.tail)
  if (tail === undefined) return 'settled'
  const fenced = yield* fencedSeq(context, row.epoch)
  return yield* transaction.mysql('commit the epoch', (mysql) =>
    commit(context, mysql, { epoch, run: held.run, look: seen, tail, fenced }),
  )
}

const tailOf = ({ room }: Redis): readonly Kept[] => room?.entries ?? []

type Tail = readonly Kept[]

function* tailOnHold(context: Context, row: Mysql['row'], seen: Look, before: Tail): Doing<Tail | undefined> {
  const { holds } = context
  if (!isInstalledHere(context, row, seen)) return []
  const entries = holds('holdBeforeLook') ? yield* transaction.redis('salvage', tailOf) : before
  const { run } = holds('tailOfOneRun') ? yield* transaction.redis('look again', look) : seen
  if (run !== seen.run) return undefined
  return entries.slice(Math.max(row.storedSeq - seen.base, 0), seen.head - seen.base)
}

function* fencedSeq({ holds }: Context, epoch: number): Doing<number> {
  return holds('fenceIsWitness') ? yield* transaction.mysql('fencedSeq', (mysql) => fencedIn(mysql, epoch)) : 0
}

const fencedIn = ({ closing }: Mysql, epoch: number): number =>
  closing?.fence?.epoch === epoch ? closing.fence.lastSeq : 0

interface Decided {
  epoch: number
  run: string
  look: Look
  tail: readonly Kept[]
  fenced: number
}

function commit(context: Context, mysql: Mysql, decided: Decided): Beginning {
  const { holds } = context
  const { row } = mysql
  const isJoined = holds('tailIsKept') ? keepTail(mysql, decided.look, decided.tail, holds) : true
  if (row.epoch > 0) {
    const cause = causeHere(context, row, decided.look)
    const acked = Math.max(holds('witnesses') ? (mysql.acked[row.epoch] ?? 0) : 0, decided.fenced)
    const suspect = suspectHere(context, mysql, decided.look, { isJoined, cause, acked, row })
    endEpoch(mysql, { epoch: row.epoch, cause, suspect })
  }
  mysql.row = { ...mysql.row, epoch: decided.epoch, redisRun: decided.run, isAsleep: false }
  const isClosed = row.state !== 'open'
  if (isClosed && holds('closedByEpochChange')) endWithClosed(mysql, { ...closed, epoch: decided.epoch }, holds)
  const { storedSeq, storedDigest: digest } = mysql.row
  return { run: decided.run, epoch: decided.epoch, isClosed, storedSeq, digest }
}

/** The rules that only say how evidence is read are taken out by showing them other evidence. */
const rowHere = ({ holds }: Context, row: Mysql['row']): Mysql['row'] =>
  holds('asleepIsNoEvidence') ? row : { ...row, isAsleep: false }

const isInstalledHere = (context: Context, row: Mysql['row'], seen: Look): boolean =>
  isInstalled(rowHere(context, row), seen)

function causeHere(context: Context, row: Mysql['row'], seen: Look): ReturnType<typeof causeOf> {
  const cause = causeOf(rowHere(context, row), seen)
  // The evidence that an epoch was never installed:
  if (cause === 'repair' && !isInstalledHere(context, row, seen) && !context.holds('heldFromIsNoLoss'))
    return 'rollback'
  if (cause === 'absent' && !context.holds('absentIsSuspect')) return 'repair'
  if (cause === 'rollback' && !context.holds('olderEpochIsSuspect')) return 'repair'
  return cause
}

function suspectHere(
  context: Context,
  mysql: Mysql,
  seen: Look,
  ended: { isJoined: boolean; cause: ReturnType<typeof causeOf>; acked: number; row: Mysql['row'] },
): { from: number; to: number } | undefined {
  const kept = { seq: mysql.row.storedSeq, isJoined: ended.isJoined }
  const row = rowHere(context, ended.row)
  return suspectRange(context.holds('rowsBearWitness') ? row : { ...row, storedSeq: 0 }, seen, { ...ended, kept })
}
