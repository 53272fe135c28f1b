import { readFileSync, statSync } from 'node:fs'
import type { RowDataPacket } from 'mysql2/promise'
import { readRecord, readUsedBytes } from '../checker/index.ts'
import { madangNames } from '../faults/fault.ts'
import type { Inside } from '../faults/fault.ts'
import type { DrillStack } from '../stack/stack.ts'
import type { Site } from './site.ts'

/** The drill's own stack, into which it may look wherever it wants. */
export function ownSite(stack: DrillStack): Site {
  return {
    isTimelineIncluded: true,
    ...{ address: stack.address, servers: stack.servers, patient: stack.patient, untilWhole: stack.untilWhole },
    grantMentor: (username) => withRows(stack, (rows) => rows(makeMentor, [username])).then(() => undefined),
    unfinished: (rooms) => unfinishedAmong(stack, rooms),
    async watch() {
      const usedBytesBefore = await readUsedBytes(stack.redisUrl)
      const logs = madangNames.map((name) => ({ name, file: stack.log(name), from: statSync(stack.log(name)).size }))
      return {
        read: (lines) =>
          readRecord(lines, {
            database: stack.databaseUrl,
            redis: { url: stack.redisUrl, usedBytesBefore },
            transcriptsFolder: stack.env['TRANSCRIPTS_FOLDER'] ?? '',
            mediaFolder: stack.env['MEDIA_FOLDER'],
            isTimelineIncluded: true,
            logs: logs.map(({ name, file, from }) => ({ name, text: textFrom(file, from) })),
          }),
      }
    },
  }
}

const makeMentor = "UPDATE accounts SET role = 'mentor' WHERE username = ?"
/** With `next_at` somebody still has to let go of the room in Redis. */
const notFinal = `SELECT l.room_id AS room, COALESCE(e.state, l.state) AS state, e.attempts, e.last_error AS lastError
  FROM ledgers l LEFT JOIN end_room e ON e.room_id = l.room_id
  WHERE l.room_id IN (?)
    AND (COALESCE(e.state, l.state) NOT IN ('open', 'sealed', 'suspect', 'quarantined') OR e.next_at IS NOT NULL)`

/** A sweeper comes back to a final closing that was not cleaned up after half a minute. Nobody waits for that here: it comes now. */
const comeNow = `UPDATE end_room SET next_at = NOW(3)
  WHERE room_id IN (?) AND state IN ('sealed', 'suspect', 'quarantined') AND next_at > NOW(3)`

interface NotFinal {
  room: number
  state: string
  attempts: number | null
  lastError: string | null
}

/** Of these rooms those whose closing is in no final state yet, in words. */
export async function unfinishedAmong({ inside }: Reached, rooms: readonly string[]): Promise<string[]> {
  if (rooms.length === 0) return []
  const found = await withRows({ inside }, async (rows) => {
    await rows(comeNow, [rooms])
    return rows<NotFinal>(notFinal, [rooms])
  })
  return found.map(
    ({ room, state, attempts, lastError }) =>
      `room ${room} is ${state} after ${attempts ?? 0} failed attempts (${lastError ?? 'no error'})`,
  )
}

type Rows = <Row>(text: string, values: readonly unknown[]) => Promise<Row[]>

/** Of which the database can be asked. */
interface Reached {
  inside: Pick<Inside, 'database'>
}

async function withRows<T>({ inside }: Reached, work: (rows: Rows) => Promise<T>): Promise<T> {
  const connection = await inside.database()
  try {
    return await work(async <Row>(text: string, values: readonly unknown[]) => {
      const [rows] = await connection.query<RowDataPacket[]>(text, [...values])
      return rows as Row[]
    })
  } finally {
    connection.destroy()
  }
}

/** A log only grows. */
function textFrom(file: string, from: number): string {
  return readFileSync(file).subarray(from).toString('utf8')
}
