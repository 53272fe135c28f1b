import { idFromRow } from '../platform/ids.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Acceptance, ClosingState, ClosingView } from './contract.ts'

/** The SQL of `end_room`. Due times are the database's, whatever the clocks of servers and workers say. */

export interface ClosingRow extends ClosingView {
  digest: string | undefined
  requestId: string | undefined
  receipt: string | undefined
  /** Not before it is final; later one that is lost for good has no name any more. */
  transcripts: { ndjson: string | undefined; html: string | undefined }
}

const columns = `e.room_id, e.state, e.epoch, e.last_seq, e.digest, e.parked, e.attempts, e.last_error, e.requested_by,
  e.request_id, e.requested_at, e.fenced_at, e.sealed_at, e.next_at, e.receipt, e.transcript_ndjson, e.transcript_html,
  e.accepted_by, e.accepted_at, e.accepted_note, l.stored_seq`

interface ClosingRecord {
  room_id: RoomId
  state: ClosingState
  epoch: number | null
  last_seq: number | null
  digest: string | null
  parked: number
  attempts: number
  last_error: string | null
  requested_by: number | null
  request_id: string | null
  requested_at: Date
  fenced_at: Date | null
  sealed_at: Date | null
  next_at: Date | null
  receipt: string | null
  transcript_ndjson: string | null
  transcript_html: string | null
  accepted_by: number | null
  accepted_at: Date | null
  accepted_note: string | null
  stored_seq: number
}

export async function insertClosing(
  trx: Sql,
  room: RoomId,
  request: { by: AccountId; requestId: string | undefined; nextInSeconds: number },
): Promise<void> {
  await affectedRows(
    trx,
    `INSERT INTO end_room (room_id, state, requested_by, request_id, requested_at, next_at)
     VALUES (?, 'requested', ?, ?, NOW(3), NOW(3) + INTERVAL ? SECOND)`,
    [room, request.by, request.requestId ?? null, request.nextInSeconds],
  )
}

export async function closingOf(sql: Sql, room: RoomId): Promise<ClosingRow | undefined> {
  const [row] = await selectRows<ClosingRecord>(
    sql,
    `SELECT ${columns} FROM end_room e JOIN ledgers l ON l.room_id = e.room_id WHERE e.room_id = ?`,
    [room],
  )
  return row === undefined ? undefined : toClosing(row)
}

/** Newest rooms first. */
export async function closingsBefore(
  sql: Sql,
  page: {
    before: RoomId | undefined
    limit: number
    state: ClosingState | undefined
    isAccepted: boolean | undefined
  },
): Promise<ClosingRow[]> {
  const accepted = page.isAccepted === undefined ? null : Number(page.isAccepted)
  const index = page.state === undefined ? 'PRIMARY' : 'end_room_state'
  const rows = await selectRows<ClosingRecord>(
    sql,
    `SELECT ${columns} FROM end_room e FORCE INDEX (${index}) STRAIGHT_JOIN ledgers l ON l.room_id = e.room_id
     WHERE e.room_id < ? ${page.state === undefined ? '' : 'AND e.state = ?'}
       AND (? IS NULL OR (e.accepted_at IS NOT NULL) = ?) ORDER BY e.room_id DESC LIMIT ?`,
    [
      ...[page.before ?? Number.MAX_SAFE_INTEGER, ...(page.state === undefined ? [] : [page.state])],
      ...[accepted, accepted, page.limit],
    ],
  )
  return rows.map(toClosing)
}

function toClosing(row: ClosingRecord): ClosingRow {
  return {
    room: row.room_id,
    state: row.state,
    epoch: row.epoch ?? undefined,
    lastSeq: row.last_seq ?? undefined,
    digest: row.digest ?? undefined,
    storedSeq: row.stored_seq,
    parked: row.parked,
    attempts: row.attempts,
    lastError: row.last_error ?? undefined,
    requestedBy: (row.requested_by ?? undefined) as AccountId | undefined,
    requestId: row.request_id ?? undefined,
    requestedAt: row.requested_at,
    fencedAt: row.fenced_at ?? undefined,
    sealedAt: row.sealed_at ?? undefined,
    nextAt: row.next_at ?? undefined,
    acceptance: acceptanceIn(row),
    receipt: row.receipt ?? undefined,
    transcripts: { ndjson: row.transcript_ndjson ?? undefined, html: row.transcript_html ?? undefined },
  }
}

function acceptanceIn({ accepted_by, accepted_at, accepted_note }: ClosingRecord): Acceptance | undefined {
  if (accepted_by === null || accepted_at === null) return undefined
  return { by: idFromRow(accepted_by), at: accepted_at, note: accepted_note ?? '' }
}

/** Who asked for the closing, and the database's time in ms. */
export async function requesterOf(trx: Sql, room: RoomId): Promise<{ account: AccountId | undefined; now: number }> {
  const [row] = await selectRows<{ account: AccountId | null; now: Date }>(
    trx,
    'SELECT NOW(3) AS now, (SELECT requested_by FROM end_room WHERE room_id = ?) AS account',
    [room],
  )
  if (row === undefined) throw new Error('the database did not tell the time')
  return { account: row.account ?? undefined, now: row.now.getTime() }
}

