import type { TellingTransaction } from '../live/index.ts'
import { chunksOf } from '../platform/chunks.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { livePeople } from './presence.ts'
import { tellCounts } from './room-events.ts'
import { roomsById } from './store.ts'
import type { Room } from './store.ts'
import { lockTold, roomsToCount, toldOf, updateTold } from './telling-store.ts'
import type { Told } from './telling-store.ts'

export interface CountParts {
  sql: Sql
  redis: Redis
  transaction: TellingTransaction
  /** Between two tellings of one room. */
  restMs: number
}

const roomsAtOnce = 500

/**
 * Tells the stream how many people are in the rooms and how many seats are taken, where that is not what was told last. What was
 * told stands in MySQL, so that it does not matter which worker does this, how many do, or when one dies. Rejects while Redis
 * cannot say who is there. Answers how many rooms it told of.
 */
export async function tellChangedCounts(parts: CountParts): Promise<number> {
  const people = await livePeople(parts.redis)
  let told = 0
  const present = [...people.keys()].toSorted((a, b) => a - b)
  for (const rooms of chunksOf(present, roomsAtOnce)) told += await tellOf(parts, rooms, people)
  let after = 0 as RoomId
  for (;;) {
    const rooms = await roomsToCount(parts.sql, { after, limit: roomsAtOnce })
    told += await tellOf(
      parts,
      rooms.filter((room) => !people.has(room)),
      people,
    )
    const last = rooms.at(-1)
    if (last === undefined || rooms.length < roomsAtOnce) return told
    after = last
  }
}

async function tellOf(parts: CountParts, ids: readonly RoomId[], people: ReadonlyMap<RoomId, number>): Promise<number> {
  const [rooms, told] = await Promise.all([roomsById(parts.sql, ids), toldOf(parts.sql, ids)])
  const changed = rooms.filter((room) => isNews(told.get(room.id), room, people.get(room.id) ?? 0))
  let count = 0
  for (const room of changed) if (await tellOne(parts, room, people.get(room.id) ?? 0)) count += 1
  return count
}

function isNews(told: Told | undefined, room: Room, people: number): boolean {
  if (told?.isDue === true) return true
  return isPublic(room) ? people !== (told?.people ?? 0) : (told?.people ?? 0) > 0
}

/** Of a room that is closed or by invitation nothing is told; it counts as told without people. */
function isPublic(room: Room): boolean {
  return room.state === 'open' && room.entry === 'open'
}

/** One room, one transaction: the lock of what was told puts the tellings in the order of the counts. */
async function tellOne(parts: CountParts, { id }: Room, people: number): Promise<boolean> {
  return parts.transaction(async (trx, tell) => {
    const told = await lockTold(trx, id, parts.restMs)
    if (told === undefined) return false
    const [room] = await roomsById(trx, [id])
    if (room === undefined) return false
    const counts = { people: isPublic(room) ? people : 0, seatsTaken: room.seatsTaken }
    const isTold = isPublic(room) && (counts.people !== told.people || counts.seatsTaken !== told.seatsTaken)
    if (isTold) tellCounts(tell, room, counts)
    await updateTold(trx, id, { ...counts, isTold })
    return isTold
  })
}
