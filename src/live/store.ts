import { idFromRow } from '../platform/ids.ts'
import type { AccountId } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { PlacedEvent, StoredEvent } from './event.ts'

/** The SQL of `events` and `event_relay`. */

interface EventRecord {
  id: number
  position: number
  topic: StoredEvent['topic']
  type: string
  audience: number | null
  actor: number | null
  data: string
}

const eventColumns = 'topic, type, audience, actor, data'
const rowsAtOnce = 1000

/** In this order, which is the order in which a relay finds them. */
export async function insertEvents(trx: Sql, events: readonly StoredEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += rowsAtOnce) {
    const some = events.slice(from, from + rowsAtOnce)
    const rows = some.map(() => '(?, ?, ?, ?, ?)').join(', ')
    const values = some.flatMap((event) => [
      ...[event.topic, event.type, event.audience ?? null, event.actor ?? null],
      event.data,
    ])
    await trx.raw(`INSERT INTO events (${eventColumns}) VALUES ${rows}`, values)
  }
}

/** The last position given, held against other relays until the transaction ends. */
export async function lockLastPosition(trx: Sql): Promise<number> {
  const text = 'SELECT last_position FROM event_relay WHERE id = 1 FOR UPDATE'
  return positionOf(await selectRows<{ last_position: number }>(trx, text))
}

export async function lastPosition(sql: Sql): Promise<number> {
  const text = 'SELECT last_position FROM event_relay WHERE id = 1'
  return positionOf(await selectRows<{ last_position: number }>(sql, text))
}

export async function setLastPosition(trx: Sql, position: number): Promise<void> {
  await trx.raw('UPDATE event_relay SET last_position = ? WHERE id = 1', [position])
}

/** Forgets all events, and goes on with positions so much further. */
export async function skipPositions(trx: Sql, count: number): Promise<void> {
  await trx.raw('DELETE FROM events')
  await trx.raw('UPDATE event_relay SET last_position = last_position + ? WHERE id = 1', [count])
}

export interface UnplacedEvent {
  id: number
  event: StoredEvent
}

/**
 * Committed events without a position, in the order of their ids. The ids are picked from the index alone, so that a backlog costs
 * little; the index is named because a scan of all rows by id would also give that order.
 */
export async function unplacedEvents(trx: Sql, limit: number): Promise<UnplacedEvent[]> {
  const text = `SELECT id, ${eventColumns} FROM events
    JOIN (SELECT id FROM events FORCE INDEX (events_position) WHERE position IS NULL ORDER BY id LIMIT ?) AS unplaced USING (id)
    ORDER BY id`
  const rows = await selectRows<EventRecord>(trx, text, [limit])
  return rows.map((row) => ({ id: idFromRow(row.id), event: toEvent(row) }))
}

export interface RelayBacklog {
  /** Committed events without a position. Of a long backlog at most so many are counted. */
  events: number
  oldestSeconds: number
  /** The last one given. */
  position: number
}

export async function relayBacklog(sql: Sql, most = 10_000): Promise<RelayBacklog> {
  const text = `SELECT COUNT(*) AS events, COALESCE(TIMESTAMPDIFF(SECOND, MIN(created_at), NOW(3)), 0) AS seconds
    FROM (SELECT created_at FROM events FORCE INDEX (events_position) WHERE position IS NULL ORDER BY id LIMIT ?) AS unplaced`
  const [row] = await selectRows<{ events: number; seconds: number }>(sql, text, [most])
  const position = await lastPosition(sql)
  return { events: Number(row?.events ?? 0), oldestSeconds: Math.max(0, Number(row?.seconds ?? 0)), position }
}

/** Gives the first event this position, the next one the next. */
export async function placeEvents(trx: Sql, ids: readonly number[], first: number): Promise<void> {
  const cases = ids.map(() => 'WHEN ? THEN ?').join(' ')
  const places = ids.flatMap((id, index) => [id, first + index])
  const text = `UPDATE events SET position = CASE id ${cases} END WHERE id IN (?)`
  const placed = await affectedRows(trx, text, [...places, ids])
  if (placed !== ids.length) throw new Error(`${ids.length} events were to be placed, ${placed} were`)
}

/**
 * In order. Positions have no holes: where the first is not `after + 1`, what lies between has been deleted. The index is named:
 * from far behind the range looks like the whole table, and a scan with a sort would be chosen.
 */
export async function eventsAfter(sql: Sql, after: number, limit: number): Promise<PlacedEvent[]> {
  const text = `SELECT position, ${eventColumns} FROM events FORCE INDEX (events_position)
    WHERE position > ? ORDER BY position LIMIT ?`
  const rows = await selectRows<EventRecord>(sql, text, [after, limit])
  return rows.map((row) => ({ position: idFromRow(row.position), ...toEvent(row) }))
}

/** What a hub reads. */
export interface PlacedEvents {
  last(): Promise<number>
  /** As `eventsAfter` tells them. */
  after(position: number, limit: number): Promise<PlacedEvent[]>
}

export function placedEvents(sql: Sql): PlacedEvents {
  return {
    last: () => lastPosition(sql),
    after: (position, limit) => eventsAfter(sql, position, limit),
  }
}

export async function oldestEvents(
  sql: Sql,
  options: { limit: number; keepHours: number },
): Promise<{ position: number; isOld: boolean }[]> {
  const text = `SELECT position, created_at < CURRENT_TIMESTAMP(3) - INTERVAL ? HOUR AS is_old FROM events FORCE INDEX (events_position)
    WHERE position > 0 ORDER BY position LIMIT ?`
  const rows = await selectRows<{ position: number; is_old: number }>(sql, text, [options.keepHours, options.limit])
  return rows.map((row) => ({ position: idFromRow(row.position), isOld: row.is_old === 1 }))
}

export function deleteEvents(sql: Sql, range: { from: number; to: number }): Promise<number> {
  return affectedRows(sql, 'DELETE FROM events WHERE position BETWEEN ? AND ?', [range.from, range.to])
}

function toEvent(row: EventRecord): StoredEvent {
  return {
    topic: row.topic,
    type: row.type,
    audience: row.audience === null ? undefined : idFromRow<AccountId>(row.audience),
    actor: row.actor === null ? undefined : idFromRow<AccountId>(row.actor),
    data: row.data,
  }
}

function positionOf(rows: readonly { last_position: number }[]): number {
  const [row] = rows
  if (row === undefined || !Number.isSafeInteger(row.last_position)) throw new Error('event_relay has no position')
  return row.last_position
}