export interface Fence {
  epoch: number
  lastSeq: number
  digest: string
}

/** Up to where the closing was answered in an epoch; 0 if its fence does not stand in it. */
export async function fencedSeq(trx: Sql, room: RoomId, epoch: number): Promise<number> {
  const [row] = await selectRows<{ last_seq: number }>(
    trx,
    'SELECT last_seq FROM end_room WHERE room_id = ? AND epoch = ?',
    [room, epoch],
  )
  return row?.last_seq ?? 0
}

/** Within a transaction that holds the ledger's row. Only the first fence counts; true if this one was it. */
export async function fenceRequested(trx: Sql, room: RoomId, fence: Fence): Promise<boolean> {
  const changed = await affectedRows(
    trx,
    `UPDATE end_room SET state = 'fenced', epoch = ?, last_seq = ?, count = ?, digest = ?, fenced_at = NOW(3)
     WHERE room_id = ? AND state = 'requested'`,
    [fence.epoch, fence.lastSeq, fence.lastSeq, fence.digest, room],
  )
  return changed === 1
}

/** An epoch change knows better than any earlier fence, as long as the closing is not final. */
export async function fenceByEpochChange(trx: Sql, room: RoomId, fence: Fence): Promise<void> {
  await affectedRows(
    trx,
    `UPDATE end_room SET state = 'fenced', epoch = ?, last_seq = ?, count = ?, digest = ?,
       fenced_at = COALESCE(fenced_at, NOW(3))
     WHERE room_id = ? AND state IN ('requested', 'fenced', 'draining', 'verifying')`,
    [fence.epoch, fence.lastSeq, fence.lastSeq, fence.digest, room],
  )
}

/** Moves a closing on if it still is in one of the states it may come from. */
export async function moveClosing(
  sql: Sql,
  room: RoomId,
  from: readonly ClosingState[],
  to: ClosingState,
): Promise<boolean> {
  const changed = await sql('end_room')
    .where({ room_id: room })
    .whereIn('state', [...from, to])
    .update({ state: to })
  return changed === 1
}

export interface FinalClosing {
  state: 'sealed' | 'suspect' | 'quarantined'
  fence: Fence
  parked: number
  receipt: string
  transcripts: { ndjson: string; html: string }
  lastError: string | undefined
}

/** The last step but one, by compare-and-set: only from *verifying*, and only if what was verified is still what was fenced. */
export async function finishClosing(trx: Sql, room: RoomId, final: FinalClosing): Promise<boolean> {
  const changed = await affectedRows(
    trx,
    `UPDATE end_room SET state = ?, parked = ?, \`stored\` = last_seq, receipt = ?, transcript_ndjson = ?, transcript_html = ?,
       last_error = ?, next_at = NOW(3) + INTERVAL 30 SECOND, sealed_at = NOW(3)
     WHERE room_id = ? AND state = 'verifying' AND epoch = ? AND last_seq = ? AND digest = ?`,
    [
      ...[final.state, final.parked, final.receipt, final.transcripts.ndjson, final.transcripts.html],
      ...[final.lastError?.slice(0, 500) ?? null, room, final.fence.epoch, final.fence.lastSeq, final.fence.digest],
    ],
  )
  return changed === 1
}

/** Nothing is left to do for a final closing: Redis has let go of the room. */
export async function settleClosing(sql: Sql, room: RoomId): Promise<void> {
  await sql('end_room').where({ room_id: room }).whereIn('state', finalStates).update({ next_at: null })
}

const finalStates: readonly ClosingState[] = ['sealed', 'suspect', 'quarantined']

/** All but *sealed*, which is where every room ends. Of the quarantined ones those that somebody lets be are told apart, as `accepted`. */
const watchedStates = ['requested', 'fenced', 'draining', 'verifying', 'suspect', 'quarantined', 'accepted'] as const

export interface WaitingClosings {
  state: (typeof watchedStates)[number]
  count: number
  /** Since the first of them was asked for; 0 when there is none. */
  oldestSeconds: number
}

/** How many closings are in each state but the usual last one. Of each at most so many are counted, those of the oldest rooms. */
export async function waitingClosings(sql: Sql, most = 10_000): Promise<WaitingClosings[]> {
  const text = `SELECT COUNT(*) AS closings, COALESCE(TIMESTAMPDIFF(SECOND, MIN(requested_at), NOW(3)), 0) AS seconds
    FROM (SELECT requested_at FROM end_room FORCE INDEX (end_room_state)
      WHERE state = ? AND (accepted_at IS NOT NULL) = ? ORDER BY room_id LIMIT ?) AS some`
  const waiting: WaitingClosings[] = []
  for (const state of watchedStates) {
    const asked = state === 'accepted' ? (['quarantined', 1] as const) : ([state, 0] as const)
    const [row] = await selectRows<{ closings: number; seconds: number }>(sql, text, [...asked, most])
    waiting.push({ state, count: row?.closings ?? 0, oldestSeconds: Math.max(0, row?.seconds ?? 0) })
  }
  return waiting
}

