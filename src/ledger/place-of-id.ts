import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { keys } from './keys.ts'
import type { Place } from './entry.ts'
import { placesOfIds } from './store.ts'

/** Redis first: an entry goes from there to MySQL and never back, so that one of the two has it. */
export async function placeOfId(
  parts: { sql: Sql; redis: Redis },
  room: RoomId,
  entry: { sender: AccountId; id: string },
): Promise<Place | undefined> {
  const name = `${entry.sender}:${entry.id}`
  for (const key of keys.sent(room)) {
    const sent = await parts.redis.hget(key, name)
    if (sent === null) continue
    const [epoch, seq] = sent.split(':')
    return { epoch: Number(epoch), seq: Number(seq) }
  }
  return (await placesOfIds(parts.sql, room, [entry])).get(name)?.place
}
