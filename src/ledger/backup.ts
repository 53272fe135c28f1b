import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { takeFencesDown, transcriptNames } from './closing-store.ts'
import { flushRoom } from './flush.ts'
import type { FlushParts } from './flush.ts'
import { awakeRooms, layAllAsleep } from './ledger-store.ts'
import { deleteWitnessesBehindRows, endAllEpochs } from './record-store.ts'

/**
 * What the ledger does for a backup, and after a restore (docs/decisions/0038).
 *
 * A backup holds no Redis: everything that rooms have buffered is stored first, and the rows are read after that. So whatever was
 * acknowledged before the storing began is among the rows, or the end of an epoch says that it was lost.
 */

const roomsRead = 500
const roomsAtOnce = 8

/** Stores what every room holds that is awake, also of rooms that Redis has forgotten: then the end of their epoch is written. */
export async function storeAllRooms(parts: FlushParts): Promise<void> {
  for await (const some of roomsAwake(parts.sql)) {
    const waiting = [...some]
    const storeNext = async (): Promise<void> => {
      for (let room = waiting.shift(); room !== undefined; room = waiting.shift()) {
        await flushRoom(parts, room)
      }
    }
    await Promise.all(Array.from({ length: roomsAtOnce }, storeNext))
  }
}

async function* roomsAwake(sql: Sql): AsyncGenerator<RoomId[]> {
  for (let after = 0 as RoomId; ;) {
    const rooms = await awakeRooms(sql, after, roomsRead)
    const last = rooms.at(-1)
    if (last === undefined) return
    yield rooms
    after = last
  }
}

/** Far more epochs than a room begins between a backup and the day on which it is needed. */
const epochsAhead = 1000

/**
 * Makes of the rows of a backup what can go on with an empty Redis. Where a room stands in its rows is its cut: its epoch ends there by
 * `restored`, a later one begins, and what speaks of the time after the cut goes: witnesses, and the fences of closings that were under
 * way. What was acknowledged before the backup lies below the cut, so nothing that the backup promised is given up by that.
 */
export async function goOnFromRows(trx: Sql): Promise<void> {
  await deleteWitnessesBehindRows(trx)
  await endAllEpochs(trx, 'restored')
  await takeFencesDown(trx)
  await layAllAsleep(trx, epochsAhead)
}

/** File names of all transcripts, in portions. */
export async function* allTranscripts(sql: Sql): AsyncGenerator<string[]> {
  for (let after = 0 as RoomId; ;) {
    const found = await transcriptNames(sql, after, roomsRead)
    const last = found.at(-1)
    if (last === undefined) return
    yield found.flatMap(({ names }) => names)
    after = last.room
  }
}
