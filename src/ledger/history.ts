import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import * as buffer from './buffer.ts'
import type { Peek } from './buffer.ts'
import type { Entry, Place } from './entry.ts'
import { NoSuchLedger } from './epochs.ts'
import type { Epochs } from './epochs.ts'
import { withoutErased } from './erasing.ts'
import type { Head, Item, ItemPage, ResumeAnswer } from './contract.ts'
import { epochEnd } from './record-store.ts'
import { ledgerOf } from './ledger-store.ts'
import { readableRows } from './readable.ts'
import { amendmentsOf, entriesBetween, messagesAfter, messagesBefore } from './store.ts'

export interface HistoryParts {
  sql: Sql
  redis: Redis
  epochs: Epochs
  /** Entries that a resume replays at most. */
  resumeMaxEntries: number
}

const sliceEntries = 500

/** The part of a room that Redis holds at one moment. `entries` begin right above `base`, where MySQL ends. */
interface Snapshot {
  head: Head
  base: number
  entries: Entry[]
}

/**
 * Redis first, then MySQL for what is at or below the base that Redis named: what has left the buffer is committed, so the
 * two together have no hole.
 */
async function peekRoom(parts: HistoryParts, room: RoomId, slice: { after: number; limit: number }): Promise<Snapshot> {
  for (;;) {
    const peek = await buffer.peek(parts.redis, room, slice)
    if (peek.type === 'ok') return { head: headOf(peek), base: peek.base, entries: peek.entries }
    const row = await ledgerOf(parts.sql, room)
    if (row === undefined) throw new NoSuchLedger(`room ${room} has no ledger`)
    if (row.state === 'closed') {
      const head: Head = { epoch: row.epoch, seq: row.storedSeq, state: 'closed', storedSeq: row.storedSeq }
      return { head, base: row.storedSeq, entries: [] }
    }
    await parts.epochs.change(room)
  }
}

function headOf(peek: Peek): Head {
  return { epoch: peek.epoch, seq: peek.head, state: peek.state, storedSeq: peek.base }
}

export async function headOfRoom(parts: HistoryParts, room: RoomId): Promise<Head> {
  return (await peekRoom(parts, room, { after: 0, limit: 0 })).head
}

interface Range {
  after: number
  upTo: number
  limit: number
}

/** Every entry with seq in `(after, upTo]`, at most `limit`, in order, as it happened: what is deleted may still be in it. */
export async function entriesOf(parts: HistoryParts, room: RoomId, range: Range): Promise<Entry[]> {
  const entries: Entry[] = []
  while (entries.length < range.limit) {
    const after = entries.at(-1)?.seq ?? range.after
    const next = await sliceAfter(parts, room, { ...range, after, limit: range.limit - entries.length })
    if (next.length === 0) break
    entries.push(...next)
  }
  return entries
}

async function sliceAfter(parts: HistoryParts, room: RoomId, range: Range): Promise<Entry[]> {
  if (range.after >= range.upTo) return []
  const limit = Math.min(range.limit, sliceEntries)
  const snapshot = await peekRoom(parts, room, { after: range.after, limit })
  if (range.after >= snapshot.base) return snapshot.entries.filter((entry) => entry.seq <= range.upTo)
  const upTo = Math.min(range.upTo, snapshot.base)
  return readableRows(await entriesBetween(parts.sql, room, { after: range.after, upTo, limit }))
}

/**
 * The same entries for those who come later: without what is deleted by now, wherever the deletion stands. Rows up to the base are
 * erased with the deletions among them, so only the rest of the buffer can know of others.
 */
export async function readableEntriesOf(parts: HistoryParts, room: RoomId, range: Range): Promise<Entry[]> {
  const snapshot = await wholeBuffer(parts, room, range.after)
  const upTo = Math.min(range.upTo, snapshot.base)
  const stored = readableRows(await entriesBetween(parts.sql, room, { ...range, upTo }))
  const buffered = snapshot.entries.filter((entry) => entry.seq > range.after && entry.seq <= range.upTo)
  return withoutErased([...stored, ...buffered].slice(0, range.limit), [...stored, ...snapshot.entries])
}

export async function entryAt(parts: HistoryParts, room: RoomId, place: Place): Promise<Entry | undefined> {
  const [entry] = await entriesOf(parts, room, { after: place.seq - 1, upTo: place.seq, limit: 1 })
  return entry?.epoch === place.epoch ? entry : undefined
}

