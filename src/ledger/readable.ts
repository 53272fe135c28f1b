import type { Entry } from './entry.ts'

const nothing = Buffer.alloc(0)

/**
 * Rows as readers get them. One that was changed behind our back, so that its payload is no JSON any more, comes as `unreadable` and
 * without content, like those that MySQL would not take: as it is, it would break the frame or page that it stands in. That it was
 * changed is for the closing to say, which looks at the rows themselves.
 */
export function readableRows(rows: readonly Entry[]): Entry[] {
  return rows.map((row) => (isJson(row.payload) ? row : { ...row, kind: 'unreadable', payload: nothing }))
}

/** An erased payload is as it should be. */
function isJson(payload: Buffer): boolean {
  if (payload.length === 0) return true
  try {
    JSON.parse(payload.toString('utf8'))
    return true
  } catch {
    return false
  }
}
