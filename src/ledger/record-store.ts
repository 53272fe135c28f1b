import type { AccountId, RoomId } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Entry, Place } from './entry.ts'

/** The SQL of what the ledger keeps beside the entries: epochs, witnesses, parked entries, checkpoints, keys. */

/** Why an epoch ended. */
export type EpochCause = 'restart' | 'rollback' | 'absent' | 'sleep' | 'repair' | 'closed' | 'restored'

export interface EpochEnd {
  epoch: number
  /** First and last seq that were kept; `lastSeq = firstSeq - 1` for an epoch without entries. */
  firstSeq: number
  lastSeq: number
  digest: string
  cause: EpochCause
  /** Sequence numbers that were, or may have been, acknowledged and lost. */
  suspect: { from: number; to: number } | undefined
  endedAt: Date
}

interface EpochRecord {
  epoch: number
  first_seq: number
  last_seq: number
  digest: string
  cause: EpochCause
  suspect_from: number | null
  suspect_to: number | null
  ended_at: Date
}

export async function insertEpochEnd(trx: Sql, room: RoomId, end: Omit<EpochEnd, 'endedAt'>): Promise<void> {
  await trx('ledger_epochs').insert({
    room_id: room,
    epoch: end.epoch,
    first_seq: end.firstSeq,
    last_seq: end.lastSeq,
    digest: end.digest,
    cause: end.cause,
    suspect_from: end.suspect?.from ?? null,
    suspect_to: end.suspect?.to ?? null,
    ended_at: trx.raw('NOW(3)'),
  })
}

export async function epochEnds(sql: Sql, room: RoomId): Promise<EpochEnd[]> {
  const rows = await selectRows<EpochRecord>(
    sql,
    `SELECT epoch, first_seq, last_seq, digest, cause, suspect_from, suspect_to, ended_at
     FROM ledger_epochs WHERE room_id = ? ORDER BY epoch`,
    [room],
  )
  return rows.map(toEpochEnd)
}

export async function epochEnd(sql: Sql, room: RoomId, epoch: number): Promise<EpochEnd | undefined> {
  const [row] = await selectRows<EpochRecord>(
    sql,
    `SELECT epoch, first_seq, last_seq, digest, cause, suspect_from, suspect_to, ended_at
     FROM ledger_epochs WHERE room_id = ? AND epoch = ?`,
    [room, epoch],
  )
  return row === undefined ? undefined : toEpochEnd(row)
}

/** Milliseconds since the newest epoch of the room ended, by the database's clock; undefined if none has. */
export async function msSinceLastEpochEnd(sql: Sql, room: RoomId): Promise<number | undefined> {
  const [row] = await selectRows<{ ms: number | null }>(
    sql,
    'SELECT CAST(TIMESTAMPDIFF(MICROSECOND, MAX(ended_at), NOW(3)) / 1000 AS SIGNED) AS ms FROM ledger_epochs WHERE room_id = ?',
    [room],
  )
  return row?.ms ?? undefined
}

export async function setSuspect(
  sql: Sql,
  room: RoomId,
  epoch: number,
  suspect: { from: number; to: number },
): Promise<void> {
  await sql('ledger_epochs')
    .where({ room_id: room, epoch })
    .update({ suspect_from: suspect.from, suspect_to: suspect.to })
}

function toEpochEnd(row: EpochRecord): EpochEnd {
  const isSuspect = row.suspect_from !== null && row.suspect_to !== null
  return {
    epoch: row.epoch,
    firstSeq: row.first_seq,
    lastSeq: row.last_seq,
    digest: row.digest,
    cause: row.cause,
    suspect: isSuspect ? { from: row.suspect_from as number, to: row.suspect_to as number } : undefined,
    endedAt: row.ended_at,
  }
}

/** Records, in one statement, up to where a server has acknowledged each room. */
export async function recordAcked(
  sql: Sql,
  server: string,
  acked: readonly { room: RoomId; place: Place }[],
): Promise<void> {
  await sql.raw(
    `INSERT INTO ledger_acked (room_id, server, epoch, seq) VALUES ${acked.map(() => '(?,?,?,?)').join(',')}
     ON DUPLICATE KEY UPDATE seq = GREATEST(seq, VALUES(seq))`,
    acked.flatMap(({ room, place }) => [room, server, place.epoch, place.seq]),
  )
}

/** The highest seq that any server acknowledged in each epoch of a room. */
export async function ackedByEpoch(sql: Sql, room: RoomId): Promise<Map<number, number>> {
  const rows = await selectRows<{ epoch: number; seq: number }>(
    sql,
    'SELECT epoch, MAX(seq) AS seq FROM ledger_acked WHERE room_id = ? GROUP BY epoch',
    [room],
  )
  return new Map(rows.map((row) => [row.epoch, row.seq]))
}

export async function deleteWitnesses(sql: Sql, room: RoomId): Promise<void> {
  await sql('ledger_acked').where({ room_id: room }).delete()
}

