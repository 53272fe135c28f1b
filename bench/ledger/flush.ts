import { createConnection } from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import { Readable } from 'node:stream'
import { lineOf } from '../../src/ledger/bulk-store.ts'
import { keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { Entry } from '../../src/ledger/index.ts'
import { verifyRoom } from '../../src/ledger/verification.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import type { BenchOptions, Contestant, Figures, Measure, Standing } from '../contract.ts'
import { lines } from './lines.ts'
import { SharedSite } from './shared-site.ts'
import { say } from './site.ts'
import type { LedgerSite } from './site.ts'

/** P8: rows a second of the flush, beside what MySQL can do at best and at worst. */

const entriesAtFullSize = 20_000
/** One INSERT a row takes so long that a share of the rows has to do. */
const shareRowByRow = 0.1

const bulk = 'madang, LOAD DATA LOCAL'
const rows = 'madang, INSERT'
const ready = 'LOAD DATA LOCAL, file ready'
const single = 'one INSERT a row'

function contestants({ scale, log }: BenchOptions): Contestant[] {
  const count = Math.round(entriesAtFullSize * scale)
  const settings = { BUFFER_MAX_ENTRIES: 10 * count, FLUSH_ENTRIES: 10 * count, FLUSH_BYTES: 1_073_741_824 }
  const shared = new SharedSite({ name: 'flush', settings, log })
  const terms = 'read from Redis, into rows, compared, committed, trimmed; the digest of all entries chained'
  return [
    contestant(bulk, `${terms}; rows compared byte for byte with what was read`, (site) => flush(site, count, true)),
    contestant(rows, `${terms}; multi-row INSERT, as where local_infile is off`, (site) => flush(site, count, false)),
    contestant(
      ready,
      'the same rows from a file that is ready, one statement, one commit; nothing read or compared',
      load,
    ),
    contestant(single, `a connection that inserts row after row, each a commit; ${shareRowByRow} of the rows`, insert),
  ]

  function contestant(name: string, text: string, round: (site: LedgerSite) => Promise<Figures>): Contestant {
    return { name, terms: text, start: () => enter(shared, round) }
  }

  async function load(site: LedgerSite): Promise<Figures> {
    const entries = await entriesOf(site, count)
    return writing(site, entries, async (connection, room) => {
      const file = Buffer.concat(entries.map(lineOf))
      return timed(entries.length, () => loadFile(connection, room, file))
    })
  }

  async function insert(site: LedgerSite): Promise<Figures> {
    const entries = await entriesOf(site, Math.round(count * shareRowByRow))
    return writing(site, entries, (connection, room) =>
      timed(entries.length, async () => {
        for (const entry of entries) await insertRow(connection, room, entry)
      }),
    )
  }
}

async function enter(shared: SharedSite, round: (site: LedgerSite) => Promise<Figures>): Promise<Standing> {
  const site = await shared.enter()
  // Scripts are known, plans are made, code is compiled.
  await round(site)
  return { round: () => round(site), stop: () => shared.leave() }
}

async function flush(site: LedgerSite, count: number, hasBulk: boolean): Promise<Figures> {
  const room = await site.newRoom()
  await say(site.ledger, room, lines(site.rooms.members, count))
  const figures = await timed(count, () => flushRoom({ ...site.work, hasBulk }, room))
  const left = await site.foundation.redis.llen(keys.buffer(room))
  if (left !== 0) throw new Error(`the flush left ${left} entries in the buffer`)
  await assertWhole(site, room)
  return figures
}

/** The verification of a closing finds nothing amiss but that the room is still open. */
async function assertWhole(site: LedgerSite, room: RoomId): Promise<void> {
  const head = await site.ledger.head(room)
  const digest = (await site.foundation.redis.hget(keys.meta(room), 'digest')) ?? ''
  const { faults } = await verifyRoom(site.foundation.sql, room, { epoch: head.epoch, lastSeq: head.seq, digest })
  if (faults.join() !== 'the last row is not the closing') throw new Error(`the rows are not right: ${faults.join()}`)
}

/** What people said in a room, as the ledger reads it. */
async function entriesOf(site: LedgerSite, count: number): Promise<Entry[]> {
  const room = await site.newRoom()
  await say(site.ledger, room, lines(site.rooms.members, count))
  const entries = await site.ledger.entries(room, { after: 0, upTo: count, limit: count })
  await flushRoom(site.work, room)
  return entries
}

/** Into a room of the contestant's own, over a connection of its own. */
async function writing(
  site: LedgerSite,
  entries: readonly Entry[],
  work: (connection: Connection, room: RoomId) => Promise<Figures>,
): Promise<Figures> {
  const connection = await createConnection({ uri: site.backing.databaseUrl, timezone: 'Z' })
  try {
    const room = await site.newRoom()
    const figures = await work(connection, room)
    const [found] = await site.foundation.sql('messages').where({ room_id: room }).count<{ n: number }[]>({ n: '*' })
    if (found?.n !== entries.length) throw new Error(`${entries.length} entries became ${found?.n} rows`)
    return figures
  } finally {
    await connection.end()
  }
}

async function loadFile(connection: Connection, room: RoomId, file: Buffer): Promise<void> {
  await connection.query({
    sql: `LOAD DATA LOCAL INFILE 'ready' INTO TABLE messages CHARACTER SET binary
      FIELDS TERMINATED BY '\\t' ESCAPED BY '' LINES TERMINATED BY '\\n'
      (seq, epoch, at, sender_id, entry_id, kind, @target_epoch, @target_seq, erases, @hash, payload)
      SET room_id = ${room}, target_epoch = NULLIF(@target_epoch, ''), target_seq = NULLIF(@target_seq, ''),
        hash = UNHEX(@hash)`,
    infileStreamFactory: () => Readable.from([file]),
  })
}

async function insertRow(connection: Connection, room: RoomId, entry: Entry): Promise<void> {
  await connection.execute(
    `INSERT INTO messages (room_id, seq, epoch, at, sender_id, entry_id, kind, erases, hash, payload)
     VALUES (?,?,?,?,?,?,?,?,?,?)`,
    [
      ...[room, entry.seq, entry.epoch, new Date(entry.at), entry.sender, entry.id, entry.kind, entry.erases ? 1 : 0],
      ...[Buffer.from(entry.hash, 'hex'), entry.payload],
    ],
  )
}

async function timed(count: number, work: () => Promise<unknown>): Promise<Figures> {
  const [began, used] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(used)
  return {
    rowsPerSecond: count / ((performance.now() - began) / 1000),
    nodeMicrosecondsPerRow: (user + system) / count,
  }
}

const quantity = 'rowsPerSecond'

export const flushMeasure: Measure = {
  id: 'P8',
  title: 'flush of a full buffer: rows a second',
  contestants,
  comparisons: [
    { title: 'rows/s', quantity, ours: bulk, theirs: ready, bars: { least: { must: 0.6, goal: 0.9 } } },
    { title: 'rows/s', quantity, ours: bulk, theirs: single, bars: { least: { must: 15, goal: 50 } } },
    { title: 'rows/s, INSERT way', quantity, ours: rows, theirs: single, bars: { least: { must: 15, goal: 50 } } },
  ],
}
