import type { RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import * as buffer from './buffer.ts'
import { finalRooms } from './ledger-store.ts'

export interface ReturnedParts {
  sql: Sql
  redis: Redis
  log: Log
}

/**
 * Rooms that are final, and that an older copy of Redis brought back. Nobody uses them any more, so nobody else would find them. After
 * each new start of Redis it is asked once for every room that is final: an account of a site may not ask for all that Redis holds.
 */
export class ReturnedRooms {
  readonly #parts: ReturnedParts
  #sweptRun: string | undefined

  constructor(parts: ReturnedParts) {
    this.#parts = parts
  }

  /** Answers how many Redis has let go of. */
  async sweep(): Promise<number> {
    const { sql, redis, log } = this.#parts
    const run = await buffer.runOf(redis)
    if (run === this.#sweptRun) return 0
    let count = 0
    for await (const rooms of allFinal(sql)) {
      for (const room of await buffer.ofEarlierRuns(redis, run, rooms)) {
        await buffer.forget(redis, room)
        count += 1
      }
    }
    if (count > 0) log.warn({ count }, 'Redis came back with rooms that are final; it has let go of them')
    this.#sweptRun = run
    return count
  }
}

const roomsAtOnce = 1000

async function* allFinal(sql: Sql): AsyncGenerator<RoomId[]> {
  for (let after = 0 as RoomId; ;) {
    const rooms = await finalRooms(sql, after, roomsAtOnce)
    const last = rooms.at(-1)
    if (last === undefined) return
    yield rooms
    after = last
  }
}
