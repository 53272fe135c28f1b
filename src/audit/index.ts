import type { Sql } from '../platform/mysql.ts'
import type { Act, Actor, KeptAct } from './act.ts'
import { actsBefore, deleteActsOlder, insertAct } from './store.ts'
import type { Wanted } from './store.ts'

export { actions, ways } from './act.ts'
export type { Act, Action, Actor, Facts, KeptAct } from './act.ts'
export { actsBefore } from './store.ts'
export type { ActPlace, Wanted } from './store.ts'

/** Puts an act on record in the transaction of the act: both have happened, or neither. */
export type PutOnRecord = (trx: Sql, act: Act) => Promise<void>

/** The record as it is written for whoever acts, for the length of one request or command. */
export function onRecordOf(actor: Actor): PutOnRecord {
  return (trx, act) => insertAct(trx, actor, act)
}

const atOnce = 500

/** All that is asked for, the newest first, read a few hundred at a time. */
export async function* allActs(sql: Sql, wanted: Wanted): AsyncGenerator<KeptAct[]> {
  let before: KeptAct | undefined
  for (;;) {
    const acts: KeptAct[] = await actsBefore(sql, wanted, { before, limit: atOnce })
    if (acts.length > 0) yield acts
    if (acts.length < atOnce) return
    before = acts.at(-1)
  }
}

const sweptAtOnce = 1000

/** Forgets what is older, in small steps. Answers how many acts. */
export async function sweepAudit({ sql, keepDays }: { sql: Sql; keepDays: number }): Promise<number> {
  let swept = 0
  for (;;) {
    const deleted = await deleteActsOlder(sql, { days: keepDays, limit: sweptAtOnce })
    swept += deleted
    if (deleted < sweptAtOnce) return swept
  }
}
