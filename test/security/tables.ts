import { isDeepStrictEqual } from 'node:util'
import { selectRows } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import { eventually } from '../support/eventually.ts'

/**
 * Written after a moment by servers and workers themselves, whoever asks for what: what a server acknowledged, how far rooms are
 * stored, what is relayed and ranked.
 */
const moving = new Set([
  ...['ledger_acked', 'ledgers', 'messages', 'events', 'event_relay', 'room_tellings'],
  ...['popular_snapshots', 'popular_entries'],
])

/** What each table holds, as one number. */
export async function checksums(sql: Sql): Promise<Record<string, unknown>> {
  const tables = await selectRows<{ name: string }>(
    sql,
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name',
  )
  const still = tables.map(({ name }) => name).filter((name) => !moving.has(name))
  const sums = await selectRows<{ Table: string; Checksum: unknown }>(sql, `CHECKSUM TABLE ${still.join(', ')}`)
  return Object.fromEntries(sums.map(({ Table, Checksum }) => [Table, Checksum]))
}

/** The same, once the workers have nothing left to do with what was asked for before. */
export async function quietChecksums(sql: Sql): Promise<Record<string, unknown>> {
  let last = await checksums(sql)
  let sameSince = performance.now()
  return eventually(async () => {
    const next = await checksums(sql)
    if (!isDeepStrictEqual(last, next)) sameSince = performance.now()
    last = next
    return performance.now() - sameSince > 500 ? last : undefined
  })
}
