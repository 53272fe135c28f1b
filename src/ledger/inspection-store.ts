import { idFromRow } from '../platform/ids.ts'
import type { RoomId } from '../platform/ids.ts'
import { selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Entry } from './entry.ts'

/** What is asked of `messages` and `ledger_parked` by who looks for the reason of a quarantine. */

export type InspectedEntry = Pick<Entry, 'epoch' | 'seq' | 'at' | 'sender' | 'id' | 'kind' | 'hash' | 'payload'>

/** A row as it stands, and whether an entry has erased it. */
export interface InspectedRow extends InspectedEntry {
  isErased: boolean
}

export interface ParkedEntry extends InspectedEntry {
  reason: string
}

interface InspectedRecord {
  seq: number
  epoch: number
  at: Date
  sender_id: number
  entry_id: string
  kind: string
  is_erased: number
  hash: Buffer
  payload: Buffer
}

/** In order. */
export async function rowsToInspect(
  sql: Sql,
  room: RoomId,
  range: { after: number; upTo: number; limit: number },
): Promise<InspectedRow[]> {
  const rows = await selectRows<InspectedRecord>(
    sql,
    `SELECT seq, epoch, at, sender_id, entry_id, kind, is_erased, hash, payload FROM messages FORCE INDEX (PRIMARY)
     WHERE room_id = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
    [room, range.after, range.upTo, range.limit],
  )
  return rows.map(({ at, sender_id, entry_id, is_erased, hash, ...row }) => ({
    ...row,
    at: at.getTime(),
    sender: idFromRow(sender_id),
    id: entry_id,
    isErased: is_erased === 1,
    hash: hash.toString('hex'),
  }))
}

interface ParkedRecord {
  seq: number
  epoch: number
  at: number
  sender_id: number
  entry_id: Buffer
  kind: Buffer
  hash: string
  payload: Buffer
  reason: string
}

/** With seq in `(after, upTo]`, in order. They are few: each is the trace of a fault. */
export async function parkedBetween(
  sql: Sql,
  room: RoomId,
  range: { after: number; upTo: number },
): Promise<ParkedEntry[]> {
  const rows = await selectRows<ParkedRecord>(
    sql,
    `SELECT seq, epoch, at, sender_id, entry_id, kind, hash, payload, reason FROM ledger_parked
     WHERE room_id = ? AND seq > ? AND seq <= ? ORDER BY seq, epoch`,
    [room, range.after, range.upTo],
  )
  return rows.map(({ sender_id, entry_id, kind, ...row }) => ({
    ...row,
    sender: idFromRow(sender_id),
    id: entry_id.toString(),
    kind: kind.toString(),
  }))
}