/** A page of messages with what amends them, from buffer and rows as one sequence. */
export async function itemsOf(
  parts: HistoryParts,
  room: RoomId,
  page: { before: number; limit: number } | { after: number; limit: number },
): Promise<ItemPage> {
  const snapshot = await wholeBuffer(parts, room)
  const found =
    'before' in page ? await pageBefore(parts, room, snapshot, page) : await pageAfter(parts, room, snapshot, page)
  const messages = found.slice(0, page.limit).toSorted((a, b) => a.seq - b.seq)
  return {
    items: await withAmendments(parts, room, snapshot, messages),
    hasMore: found.length > page.limit,
    head: snapshot.head,
  }
}

/** Newest first, one more than the page holds if there is one. */
async function pageBefore(
  parts: HistoryParts,
  room: RoomId,
  snapshot: Snapshot,
  page: { before: number; limit: number },
): Promise<Entry[]> {
  const buffered = snapshot.entries
    .filter((entry) => entry.target === undefined && entry.seq < page.before)
    .toReversed()
  if (buffered.length > page.limit) return buffered.slice(0, page.limit + 1)
  const below = Math.min(page.before, snapshot.base + 1)
  const stored = await messagesBefore(parts.sql, room, below, page.limit + 1 - buffered.length)
  return [...buffered, ...readableRows(stored)]
}

/** Oldest first, one more than the page holds if there is one. */
async function pageAfter(
  parts: HistoryParts,
  room: RoomId,
  snapshot: Snapshot,
  page: { after: number; limit: number },
): Promise<Entry[]> {
  const limit = page.limit + 1
  const stored = await messagesAfter(parts.sql, room, { after: page.after, upTo: snapshot.base, limit })
  const buffered = snapshot.entries.filter((entry) => entry.target === undefined && entry.seq > page.after)
  return [...readableRows(stored), ...buffered].slice(0, limit)
}

async function withAmendments(
  parts: HistoryParts,
  room: RoomId,
  snapshot: Snapshot,
  messages: readonly Entry[],
): Promise<Item[]> {
  const seqs = messages.map((entry) => entry.seq)
  const stored = await amendmentsOf(parts.sql, room, seqs, snapshot.base)
  const byTarget = Map.groupBy([...stored, ...snapshot.entries], (entry) => entry.target?.seq)
  return messages.map((entry) => ({ entry, amendments: byTarget.get(entry.seq) ?? [] }))
}

/**
 * The buffer above a seq. It is bounded (BUFFER_MAX_ENTRIES) and emptied every minute; an amendment of an old message may be
 * anywhere in it.
 */
async function wholeBuffer(parts: HistoryParts, room: RoomId, above = 0): Promise<Snapshot> {
  for (;;) {
    const snapshot = await peekRoom(parts, room, { after: above, limit: sliceEntries })
    const last = (): number => snapshot.entries.at(-1)?.seq ?? Math.max(snapshot.base, above)
    let isWhole = true
    while (isWhole && last() < snapshot.head.seq) {
      const after = last()
      const next = await peekRoom(parts, room, { after, limit: sliceEntries })
      isWhole = next.head.epoch === snapshot.head.epoch && next.entries[0]?.seq === after + 1
      snapshot.entries.push(...next.entries.filter((entry) => entry.seq <= snapshot.head.seq))
    }
    if (isWhole) return snapshot
  }
}

/**
 * What a client that was told everything up to `after` has missed, up to and including `upTo`. An epoch that has begun since has
 * other entries under the same numbers, and those that are missing may be gone.
 */
export async function resumeFrom(parts: HistoryParts, room: RoomId, after: Place, upTo: Place): Promise<ResumeAnswer> {
  const keptUpTo = after.epoch === upTo.epoch ? undefined : await keptOf(parts, room, after.epoch)
  if (after.epoch > upTo.epoch && keptUpTo === undefined) return { type: 'superseded' }
  const from = Math.min(after.seq, keptUpTo?.seq ?? after.seq, upTo.seq)
  if (upTo.seq - from > parts.resumeMaxEntries) {
    return { type: 'gap', from: { epoch: upTo.epoch, seq: from + 1 }, to: upTo, keptUpTo }
  }
  const limit = parts.resumeMaxEntries
  const entries = await readableEntriesOf(parts, room, { after: from, upTo: upTo.seq, limit })
  const isWhole = entries.length === upTo.seq - from && entries.every((entry) => entry.epoch <= upTo.epoch)
  return isWhole ? { type: 'entries', entries, keptUpTo } : { type: 'superseded' }
}

/**
 * How far an ended epoch was kept. Of an epoch that never was, nothing; of one that has only just begun, everything: this
 * server has not heard of it yet, the client has.
 */
async function keptOf(parts: HistoryParts, room: RoomId, epoch: number): Promise<Place | undefined> {
  const end = await epochEnd(parts.sql, room, epoch)
  if (end !== undefined) return { epoch, seq: end.lastSeq }
  const row = await ledgerOf(parts.sql, room)
  return row?.epoch === epoch ? undefined : { epoch, seq: 0 }
}
