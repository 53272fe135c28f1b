import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { closingOf } from './closing-store.ts'
import type { Finding, FindingKind, FindingPage } from './contract.ts'
import { formatPlace, hashOf } from './entry.ts'
import { parkedBetween, rowsToInspect } from './inspection-store.ts'
import type { InspectedEntry, InspectedRow, ParkedEntry } from './inspection-store.ts'

/** Rows that are looked at for one page, whether there is something to find or not. */
const rowsAtOnce = 2000

/**
 * What is wrong with the rows of a closed room, row by row, so that somebody can look at it and repair it. The verdict is the
 * verification's, which compares digests as well: a sender or a time that was changed shows there alone.
 */
export async function findingsOf(
  sql: Sql,
  room: RoomId,
  { after, limit }: { after: number; limit: number },
): Promise<FindingPage> {
  const closing = await closingOf(sql, room)
  if (closing === undefined) return { findings: [], next: undefined }
  const last = closing.lastSeq ?? closing.storedSeq
  const rows = await rowsToInspect(sql, room, { after, upTo: last, limit: rowsAtOnce })
  const isWhole = rows.length < rowsAtOnce
  const upTo = isWhole ? last : (rows.at(-1)?.seq ?? last)
  const gapsAfter = await pastGap(sql, room, { after, next: rows[0]?.seq ?? upTo + 1 })
  // What was kept aside may lie beyond the end of the rows.
  const parked = await parkedBetween(sql, room, { after, upTo: isWhole ? Number.MAX_SAFE_INTEGER : upTo })
  const gaps = gapsIn(rows, { after: gapsAfter, upTo })
  const found = [...inRows(rows, parked), ...gaps, ...apartFrom(rows, parked)].toSorted(
    (one, other) => one.seq - other.seq,
  )
  return cut(found, { limit, rest: isWhole ? undefined : upTo })
}

/** What has the same seq stays together. */
function cut(found: readonly Finding[], { limit, rest }: { limit: number; rest: number | undefined }): FindingPage {
  const end = found[limit - 1]
  if (end === undefined) return { findings: [...found], next: rest }
  const findings = found.filter(({ seq }) => seq <= end.seq)
  return { findings, next: findings.length < found.length ? end.seq : rest }
}

/** A page may end within a gap, at something that was kept aside there. The gap was on that page, and is not told once more. */
async function pastGap(sql: Sql, room: RoomId, { after, next }: { after: number; next: number }): Promise<number> {
  if (after === 0) return after
  const before = await rowsToInspect(sql, room, { after: after - 1, upTo: after, limit: 1 })
  return before.length === 0 ? next - 1 : after
}

function inRows(rows: readonly InspectedRow[], parked: readonly ParkedEntry[]): Finding[] {
  const aside = new Map(parked.map((entry) => [formatPlace(entry), entry]))
  return rows.flatMap((row) => {
    const entry = aside.get(formatPlace(row))
    if (row.kind === 'unreadable') return findingOf('parked', entry ?? row, entry?.reason)
    if (hashOf(row.payload) === row.hash || row.isErased) return []
    return findingOf(row.payload.length === 0 ? 'emptied' : 'changed', row)
  })
}

/** Those for which no row keeps the place. */
function apartFrom(rows: readonly InspectedRow[], parked: readonly ParkedEntry[]): Finding[] {
  const kept = new Set(rows.filter(({ kind }) => kind === 'unreadable').map(formatPlace))
  return parked.filter((entry) => !kept.has(formatPlace(entry))).map((entry) => findingOf('apart', entry, entry.reason))
}

function gapsIn(rows: readonly InspectedRow[], { after, upTo }: { after: number; upTo: number }): Finding[] {
  const ends = [...rows.map(({ seq }) => seq), upTo + 1]
  return ends.flatMap((seq, place) => {
    const first = (ends[place - 1] ?? after) + 1
    return first < seq
      ? { kind: 'missing' as const, seq: first, upTo: seq - 1, entry: undefined, reason: undefined }
      : []
  })
}

function findingOf(kind: FindingKind, found: InspectedEntry, reason?: string): Finding {
  const { epoch, seq, at, sender, id, kind: said, hash, payload } = found
  return { kind, seq, upTo: seq, entry: { epoch, at, sender, id, kind: said, hash, payload }, reason }
}
