import { createConnection } from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import { keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { Entry } from '../../src/ledger/index.ts'
import { verifyRoom } from '../../src/ledger/verification.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import type { BenchOptions, Contestant, Figures, Measure, Standing } from '../contract.ts'
import { entriesOf, lines } from './lines.ts'
import { assertRows, loadFile } from './load-file.ts'
import { Shared } from './shared.ts'
import { openSite, say } from './site.ts'
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
  const settings = {
    BUFFER_MAX_ENTRIES: 10 * count,
    BUFFER_MAX_BYTES: 1_073_741_824,
    FLUSH_ENTRIES: 10 * count,
    FLUSH_BYTES: 1_073_741_824,
  }
  const shared = new Shared(() => openSite({ name: 'flush', settings, log }))
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
    const entries = entriesOf(site.rooms.members, count)
    const used = process.cpuUsage()
    return ratesOf(count, await loadFile(site.backing.databaseUrl, await site.newRoom(), entries), used)
  }

  async function insert(site: LedgerSite): Promise<Figures> {
    return insertRows(site, entriesOf(site.rooms.members, Math.round(count * shareRowByRow)))
  }
}

async function enter(shared: Shared<LedgerSite>, round: (site: LedgerSite) => Promise<Figures>): Promise<Standing> {
  const site = await shared.enter()
  // Scripts are known, plans are made, code is compiled.
  await round(site)
  return { round: () => round(site), stop: () => shared.leave() }
}

async function flush(site: LedgerSite, count: number, hasBulk: boolean): Promise<Figures> {
  const room = await site.newRoom()
  await say(site.ledger, room, lines(site.rooms.members, count))
  const [began, used] = [performance.now(), process.cpuUsage()]
  await flushRoom({ ...site.work, hasBulk }, room)
  const figures = ratesOf(count, performance.now() - began, used)
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

/** Into a room of the contestant's own, over a connection of its own. */
async function insertRows(site: LedgerSite, entries: readonly Entry[]): Promise<Figures> {
  const connection = await createConnection({ uri: site.backing.databaseUrl, timezone: 'Z' })
  try {
    const room = await site.newRoom()
    const [began, used] = [performance.now(), process.cpuUsage()]
    for (const entry of entries) await insertRow(connection, room, entry)
    const figures = ratesOf(entries.length, performance.now() - began, used)
    await assertRows(connection, room, entries.length)
    return figures
  } finally {
    await connection.end()
  }
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

function ratesOf(count: number, ms: number, used: NodeJS.CpuUsage): Figures {
  const { user, system } = process.cpuUsage(used)
  return { rowsPerSecond: count / (ms / 1000), nodeMicrosecondsPerRow: (user + system) / count }
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
