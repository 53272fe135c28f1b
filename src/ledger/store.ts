import { chunksOf } from '../platform/chunks.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { systemSender } from './entry.ts'
import type { Entry, Place } from './entry.ts'

/**
 * The SQL of `messages`. The rows of rooms are in ledger-store.ts, closings in closing-store.ts, epochs and witnesses in record-store.ts.
 *
 * Whatever does not ask for one row by its place names its index: by the statistics of a table that grows all the time, a database may come to
 * read a whole room for a page of it.
 */

/** Inserts in one statement. Never IGNORE or REPLACE: a row that does not fit must be refused, not cut. */
export async function insertEntries(trx: Sql, room: RoomId, entries: readonly Entry[]): Promise<void> {
  const rows = entries.map((entry) => [
    ...[room, entry.seq, entry.epoch, new Date(entry.at), entry.sender, entry.id, entry.kind],
    ...[entry.target?.epoch ?? null, entry.target?.seq ?? null, entry.erases ? 1 : 0],
    ...[Buffer.from(entry.hash, 'hex'), entry.payload],
  ])
  await affectedRows(
    trx,
    `INSERT INTO messages (room_id, seq, epoch, at, sender_id, entry_id, kind, target_epoch, target_seq, erases, hash, payload)
     VALUES ?`,
    [rows],
  )
}

/** The entry takes the row that the system keeps for it. Refused like an insert, and then nothing has changed. */
export async function replaceUnreadable(trx: Sql, room: RoomId, entry: Entry): Promise<void> {
  await affectedRows(
    trx,
    `UPDATE messages SET sender_id = ?, entry_id = ?, kind = ?, target_epoch = ?, target_seq = ?, erases = ?, is_erased = ?,
       hash = ?, payload = ?
     WHERE room_id = ? AND seq = ? AND epoch = ? AND kind = 'unreadable'`,
    [
      ...[entry.sender, entry.id, entry.kind, entry.target?.epoch ?? null, entry.target?.seq ?? null],
      ...[entry.erases ? 1 : 0, entry.payload.length === 0 ? 1 : 0, Buffer.from(entry.hash, 'hex'), entry.payload],
      ...[room, entry.seq, entry.epoch],
    ],
  )
}

/**
 * Empties the payloads of some entries and of what amends them; hashes stay, so that digests still hold. A seq is looked for by
 * the index, its epoch says whether it is the entry that was meant: that one may have been lost and its seq given anew.
 */
export async function eraseTargets(trx: Sql, room: RoomId, targets: readonly Place[]): Promise<void> {
  if (targets.length === 0) return
  const seqs = targets.map(({ seq }) => seq)
  const pairs = targets.map(() => '(?,?)').join(',')
  const places = targets.flatMap(({ epoch, seq }) => [epoch, seq])
  await affectedRows(
    trx,
    `UPDATE messages FORCE INDEX (PRIMARY) SET payload = '', is_erased = 1
     WHERE room_id = ? AND erases = 0 AND is_erased = 0 AND seq IN (?) AND (epoch, seq) IN (${pairs})`,
    [room, seqs, ...places],
  )
  await affectedRows(
    trx,
    `UPDATE messages FORCE INDEX (messages_target) SET payload = '', is_erased = 1
     WHERE room_id = ? AND erases = 0 AND is_erased = 0 AND target_seq IN (?) AND (target_epoch, target_seq) IN (${pairs})`,
    [room, seqs, ...places],
  )
  await affectedRows(
    trx,
    `UPDATE ledger_parked FORCE INDEX (ledger_parked_once) SET payload = ''
     WHERE room_id = ? AND epoch IN (?) AND seq IN (?) AND (epoch, seq) IN (${pairs})`,
    [room, targets.map(({ epoch }) => epoch), seqs, ...places],
  )
}

/** Those of the given entries whose payload is erased. */
export async function erasedAmong(trx: Sql, room: RoomId, places: readonly Place[]): Promise<Place[]> {
  if (places.length === 0) return []
  return selectRows<Place>(
    trx,
    `SELECT epoch, seq FROM messages FORCE INDEX (PRIMARY)
     WHERE room_id = ? AND seq IN (?) AND is_erased = 1 AND (epoch, seq) IN (${places.map(() => '(?,?)').join(',')})`,
    [room, places.map(({ seq }) => seq), ...places.flatMap(({ epoch, seq }) => [epoch, seq])],
  )
}

/** Of a thousand values, two an id, MariaDB makes a subquery, which knows no index. */
const idsAtOnce = 400

