import type { TellingTransaction } from '../live/index.ts'
import { chunksOf } from '../platform/chunks.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { giveBackMoved, livePeople, takeMoved } from './presence.ts'
import { tellCounts } from './room-events.ts'
import { roomsById } from './store.ts'
import type { Room } from './store.ts'
import { lockTold, markCountsDue, roomsToCount, toldOf, updateTold } from './telling-store.ts'
import type { Told } from './telling-store.ts'

export interface CountParts {
  sql: Sql
  redis: Redis
  transaction: TellingTransaction
  /** Between two tellings of one room. */
  restMs: number
}

const roomsAtOnce = 500

/** What is so now. */
interface Counted {
  people: ReadonlyMap<RoomId, number>
  /** Where somebody came since the last look. */
  moved: ReadonlySet<RoomId>
}

/**
 * Tells the stream how many people are in the rooms and how many seats are taken, where that is not what was told last, and where it is so again: whoever
 * read the room in between shows what it was for a moment, and is told nothing else. What was told stands in MySQL, so that it does not matter which worker does this, how many do, or when one dies. Rejects while Redis
 * cannot say who is there. Answers how many rooms it told of.
 */
export async function tellChangedCounts(parts: CountParts): Promise<number> {
  const moved = await takeMoved(parts.redis)
  try {
    return await tellCounted(parts, { people: await livePeople(parts.redis), moved })
  } catch (error) {
    await giveBackMoved(parts.redis, moved).catch(() => undefined)
    throw error
  }
}

async function tellCounted(parts: CountParts, counted: Counted): Promise<number> {
  let told = 0
  const lively = new Set([...counted.people.keys(), ...counted.moved])
  const inOrder = [...lively].toSorted((a, b) => a - b)
  for (const rooms of chunksOf(inOrder, roomsAtOnce)) told += await tellOf(parts, rooms, counted)
  let after = 0 as RoomId
  for (;;) {
    const rooms = await roomsToCount(parts.sql, { after, limit: roomsAtOnce })
    told += await tellOf(
      parts,
      rooms.filter((room) => !lively.has(room)),
      counted,
    )
    const last = rooms.at(-1)
    if (last === undefined || rooms.length < roomsAtOnce) return told
    after = last
  }
}

async function tellOf(parts: CountParts, ids: readonly RoomId[], counted: Counted): Promise<number> {
  const [rooms, told] = await Promise.all([roomsById(parts.sql, ids), toldOf(parts.sql, ids)])
  let count = 0
  for (const room of rooms) {
    const now = { people: counted.people.get(room.id) ?? 0, hasMoved: counted.moved.has(room.id) }
    if (isNews(told.get(room.id), room, now) && (await tellOne(parts, room, now))) count += 1
  }
  return count
}

interface Now {
  people: number
  hasMoved: boolean
}

function isNews(told: Told | undefined, room: Room, { people, hasMoved }: Now): boolean {
  if (told?.isDue === true) return true
  return isPublic(room) ? hasMoved || people !== (told?.people ?? 0) : (told?.people ?? 0) > 0
}

/** Of a room that is closed or by invitation nothing is told; it counts as told without people. */
function isPublic(room: Room): boolean {
  return room.state === 'open' && room.entry === 'open'
}

/** One room, one transaction: the lock of what was told puts the tellings in the order of the counts. */
async function tellOne(parts: CountParts, { id }: Room, { people, hasMoved }: Now): Promise<boolean> {
  return parts.transaction(async (trx, tell) => {
    const told = await lockTold(trx, id, parts.restMs)
    if (told === 'rests') {
      if (hasMoved) await markCountsDue(trx, id)
      return false
    }
    const [room] = await roomsById(trx, [id])
    if (room === undefined) return false
    const counts = { people: isPublic(room) ? people : 0, seatsTaken: room.seatsTaken }
    const isOther = counts.people !== told.people || counts.seatsTaken !== told.seatsTaken
    const isTold = isPublic(room) && (isOther || hasMoved || told.isDue)
    if (isTold) tellCounts(tell, room, counts)
    await updateTold(trx, id, { ...counts, isTold })
    return isTold
  })
}
