import { setTimeout as pause } from 'node:timers/promises'
import { connectMysql, selectRows } from '../../src/platform/mysql.ts'
import type { Ledger } from '../../src/ledger/index.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import type { BenchOptions, Figures } from '../contract.ts'
import { lines } from '../ledger/lines.ts'
import { say } from '../ledger/site.ts'
import { openStage } from '../ledger/stage.ts'
import type { Stage } from '../ledger/stage.ts'
import { processorSeconds, usedBetween } from '../processor-time.ts'
import { percentile } from '../ratios.ts'
import { closeRoom } from '../site/rooms.ts'
import type { Site } from '../site/site.ts'
import { readPage, readPages } from '../web/page-reader.ts'
import type { Sweep, SweepStanding } from './contract.ts'

/** Said in one go; with more than so many that nobody has stored yet, people wait. */
const portion = 5000
const talkative = 15_000
const longestMs = 600_000
const appends = 1000
const resumes = 300
const missed = 100
const pageSeconds = 2

/** A room that goes on for ever. */
export const history: Sweep = {
  id: 'history',
  title: 'A room, by the messages that were said in it',
  x: 'messages of the room',
  sizes: [10_000, 100_000, 1_000_000],
  terms: `one room: ${appends} appends one after the other, the newest page and one in the middle over HTTP (20 messages), ${resumes} resumes of ${missed} entries that are no longer in memory, and its close, to sealed, of messages that are stored already`,
  plots: [
    {
      ...{ name: 'reading', title: 'Reading and saying, by the messages of the room', y: 'ms, the median' },
      quantities: ['appendMs', 'newestPageMs', 'middlePageMs', 'resumeMs'],
    },
    {
      ...{ name: 'closing', title: 'Closing, by the messages of the room', y: 'µs a message' },
      quantities: ['closeMicrosPerMessage', 'closeWorkerMicrosPerMessage', 'closeDatabaseMicrosPerMessage'],
    },
  ],
  open: openHistory,
}

async function openHistory({ log }: BenchOptions): Promise<SweepStanding> {
  // What was said is stored soon, so that nothing waits a minute for its rows before it is read.
  const stage = await openStage({ name: 'growth-history', settings: { FLUSH_AGE_SECONDS: 2 }, log })
  return { at: (size) => lifeOfARoom(stage, size), stop: () => stage.stop() }
}

async function lifeOfARoom(stage: Stage, count: number): Promise<Figures> {
  const { ledger } = stage.ledger
  const room = await stage.openRoom()
  for (let said = 0; said < count; said += portion) {
    await until(async () => unstoredOf(await ledger.head(room)) < talkative)
    await say(ledger, room, lines(stage.speakers, Math.min(portion, count - said)))
  }
  const appended = await appending(stage, room)
  await until(async () => unstoredOf(await ledger.head(room)) === 0)
  return {
    ...appended,
    ...(await reading(stage, room)),
    ...(await resuming(ledger, room)),
    ...(await closing(stage, room)),
    ...(await stored(stage.site, room)),
  }
}

/** One after the other, so that each is a script call of its own: what Redis has to do for it. */
async function appending({ site, ledger: { ledger }, speakers }: Stage, room: RoomId): Promise<Figures> {
  const times: number[] = []
  const before = processorSeconds(site.pids())
  for (const entry of lines(speakers, appends)) {
    const began = performance.now()
    const outcome = await ledger.append(room, entry)
    times.push(performance.now() - began)
    if (outcome.type !== 'kept') throw new Error(`a line was answered ${outcome.type}`)
  }
  const { redis = 0 } = usedBetween(before, processorSeconds(site.pids()))
  return { appendMs: percentile(times, 0.5), appendRedisMicros: (redis * 1_000_000) / appends }
}

