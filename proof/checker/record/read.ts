import type { Line } from '../../history/line.ts'
import type { Record } from '../contract.ts'
import { alarmsIn } from './alarms.ts'
import type { Log } from './alarms.ts'
import { openDatabase } from './database.ts'
import { readEndings } from './endings.ts'
import { asRedisRecord, readRedis } from './redis.ts'
import { readNames, readRows } from './rows.ts'
import { readTimeline } from './timeline.ts'

/** Where the record of a run is read. */
export interface RecordSources {
  /** As in DATABASE_URL. */
  database: string
  /** As in REDIS_URL, with what it used before the run (`readUsedBytes`); undefined where it cannot be looked into. */
  redis: { url: string; usedBytesBefore: number } | undefined
  /** TRANSCRIPTS_FOLDER and MEDIA_FOLDER, as seen from here; without the second, files of pictures are not looked for. */
  transcriptsFolder: string
  mediaFolder: string | undefined
  isTimelineIncluded: boolean
  logs: readonly Log[]
}

/**
 * What the system holds of the rooms that the history speaks of. To be read when nothing is under way any more: closings are final,
 * the queue is empty, and the timeline is quiet.
 */
export async function readRecord(lines: readonly Line[], sources: RecordSources): Promise<Record> {
  const rooms = roomsIn(lines)
  const database = await openDatabase(sources.database)
  try {
    const names = await readNames(database)
    const redis = sources.redis === undefined ? undefined : await readRedis(sources.redis.url, database, names)
    const buffered = redis?.buffered.filter(({ room }) => rooms.includes(room)) ?? []
    return {
      rows: [...(await readRows(database, rooms, names)), ...buffered],
      endings: await readEndings(database, rooms, sources.transcriptsFolder),
      timeline: sources.isTimelineIncluded ? await readTimeline(database, names, sources.mediaFolder) : undefined,
      redis:
        redis === undefined || sources.redis === undefined
          ? undefined
          : asRedisRecord(redis, sources.redis.usedBytesBefore),
      alarms: alarmsIn(sources.logs),
    }
  } finally {
    await database.close()
  }
}

/** Rooms that the history speaks of, by id. */
export function roomsIn(lines: readonly Line[]): string[] {
  return [...new Set(lines.flatMap((line) => ('room' in line && line.room !== undefined ? [line.room] : [])))]
}
