import type { RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import * as buffer from './buffer.ts'
import { closingOf } from './closing-store.ts'
import type { InspectedClosing } from './contract.ts'
import { readReceipt, receiptSchema } from './receipt.ts'
import { epochEnds } from './record-store.ts'

/** A closing for an admin who wants to know all of it. Looking changes nothing: no epoch is begun for it, as a reader's would be. */
export async function inspectClosing(
  parts: { sql: Sql; redis: Redis; log: Log },
  room: RoomId,
): Promise<InspectedClosing | undefined> {
  const closing = await closingOf(parts.sql, room)
  if (closing === undefined) return undefined
  const [epochs, held] = await Promise.all([epochEnds(parts.sql, room), bufferOf(parts, room)])
  return { ...closing, buffer: held, epochs, incidents: incidentsIn(closing.receipt) }
}

/** The page is wanted most of all while something is away. */
async function bufferOf({ redis, log }: { redis: Redis; log: Log }, room: RoomId): Promise<InspectedClosing['buffer']> {
  try {
    const held = (await buffer.heads(redis, [room])).get(room)
    return held === undefined ? undefined : { epoch: held.epoch, head: held.head, base: held.base }
  } catch (error) {
    log.debug({ err: error, room }, 'redis does not say where a closing room stands')
    return undefined
  }
}

function incidentsIn(receipt: string | undefined): string[] {
  return receipt === undefined ? [] : receiptSchema.parse(readReceipt(receipt)).incidents
}
