import { createConnection } from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import { Readable } from 'node:stream'
import { lineOf } from '../../src/ledger/bulk-store.ts'
import type { Entry } from '../../src/ledger/index.ts'
import type { RoomId } from '../../src/platform/ids.ts'

/** Rows of a room from a file that is ready: one statement, one commit, nothing read and nothing compared. Answers how many ms that took. */
export async function loadFile(databaseUrl: string, room: RoomId, entries: readonly Entry[]): Promise<number> {
  const connection = await createConnection({ uri: databaseUrl, timezone: 'Z' })
  try {
    const file = Buffer.concat(entries.map(lineOf))
    const began = performance.now()
    await load(connection, room, file)
    const ms = performance.now() - began
    await assertRows(connection, room, entries.length)
    return ms
  } finally {
    await connection.end()
  }
}

async function load(connection: Connection, room: RoomId, file: Buffer): Promise<void> {
  await connection.query({
    sql: `LOAD DATA LOCAL INFILE 'ready' INTO TABLE messages CHARACTER SET binary
      FIELDS TERMINATED BY '\\t' ESCAPED BY '' LINES TERMINATED BY '\\n'
      (seq, epoch, at, sender_id, entry_id, kind, @target_epoch, @target_seq, erases, @hash, payload)
      SET room_id = ${room}, target_epoch = NULLIF(@target_epoch, ''), target_seq = NULLIF(@target_seq, ''),
        hash = UNHEX(@hash)`,
    infileStreamFactory: () => Readable.from([file]),
  })
}

/** Throws unless the room has as many rows. */
export async function assertRows(connection: Connection, room: RoomId, expected: number): Promise<void> {
  const [rows] = await connection.query('SELECT COUNT(*) AS n FROM messages WHERE room_id = ?', [room])
  const found = JSON.stringify(rows)
  if (found !== JSON.stringify([{ n: expected }])) throw new Error(`${expected} entries became ${found} rows`)
}
