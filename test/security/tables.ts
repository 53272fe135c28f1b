import { isDeepStrictEqual } from 'node:util'
import { heads } from '../../src/ledger/buffer.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { selectRows } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { eventually } from '../support/eventually.ts'

/**
 * Written after a moment by servers and workers themselves, whoever asks for what: what a server acknowledged, how far rooms are
 * stored, what is relayed and ranked, which database their files are for. Of messages and events something else is looked at.
 */
const moving = new Set([
  ...['ledger_acked', 'ledgers', 'messages', 'events', 'event_relay', 'room_tellings'],
  ...['popular_snapshots', 'popular_entries', 'media_storage'],
])
/** Events that workers write by themselves, up to seconds later: how many are in a room, and that it is closed for good. */
const lateEvents = ['room.updated', 'room.closed']

export interface Places {
  sql: Sql
  redis: Redis
}

/** What each table holds, as one number; which is the newest event that a request wrote; how much was said in each open room. */
export async function checksums({ sql, redis }: Places): Promise<Record<string, unknown>> {
  const tables = await selectRows<{ name: string }>(
    sql,
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name',
  )
  const still = tables.map(({ name }) => name).filter((name) => !moving.has(name))
  const sums = await selectRows<{ Table: string; Checksum: unknown }>(sql, `CHECKSUM TABLE ${still.join(', ')}`)
  const [newest] = await selectRows<{ id: unknown }>(sql, 'SELECT MAX(id) AS id FROM events WHERE type NOT IN (?)', [
    lateEvents,
  ])
  const rooms = await selectRows<{ id: RoomId }>(sql, "SELECT id FROM rooms WHERE state = 'open'")
  const said = await heads(
    redis,
    rooms.map(({ id }) => id),
  )
  return {
    ...Object.fromEntries(sums.map(({ Table, Checksum }) => [Table, Checksum])),
    'newest event': newest?.id,
    'heads of rooms': Object.fromEntries([...said].map(([room, ledger]) => [room, ledger?.head ?? 0])),
  }
}

/** The same, once the workers have nothing left to do with what was asked for before. */
export async function quietChecksums(places: Places): Promise<Record<string, unknown>> {
  let last = await checksums(places)
  let sameSince = performance.now()
  return eventually(async () => {
    const next = await checksums(places)
    if (!isDeepStrictEqual(last, next) || (await areRoomsClosing(places.sql))) sameSince = performance.now()
    last = next
    return performance.now() - sameSince > 500 ? last : undefined
  }, 60_000)
}

/** Workers look at a closed room once more half a minute after its end, and write down that they have. */
async function comeBackAtOnce(sql: Sql): Promise<void> {
  await sql('end_room')
    .whereIn('state', ['sealed', 'suspect', 'quarantined'])
    .whereNotNull('next_at')
    .update({ next_at: sql.raw('NOW(3)') })
}

async function areRoomsClosing(sql: Sql): Promise<boolean> {
  await comeBackAtOnce(sql)
  return (await selectRows(sql, 'SELECT room_id FROM end_room WHERE next_at IS NOT NULL LIMIT 1')).length > 0
}