/** Takes closings with work left that are due, and leases them, so that other sweepers leave them alone for a while. */
export async function leaseDueClosings(
  trx: Sql,
  lease: { limit: number; seconds: number },
): Promise<{ room: RoomId; requestId: string | undefined }[]> {
  const rows = await selectRows<{ room_id: RoomId; request_id: string | null }>(
    trx,
    `SELECT room_id, request_id FROM end_room WHERE next_at <= NOW(3) ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED`,
    [lease.limit],
  )
  const rooms = rows.map((row) => row.room_id)
  if (rooms.length > 0) {
    await affectedRows(trx, 'UPDATE end_room SET next_at = NOW(3) + INTERVAL ? SECOND WHERE room_id IN (?)', [
      lease.seconds,
      rooms,
    ])
  }
  return rows.map((row) => ({ room: row.room_id, requestId: row.request_id ?? undefined }))
}

/** Of a closing that is final already only the clean-up failed: the sweepers come back to that by themselves. */
export async function recordFailedAttempt(
  sql: Sql,
  room: RoomId,
  failure: { error: string; firstWaitSeconds: number },
): Promise<void> {
  await affectedRows(
    sql,
    `UPDATE end_room SET attempts = attempts + 1, last_error = ?,
       next_at = NOW(3) + INTERVAL LEAST(300, ? * POW(2, LEAST(attempts, 10))) SECOND
     WHERE room_id = ? AND state IN ('requested', 'fenced', 'draining', 'verifying')`,
    [failure.error.slice(0, 500), failure.firstWaitSeconds, room],
  )
}

/** Closings that are not final have no fence any more: it is put up anew behind the rows that there are. When it first stood stays on record. */
export async function takeFencesDown(trx: Sql): Promise<void> {
  await affectedRows(
    trx,
    `UPDATE end_room SET state = 'requested', epoch = NULL, last_seq = NULL, count = NULL, digest = NULL, attempts = 0,
       last_error = NULL, next_at = NOW(3)
     WHERE state IN ('requested', 'fenced', 'draining', 'verifying')`,
  )
}

/** Names of the transcripts of closings, in the order of their rooms. */
export async function transcriptNames(
  sql: Sql,
  after: RoomId,
  limit: number,
): Promise<{ room: RoomId; names: string[] }[]> {
  const rows = await selectRows<Pick<ClosingRecord, 'room_id' | 'transcript_ndjson' | 'transcript_html'>>(
    sql,
    `SELECT room_id, transcript_ndjson, transcript_html FROM end_room
     WHERE room_id > ? AND (transcript_ndjson IS NOT NULL OR transcript_html IS NOT NULL) ORDER BY room_id LIMIT ?`,
    [after, limit],
  )
  return rows.map((row) => ({
    room: row.room_id,
    names: [row.transcript_ndjson, row.transcript_html].filter((name) => name !== null),
  }))
}

/** A page that was written anew has another name where another version draws it. Nothing, where it has got another one since. */
export async function renamePage(sql: Sql, room: RoomId, page: { from: string; to: string }): Promise<void> {
  await affectedRows(sql, 'UPDATE end_room SET transcript_html = ? WHERE room_id = ? AND transcript_html = ?', [
    ...[page.to, room, page.from],
  ])
}

/** Takes the name of a transcript out that is lost for good; of another one nothing. */
export async function forgetTranscript(trx: Sql, room: RoomId, name: string): Promise<void> {
  await affectedRows(
    trx,
    `UPDATE end_room SET transcript_ndjson = NULLIF(transcript_ndjson, ?), transcript_html = NULLIF(transcript_html, ?)
     WHERE room_id = ?`,
    [name, name, room],
  )
}

/** Leads a quarantined closing back. The ledger's row must be led back in the same transaction. */
export async function reopenQuarantined(trx: Sql, room: RoomId): Promise<boolean> {
  const changed = await affectedRows(
    trx,
    `UPDATE end_room SET state = 'draining', next_at = NOW(3), last_error = NULL, sealed_at = NULL,
       accepted_by = NULL, accepted_at = NULL, accepted_note = NULL
     WHERE room_id = ? AND state = 'quarantined'`,
    [room],
  )
  return changed === 1
}

/** Makes a closing due that is not final. False if it is, or if there is none. */
export async function hurryClosing(trx: Sql, room: RoomId): Promise<boolean> {
  const changed = await affectedRows(
    trx,
    `UPDATE end_room SET next_at = NOW(3)
     WHERE room_id = ? AND state IN ('requested', 'fenced', 'draining', 'verifying')`,
    [room],
  )
  return changed === 1
}

/** Writes down that somebody lets a quarantined closing be; only the first time. Its state and its receipt stay what they are. */
export async function markAccepted(
  trx: Sql,
  room: RoomId,
  { by, note }: { by: AccountId; note: string },
): Promise<boolean> {
  const changed = await affectedRows(
    trx,
    `UPDATE end_room SET accepted_by = ?, accepted_at = NOW(3), accepted_note = ?
     WHERE room_id = ? AND state = 'quarantined' AND accepted_at IS NULL`,
    [by, note, room],
  )
  return changed === 1
}
