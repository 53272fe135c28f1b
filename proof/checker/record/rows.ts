import type { KeptRow } from '../contract.ts'
import type { Database } from './database.ts'

/** Usernames by account id; the room itself is null. */
export type Names = (account: number) => string | null

export async function readNames(database: Database): Promise<Names> {
  const accounts = await database.rows<{ id: number; username: string }>('SELECT id, username FROM accounts')
  const names = new Map(accounts.map(({ id, username }) => [id, username]))
  return (account) => (account === 0 ? null : (names.get(account) ?? `account ${account}`))
}

interface EntryRow {
  room_id: number
  seq: number
  epoch: number
  sender_id: number
  entry_id: string | Buffer
  kind: string | Buffer
  target_epoch: number | null
  target_seq: number | null
  payload: Buffer
}

/** The rows of these rooms, parked ones too. */
export async function readRows(database: Database, rooms: readonly string[], names: Names): Promise<KeptRow[]> {
  if (rooms.length === 0) return []
  const columns = 'room_id, seq, epoch, sender_id, entry_id, kind, target_epoch, target_seq, payload'
  const rows = await database.rows<EntryRow>(
    `SELECT ${columns} FROM messages WHERE room_id IN (?) ORDER BY room_id, seq`,
    [rooms],
  )
  const parked = await database.rows<EntryRow>(`SELECT ${columns} FROM ledger_parked WHERE room_id IN (?)`, [rooms])
  return [...rows.map((row) => keptRow(row, names, false)), ...parked.map((row) => keptRow(row, names, true))]
}

function keptRow(row: EntryRow, names: Names, isParked: boolean): KeptRow {
  return {
    room: String(row.room_id),
    seq: row.seq,
    epoch: row.epoch,
    id: row.entry_id.toString(),
    from: names(row.sender_id),
    kind: row.kind.toString(),
    body: bodyIn(row.payload.toString('utf8')),
    target: row.target_seq === null ? null : `${row.target_epoch}:${row.target_seq}`,
    isParked,
  }
}

/** What was said, of a payload that says something; undefined where there is none, or it was erased. */
export function bodyIn(payload: string): string | undefined {
  if (payload === '') return undefined
  try {
    const content: unknown = JSON.parse(payload)
    const hasBody = typeof content === 'object' && content !== null && 'body' in content
    return hasBody && typeof content.body === 'string' ? content.body : undefined
  } catch {
    // Not what anybody said: then it is compared as it is.
    return payload
  }
}