/** The epoch in which each room stands that is not final ends where its rows end. */
export async function endAllEpochs(trx: Sql, cause: EpochCause): Promise<void> {
  await affectedRows(
    trx,
    `INSERT INTO ledger_epochs (room_id, epoch, first_seq, last_seq, digest, cause, ended_at)
     SELECT l.room_id, l.epoch, COALESCE(e.last_seq, 0) + 1, l.stored_seq, l.stored_digest, ?, NOW(3)
     FROM ledgers l
     LEFT JOIN (SELECT room_id, MAX(last_seq) AS last_seq FROM ledger_epochs GROUP BY room_id) e ON e.room_id = l.room_id
     WHERE l.state <> 'closed' AND l.epoch > 0`,
    [cause],
  )
}

/** Witnesses, of the epochs in which rooms stand that are not final, of what came after their rows. */
export async function deleteWitnessesBehindRows(trx: Sql): Promise<void> {
  await affectedRows(
    trx,
    `DELETE a FROM ledger_acked a JOIN ledgers l ON l.room_id = a.room_id
     WHERE l.state <> 'closed' AND a.epoch = l.epoch AND a.seq > l.stored_seq`,
  )
}

export interface Parked {
  epoch: number
  seq: number
  at: number
  sender: AccountId
  id: string
  kind: string
  hash: string
  reason: string
}

/** Puts an entry aside that cannot stand in `messages`; repeatable. */
export async function insertParked(trx: Sql, room: RoomId, entry: Entry, reason: string): Promise<void> {
  await affectedRows(
    trx,
    `INSERT INTO ledger_parked
       (room_id, epoch, seq, at, sender_id, entry_id, kind, target_epoch, target_seq, erases, hash, payload, reason)
     VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON DUPLICATE KEY UPDATE id = id`,
    [
      ...[room, entry.epoch, entry.seq, entry.at, entry.sender, Buffer.from(entry.id), Buffer.from(entry.kind)],
      ...[entry.target?.epoch ?? null, entry.target?.seq ?? null, entry.erases ? 1 : 0],
      ...[entry.hash, entry.payload, reason.slice(0, 500)],
    ],
  )
}

export async function parkedOf(sql: Sql, room: RoomId): Promise<Parked[]> {
  const rows = await selectRows<{
    epoch: number
    seq: number
    at: number
    sender_id: number
    entry_id: Buffer
    kind: Buffer
    hash: string
    reason: string
  }>(
    sql,
    'SELECT epoch, seq, at, sender_id, entry_id, kind, hash, reason FROM ledger_parked WHERE room_id = ? ORDER BY epoch, seq',
    [room],
  )
  return rows.map(({ sender_id, entry_id, kind, ...row }) => ({
    ...row,
    sender: sender_id as AccountId,
    id: entry_id.toString(),
    kind: kind.toString(),
  }))
}

/** Those of the parked entries whose seq is kept for them by a row of the system, in order, as they were. Locks them. */
export async function parkedInPlace(trx: Sql, room: RoomId): Promise<Entry[]> {
  const rows = await selectRows<{
    epoch: number
    seq: number
    at: number
    sender_id: number
    entry_id: Buffer
    kind: Buffer
    target_epoch: number | null
    target_seq: number | null
    erases: number
    hash: string
    payload: Buffer
  }>(
    trx,
    `SELECT p.epoch, p.seq, p.at, p.sender_id, p.entry_id, p.kind, p.target_epoch, p.target_seq, p.erases, p.hash, p.payload
     FROM ledger_parked p FORCE INDEX (ledger_parked_once)
     STRAIGHT_JOIN messages m FORCE INDEX (PRIMARY) ON m.room_id = p.room_id AND m.seq = p.seq AND m.epoch = p.epoch AND m.kind = 'unreadable'
     WHERE p.room_id = ? ORDER BY p.seq FOR UPDATE`,
    [room],
  )
  return rows.map(({ sender_id, entry_id, target_epoch, target_seq, erases, ...row }) => ({
    ...row,
    sender: sender_id as AccountId,
    id: entry_id.toString(),
    kind: row.kind.toString(),
    target: target_epoch === null || target_seq === null ? undefined : { epoch: target_epoch, seq: target_seq },
    erases: erases === 1,
  }))
}

export async function deleteParked(trx: Sql, room: RoomId, place: Place): Promise<void> {
  await trx('ledger_parked').where({ room_id: room, epoch: place.epoch, seq: place.seq }).delete()
}

export async function insertKey(sql: Sql, kid: string, jwk: string): Promise<void> {
  await sql('ledger_keys').insert({ kid, jwk }).onConflict('kid').merge(['jwk'])
}

/** Public keys that ever signed, oldest first. */
export async function publicKeys(sql: Sql): Promise<string[]> {
  const rows = await selectRows<{ jwk: string }>(sql, 'SELECT jwk FROM ledger_keys ORDER BY first_used_at, kid')
  return rows.map((row) => row.jwk)
}

/** Keeps a signed checkpoint and moves the ledger's mark to it. */
export async function insertCheckpoint(
  trx: Sql,
  room: RoomId,
  checkpoint: { firstSeq: number; lastSeq: number; receipt: string },
): Promise<void> {
  await trx('ledger_checkpoints').insert({
    room_id: room,
    first_seq: checkpoint.firstSeq,
    last_seq: checkpoint.lastSeq,
    receipt: checkpoint.receipt,
  })
}