async function reading({ site, mentor, ledger: { ledger } }: Stage, room: RoomId): Promise<Figures> {
  const { epoch, seq } = await ledger.head(room)
  const path = `/v1/rooms/${room}/messages?limit=20`
  const newest = await timesOf(site, { path, token: await mentor.token() })
  const middle = { path: `${path}&before=${epoch}:${Math.floor(seq / 2)}`, token: await mentor.token() }
  return { newestPageMs: newest, middlePageMs: await timesOf(site, middle) }
}

async function timesOf({ servers }: Site, asked: { path: string; token: string }): Promise<number> {
  const request = { ...asked, port: Number(new URL(servers[0] ?? '').port) }
  const expected = await readPage(request)
  const { items } = JSON.parse(expected.toString()) as { items: unknown[] }
  if (items.length !== 20) throw new Error(`a page of ${items.length}`)
  return percentile(await readPages(request, { connections: 1, seconds: pageSeconds, expected }), 0.5)
}

/** Of places so far back that no server has them in memory. */
async function resuming(ledger: Ledger, room: RoomId): Promise<Figures> {
  const { epoch, seq } = await ledger.head(room)
  const times: number[] = []
  for (let nth = 0; nth < resumes; nth += 1) {
    const after = Math.floor(((nth + 1) / (resumes + 2)) * (seq - missed))
    const began = performance.now()
    const answer = await ledger.resume(room, { epoch, seq: after }, { epoch, seq: after + missed })
    times.push(performance.now() - began)
    const heard = answer.type === 'entries' ? answer.entries.length : 0
    if (heard !== missed) throw new Error(`a resume was answered ${answer.type} with ${heard} entries`)
  }
  return { resumeMs: percentile(times, 0.5) }
}

async function closing({ site, mentor, ledger: { ledger } }: Stage, room: RoomId): Promise<Figures> {
  const { seq } = await ledger.head(room)
  const before = processorSeconds(site.pids())
  const began = performance.now()
  await closeRoom(site, mentor, String(room))
  await until(async () => ['sealed', 'suspect', 'quarantined'].includes((await ledger.closing(room))?.state ?? ''))
  const seconds = (performance.now() - began) / 1000
  const used = usedBetween(before, processorSeconds(site.pids()))
  const state = (await ledger.closing(room))?.state
  if (state !== 'sealed') throw new Error(`the room ended as ${state}`)
  return {
    closeSeconds: seconds,
    closeMicrosPerMessage: (seconds * 1_000_000) / seq,
    closeWorkerMicrosPerMessage: ((used['worker-1'] ?? 0) * 1_000_000) / seq,
    closeDatabaseMicrosPerMessage: ((used['database'] ?? 0) * 1_000_000) / seq,
  }
}

/** What its messages take on disk, of the whole table: the rooms of smaller sizes are in it too. */
async function stored({ databaseUrl }: Site, room: RoomId): Promise<Figures> {
  const sql = connectMysql({ url: databaseUrl, poolMax: 1, acquireTimeoutMs: 10_000 })
  try {
    await sql.raw('ANALYZE TABLE messages')
    const [table] = await selectRows<{ bytes: number }>(
      sql,
      `SELECT CAST(data_length + index_length AS DOUBLE) AS bytes FROM information_schema.tables
       WHERE table_schema = DATABASE() AND table_name = 'messages'`,
    )
    const [counted] = await selectRows<{ rows: number; own: number }>(
      sql,
      'SELECT COUNT(*) AS `rows`, CAST(COALESCE(SUM(room_id = ?), 0) AS DOUBLE) AS own FROM messages',
      [room],
    )
    if ((counted?.own ?? 0) === 0) throw new Error('the room has no rows')
    return { storedBytesPerMessage: (table?.bytes ?? 0) / (counted?.rows ?? 1) }
  } finally {
    await sql.destroy()
  }
}

function unstoredOf({ seq, storedSeq }: { seq: number; storedSeq: number }): number {
  return seq - storedSeq
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + longestMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`it has not come to pass in ${longestMs / 1000} s`)
    await pause(5)
  }
}
