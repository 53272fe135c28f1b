import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { closingOf } from './closing-store.ts'
import { formatPlace } from './entry.ts'
import { parkedBetween } from './inspection-store.ts'
import { epochEnds } from './record-store.ts'
import { rowsBetween } from './verification.ts'

/**
 * Everything that MySQL holds of a closed room, as it stands, as lines of NDJSON: `closing`, `epoch`, `parked`, `entry`, and `end`, without
 * which a file is not whole. To be kept by who repairs something, before they do; the transcript is what members get.
 */
export async function* evidenceOf(sql: Sql, room: RoomId): AsyncGenerator<string> {
  const closing = await closingOf(sql, room)
  if (closing === undefined) return
  yield line('closing', { ...closing })
  for (const epoch of await epochEnds(sql, room)) yield line('epoch', { ...epoch })
  const parked = await parkedBetween(sql, room, { after: -1, upTo: Number.MAX_SAFE_INTEGER })
  for (const { payload, ...entry } of parked) yield line('parked', { ...entry, ...legible(payload) })
  let entries = 0
  const range = { firstSeq: 1, lastSeq: closing.lastSeq ?? closing.storedSeq }
  for await (const rows of rowsBetween(sql, room, range)) {
    entries += rows.length
    const lines = rows.map(({ payload, target, ...row }) =>
      line('entry', { ...row, target: target === undefined ? null : formatPlace(target), ...legible(payload) }),
    )
    yield lines.join('')
  }
  yield line('end', { entries, parked: parked.length })
}

function line(type: string, facts: Record<string, unknown>): string {
  return `${JSON.stringify({ type, ...facts })}\n`
}

const strict = new TextDecoder('utf-8', { fatal: true })

/** The bytes as text, or in base64 where they are none. */
export function legible(payload: Buffer): { payload: string } | { payloadBase64: string } {
  try {
    return { payload: strict.decode(payload) }
  } catch {
    return { payloadBase64: payload.toString('base64') }
  }
}
