import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Ledger } from '../../src/ledger/index.ts'
import { receiptSchema } from '../../src/ledger/receipt.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import type { BenchOptions, Contestant, Figures, Measure } from '../contract.ts'
import { processorSeconds, usedBetween } from '../processor-time.ts'
import { signIn } from '../site/members.ts'
import type { SignedIn } from '../site/members.ts'
import { closeRoom, openRoom } from '../site/rooms.ts'
import { startSite } from '../site/site.ts'
import type { Site } from '../site/site.ts'
import { entriesOf, lines } from './lines.ts'
import { loadFile } from './load-file.ts'
import { BenchRooms } from './rooms.ts'
import { Shared } from './shared.ts'
import { say, wireLedger } from './site.ts'
import type { WiredLedger } from './site.ts'

/** P12: from the moment a mentor closes a long room until its receipt and its transcripts are there. */

const entriesAtFullSize = 100_000
const speakers = 20
/** Before it counts the code of the worker is compiled, and the scripts are known. */
const warmUp = 5000
const longestMs = 300_000
/** Said in one go; with so many that nobody has stored yet, people wait. */
const portion = 5000
const mostUnstored = 15_000

const buffered = 'madang, all still buffered'
const usual = 'madang, default thresholds'
const ready = 'LOAD DATA LOCAL, file ready'

/** A running Madang, and its ledger in this process beside, to speak faster than through a socket. */
interface Stage {
  site: Site
  people: readonly SignedIn[]
  /** Calls for no flush. */
  silent: WiredLedger
  /** Calls for a flush as a server does. */
  ringing: WiredLedger
  stop(): Promise<void>
}

function contestants({ scale, log }: BenchOptions): Contestant[] {
  const count = Math.round(entriesAtFullSize * scale)
  const shared = new Shared(() => openStage(count, log))
  const ours = `${count} messages; from POST …/close to sealed: fence, flush, all rows read back and compared, transcript in two forms, receipt`
  return [
    contestant(buffered, `${ours}. Everything is still in Redis when it begins`, (stage, size) =>
      closing(stage, 'silent', size),
    ),
    contestant(usual, `${ours}. A flush at every 5,000 while people speak`, (stage, size) =>
      closing(stage, 'ringing', size),
    ),
    contestant(ready, 'as many rows from a file that is ready, one statement, one commit', load),
  ]

  function contestant(
    name: string,
    terms: string,
    round: (stage: Stage, size: number) => Promise<Figures>,
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

async function openStage(count: number, log: (line: string) => void): Promise<Stage> {
  const settings = { BUFFER_MAX_ENTRIES: 2 * count, BUFFER_MAX_BYTES: 1_073_741_824 }
  const never = { FLUSH_ENTRIES: 1_000_000, FLUSH_BYTES: 1_073_741_824 }
  const site = await startSite({ name: 'closing', settings, log })
  try {
    const people = await signIn(site, speakers, 'speaker')
    const rooms = new BenchRooms(people.map(({ account }) => account))
    const silent = await wireLedger(rooms, { ...site.settings, ...settings, ...never })
    const ringing = await wireLedger(rooms, { ...site.settings, ...settings })
    return {
      ...{ site, people, silent, ringing },
      async stop() {
        await silent.stop()
        await ringing.stop()
        await site.stop()
      },
    }
  } catch (error) {
    await site.stop()
    throw error
  }
}

async function closing(stage: Stage, by: 'silent' | 'ringing', count: number): Promise<Figures> {
  const { site, people } = stage
  const { ledger } = stage[by]
  const [mentor] = people
  if (mentor === undefined) throw new Error('there is nobody')
  const room = Number(await openRoom(site, mentor, people)) as RoomId
  const joins = (await ledger.head(room)).seq
  for (let said = 0; said < count; said += portion) {
    if (by === 'ringing') await until(async () => unstored(await ledger.head(room)) < mostUnstored)
    await say(
      ledger,
      room,
      lines(
        people.map(({ account }) => account),
        Math.min(portion, count - said),
      ),
    )
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
  const text = transcript === undefined ? Buffer.alloc(0) : await readFile(transcript.path)
  const found = {
    ...{ state: receipt.state, entries: receipt.entries, lines: text.toString('latin1').split('\n').length - 1 },
    isTranscript: createHash('sha256').update(text).digest('hex') === receipt.transcript.sha256,
  }
  const expected = { state: 'sealed', entries, lines: entries, isTranscript: true }
  if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`the room ended as ${JSON.stringify(found)}`)
}

/** Rooms that nobody opens. */
let freeRoom = 1_000_000

async function load({ site, people }: Stage, count: number): Promise<Figures> {
  freeRoom += 1
  const senders: AccountId[] = people.map(({ account }) => account)
  return { seconds: (await loadFile(site.databaseUrl, freeRoom as RoomId, entriesOf(senders, count))) / 1000 }
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
