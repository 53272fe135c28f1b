import { idFromRow } from '../platform/ids.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Binding, Sql } from '../platform/mysql.ts'
import type { Act, Action, Actor, Facts, KeptAct } from './act.ts'

/** The SQL of `audit_log`. It is only ever added to, and its oldest rows go: there is no statement that changes one. */

export async function insertAct(trx: Sql, by: Actor, act: Act): Promise<void> {
  await affectedRows(
    trx,
    `INSERT INTO audit_log (action, actor_id, via, account_id, room_id, subject, facts, request_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...[act.action, by.account ?? null, by.via, act.account ?? null, act.room ?? null, act.subject ?? null],
      ...[JSON.stringify(act.facts ?? {}), by.requestId ?? null],
    ],
  )
}

/** Which acts; all of what is given must be so. */
export interface Wanted {
  actor?: AccountId | undefined
  account?: AccountId | undefined
  room?: RoomId | undefined
  action?: Action | undefined
  /** From then on. */
  since?: Date | undefined
  /** Before then. */
  until?: Date | undefined
}

/** A place between two acts of the list. */
export interface ActPlace {
  at: Date
  id: number
}

interface ActRecord {
  id: number
  at: Date
  action: Action
  actor_id: number | null
  via: Actor['via']
  account_id: number | null
  room_id: number | null
  subject: string | null
  facts: string
  request_id: string | null
}

/** The newest first. */
export async function actsBefore(
  sql: Sql,
  wanted: Wanted,
  page: { before: ActPlace | undefined; limit: number },
): Promise<KeptAct[]> {
  const { index, conditions, bindings } = narrowed(wanted, page.before)
  const rows = await selectRows<ActRecord>(
    sql,
    `SELECT id, at, action, actor_id, via, account_id, room_id, subject, facts, request_id
     FROM audit_log FORCE INDEX (${index})
     WHERE ${conditions.join(' AND ')} ORDER BY at DESC, id DESC LIMIT ?`,
    [...bindings, page.limit],
  )
  return rows.map(toAct)
}

/** The most telling of what is asked for chooses the index; the rest is looked at on the way. */
function narrowed(wanted: Wanted, before: ActPlace | undefined) {
  const parts: [boolean, string, string, Binding[]][] = [
    [wanted.room !== undefined, 'audit_log_room', 'room_id = ?', [wanted.room ?? null]],
    [wanted.account !== undefined, 'audit_log_account', 'account_id = ?', [wanted.account ?? null]],
    [wanted.actor !== undefined, 'audit_log_actor', 'actor_id = ?', [wanted.actor ?? null]],
    [wanted.action !== undefined, 'audit_log_action', 'action = ?', [wanted.action ?? null]],
    [wanted.since !== undefined, 'audit_log_at', 'at >= ?', [wanted.since ?? null]],
    [wanted.until !== undefined, 'audit_log_at', 'at < ?', [wanted.until ?? null]],
    [
      before !== undefined,
      'audit_log_at',
      'at <= ? AND (at < ? OR id < ?)',
      [before?.at ?? null, before?.at ?? null, before?.id ?? null],
    ],
  ]
  const given = parts.filter(([isGiven]) => isGiven)
  return {
    index: given[0]?.[1] ?? 'audit_log_at',
    conditions: ['TRUE', ...given.map(([, , condition]) => condition)],
    bindings: given.flatMap(([, , , values]) => values),
  }
}

function toAct(row: ActRecord): KeptAct {
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    by: {
      account: row.actor_id === null ? undefined : idFromRow(row.actor_id),
      via: row.via,
      requestId: row.request_id ?? undefined,
    },
    account: row.account_id === null ? undefined : idFromRow(row.account_id),
    room: row.room_id === null ? undefined : idFromRow(row.room_id),
    subject: row.subject ?? undefined,
    facts: JSON.parse(row.facts) as Facts,
  }
}

/** By the database's clock. Answers how many. */
export function deleteActsOlder(sql: Sql, { days, limit }: { days: number; limit: number }): Promise<number> {
  return affectedRows(sql, 'DELETE FROM audit_log WHERE at < NOW(3) - INTERVAL ? DAY ORDER BY at LIMIT ?', [
    days,
    limit,
  ])
}