/** Where the given ids were first kept, keyed `sender:id`; parked entries count. One statement for hundreds: a busy room may ask this for every batch. */
export async function placesOfIds(
  sql: Sql,
  room: RoomId,
  ids: readonly { sender: AccountId; id: string }[],
): Promise<Map<string, { place: Place; at: number }>> {
  const places = new Map<string, { place: Place; at: number }>()
  for (const some of chunksOf(ids, idsAtOnce)) {
    const pairs = some.map(() => '(?,?)').join(',')
    const bindings = [room, ...some.flatMap(({ sender, id }) => [sender, id])]
    const rows = await selectRows<PlaceRecord>(
      sql,
      `SELECT sender_id, entry_id, epoch, seq, NULL AS stored_at, at AS parked_at FROM ledger_parked
       WHERE room_id = ? AND (sender_id, entry_id) IN (${pairs})
       UNION ALL SELECT sender_id, entry_id, epoch, seq, at, NULL FROM messages FORCE INDEX (messages_once)
       WHERE room_id = ? AND (sender_id, entry_id) IN (${pairs})`,
      [...bindings, ...bindings],
    )
    for (const row of rows) places.set(`${row.sender_id}:${row.entry_id.toString()}`, placeOf(row))
  }
  return places
}

interface PlaceRecord {
  sender_id: number
  entry_id: Buffer | string
  epoch: number
  seq: number
  stored_at: Date | null
  parked_at: number | null
}

function placeOf({ epoch, seq, stored_at, parked_at }: PlaceRecord): { place: Place; at: number } {
  return { place: { epoch, seq }, at: stored_at?.getTime() ?? parked_at ?? 0 }
}

/** Everybody who said something in a room, what is parked included, in no order; the system is nobody. */
export async function sendersOf(sql: Sql, room: RoomId): Promise<AccountId[]> {
  const rows = await selectRows<{ sender_id: AccountId }>(
    sql,
    `SELECT DISTINCT sender_id FROM messages FORCE INDEX (messages_once) WHERE room_id = ?
     UNION SELECT DISTINCT sender_id FROM ledger_parked WHERE room_id = ?`,
    [room, room],
  )
  return rows.map((row) => row.sender_id).filter((sender) => sender !== systemSender)
}

const entryColumns = 'seq, epoch, at, sender_id, entry_id, kind, target_epoch, target_seq, erases, hash, payload'

interface EntryRecord {
  seq: number
  epoch: number
  at: Date
  sender_id: number
  entry_id: string
  kind: string
  target_epoch: number | null
  target_seq: number | null
  erases: number
  hash: Buffer
  payload: Buffer
}

/** In order, seq in `(after, upTo]`. Here and below nothing is asked about where no row can be. */
export async function entriesBetween(
  sql: Sql,
  room: RoomId,
  range: { after: number; upTo: number; limit: number },
): Promise<Entry[]> {
  if (range.after >= range.upTo) return []
  const rows = await selectRows<EntryRecord>(
    sql,
    `SELECT ${entryColumns} FROM messages FORCE INDEX (PRIMARY)
     WHERE room_id = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
    [room, range.after, range.upTo, range.limit],
  )
  return rows.map(toEntry)
}

/** Entries without target below a seq, newest first: index `messages_target` holds them in this order. */
export async function messagesBefore(sql: Sql, room: RoomId, seq: number, limit: number): Promise<Entry[]> {
  if (seq <= 1) return []
  const rows = await selectRows<EntryRecord>(
    sql,
    `SELECT ${entryColumns} FROM messages FORCE INDEX (messages_target)
     WHERE room_id = ? AND target_seq IS NULL AND seq < ? ORDER BY seq DESC LIMIT ?`,
    [room, seq, limit],
  )
  return rows.map(toEntry)
}

/** Entries without target in `(after, upTo]`, oldest first. */
export async function messagesAfter(
  sql: Sql,
  room: RoomId,
  range: { after: number; upTo: number; limit: number },
): Promise<Entry[]> {
  if (range.after >= range.upTo) return []
  const rows = await selectRows<EntryRecord>(
    sql,
    `SELECT ${entryColumns} FROM messages FORCE INDEX (messages_target)
     WHERE room_id = ? AND target_seq IS NULL AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
    [room, range.after, range.upTo, range.limit],
  )
  return rows.map(toEntry)
}

/** What amends the given entries, in order, up to a seq. It stands behind what it amends. */
export async function amendmentsOf(sql: Sql, room: RoomId, targets: readonly number[], upTo: number): Promise<Entry[]> {
  if (targets.every((target) => target >= upTo)) return []
  const rows = await selectRows<EntryRecord>(
    sql,
    `SELECT ${entryColumns} FROM messages FORCE INDEX (messages_target)
     WHERE room_id = ? AND target_seq IN (?) AND seq <= ? ORDER BY seq`,
    [room, targets as number[], upTo],
  )
  return rows.map(toEntry)
}

function toEntry(row: EntryRecord): Entry {
  const hasTarget = row.target_seq !== null && row.target_epoch !== null
  return {
    epoch: row.epoch,
    seq: row.seq,
    at: row.at.getTime(),
    sender: row.sender_id as AccountId,
    id: row.entry_id,
    kind: row.kind,
    target: hasTarget ? { epoch: row.target_epoch as number, seq: row.target_seq as number } : undefined,
    erases: row.erases === 1,
    hash: row.hash.toString('hex'),
    payload: row.payload,
  }
}
