import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import type { Ledger } from '../../src/ledger/index.ts'
import { receiptSchema } from '../../src/ledger/receipt.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import type { BenchOptions, Contestant, Figures, Measure } from '../contract.ts'
import { processorSeconds, usedBetween } from '../processor-time.ts'
import { closeRoom } from '../site/rooms.ts'
import { entriesOf, lines } from './lines.ts'
import { loadFile } from './load-file.ts'
import { Shared } from './shared.ts'
import { say } from './site.ts'
import type { WiredLedger } from './site.ts'
import { openStage } from './stage.ts'
import type { Stage } from './stage.ts'

/** P12: from the moment a mentor closes a long room until its receipt and its transcripts are there. */

const entriesAtFullSize = 100_000
/** Before it counts the code of the worker is compiled, and the scripts are known. */
const warmUp = 5000
const longestMs = 300_000
/** Said in one go; with so many that nobody has stored yet, people wait. */
const portion = 5000
const talkative = 15_000

const buffered = 'madang, all still buffered'
const usual = 'madang, default thresholds'
const ready = 'LOAD DATA LOCAL, file ready'

function contestants({ scale, log }: BenchOptions): Contestant[] {
  const count = Math.round(entriesAtFullSize * scale)
  const shared = new Shared(() => openQuietStage(count, log))
  const ours = `${count} messages; from POST …/close to sealed: fence, flush, all rows read back and compared, transcript in two forms, receipt`
  return [
    contestant(buffered, `${ours}. Everything is still in Redis when it begins`, (stage, size) =>
      closing(stage, stage.silent, size),
    ),
    contestant(usual, `${ours}. A flush at every 5,000 while people speak`, (stage, size) =>
      closing(stage, stage.ledger, size, talkative),
    ),
    contestant(ready, 'as many rows from a file that is ready, one statement, one commit', load),
  ]

  function contestant(
    name: string,
    terms: string,
    round: (stage: Stage & Quiet, size: number) => Promise<Figures>,
  ): Contestant {
    return {
      ...{ name, terms },
      async start() {
        const stage = await shared.enter()
        await round(stage, warmUp)
        return { round: () => round(stage, count), stop: () => shared.leave() }
      },
    }
  }
}

/** Says nothing to the worker, so that everything is still buffered when the room is closed. */
interface Quiet {
  silent: WiredLedger
}

async function openQuietStage(count: number, log: (line: string) => void): Promise<Stage & Quiet> {
  // Room for those that warm up, too, and more than a flush waits for.
  const most = 2 * Math.max(count, warmUp)
  const settings = { BUFFER_MAX_ENTRIES: most, BUFFER_MAX_BYTES: 1_073_741_824 }
  const stage = await openStage({ name: 'closing', settings, log })
  return { ...stage, silent: await stage.beside({ FLUSH_ENTRIES: most, FLUSH_BYTES: 1_073_741_824 }) }
}

async function closing(
  stage: Stage,
  { ledger }: WiredLedger,
  count: number,
  mostUnstored = Infinity,
): Promise<Figures> {
  const { site, mentor, speakers } = stage
  const room = await stage.openRoom()
  const joins = (await ledger.head(room)).seq
  for (let said = 0; said < count; said += portion) {
    await until(async () => unstored(await ledger.head(room)) < mostUnstored)
    await say(ledger, room, lines(speakers, Math.min(portion, count - said)))
  }

  const used = processorSeconds(site.pids())
  const began = performance.now()
  await closeRoom(site, mentor, String(room))
  const fencedMs = performance.now() - began
  await until(async () => isFinal(await ledger.closing(room)))
  const seconds = (performance.now() - began) / 1000
  const spent = usedBetween(used, processorSeconds(site.pids()))

  await assertSealed(ledger, room, joins + count + 1)
  const { 'worker-1': workerSeconds = 0, database: databaseSeconds = 0 } = spent
  return { seconds, fencedMs, workerSeconds, databaseSeconds }
}

function unstored({ seq, storedSeq }: { seq: number; storedSeq: number }): number {
  return seq - storedSeq
}

function isFinal(closed: Awaited<ReturnType<Ledger['closing']>>): boolean {
  return closed?.state === 'sealed' || closed?.state === 'suspect' || closed?.state === 'quarantined'
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + longestMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`it has not come to pass in ${longestMs / 1000} s`)
    await pause(5)
  }
}

/** The receipt says so, and its transcript is the one of that hash, with a line an entry. */
async function assertSealed(ledger: Ledger, room: RoomId, entries: number): Promise<void> {
  const receipt = receiptSchema.parse((await ledger.receipt(room))?.content)
  const transcript = await ledger.transcript(room, 'ndjson')
  const text = transcript === undefined ? Buffer.alloc(0) : await buffer(transcript.body)
  const found = {
    ...{ state: receipt.state, entries: receipt.entries, lines: text.toString('latin1').split('\n').length - 1 },
    isTranscript: createHash('sha256').update(text).digest('hex') === receipt.transcript.sha256,
  }
  const expected = { state: 'sealed', entries, lines: entries, isTranscript: true }
  if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`the room ended as ${JSON.stringify(found)}`)
}

/** Rooms that nobody opens. */
let freeRoom = 1_000_000

async function load({ site, speakers }: Stage, count: number): Promise<Figures> {
  freeRoom += 1
  return { seconds: (await loadFile(site.databaseUrl, freeRoom as RoomId, entriesOf(speakers, count))) / 1000 }
}

const quantity = 'seconds'
const bars = { most: { must: 3, goal: 1.5 } }

export const closingMeasure: Measure = {
  id: 'P12',
  title: 'close a room of 100,000 messages, to sealed',
  contestants,
  comparisons: [
    { title: 'time', quantity, ours: buffered, theirs: ready, bars },
    { title: 'time', quantity, ours: usual, theirs: ready, bars },
  ],
}
