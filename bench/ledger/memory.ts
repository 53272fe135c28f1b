import type { Redis } from '../../src/platform/redis.ts'
import { setTimeout as pause } from 'node:timers/promises'
import { keys } from '../../src/ledger/buffer.ts'
import type { NewEntry } from '../../src/ledger/index.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import type { BenchOptions, Contestant, Figures, Measure } from '../contract.ts'
import { median } from '../ratios.ts'
import { svgOf } from '../report/curves.ts'
import { lines } from './lines.ts'
import { openStage } from './stage.ts'
import type { Stage } from './stage.ts'

/** P13: what a room takes of Redis while a million messages go through it and it stays open. */

const entriesAtFullSize = 1_000_000
/** People who each wait for their answer before they go on; one whose line is refused says it again. */
const atOnce = 50
const sampleMs = 250
/** A full room refuses lines until it is flushed; so long people wait before they try again. */
const refusedMs = 20
/** A batch may go over a cap before it is noticed. */
const batchEntries = 500
/** Of the last third beside the second: the allocator takes memory in steps. */
const mostGrowth = 1.1
const mebibyte = 1_048_576

const madang = 'madang'

/** Redis after so many messages. */
interface Sample {
  said: number
  bufferEntries: number
  sentIds: number
  bufferMebibytes: number
  sentMebibytes: number
  roomMebibytes: number
}

/** Of the last round, for its picture. */
let samples: readonly Sample[] = []
/** As the site has them by default. */
let caps = { flushEntries: 0, sentIds: 0 }

function contestants({ scale, log }: BenchOptions): Contestant[] {
  const count = Math.round(entriesAtFullSize * scale)
  const terms = `${count} messages of ${atOnce} people who each wait for their answer, one room, default thresholds; every key of the room by MEMORY USAGE, each ${sampleMs} ms`
  return [
    {
      ...{ name: madang, terms },
      async start() {
        const stage = await openStage({ name: 'memory', log })
        const { FLUSH_ENTRIES, SENT_MAX_IDS } = stage.ledger.config
        caps = { flushEntries: FLUSH_ENTRIES, sentIds: SENT_MAX_IDS }
        return { round: () => talk(stage, count), stop: () => stage.stop() }
      },
    },
  ]
}

async function talk(stage: Stage, count: number): Promise<Figures> {
  const { ledger, foundation } = stage.ledger
  const room = await stage.openRoom()
  const joins = (await ledger.head(room)).seq
  const said = { count: 0 }
  const taken: Sample[] = []
  const began = performance.now()
  const talking = Promise.all(
    Array.from({ length: atOnce }, (_, share) => speak(stage, room, shareOf(count, share), said)),
  )
  const talked = talking.then(() => 'done' as const)
  do taken.push(await sampleOf(foundation.redis, room, said.count))
  while ((await Promise.race([talked, pause(sampleMs)])) !== 'done')
  const seconds = (performance.now() - began) / 1000
  const head = await ledger.head(room)
  if (head.seq !== joins + count) throw new Error(`the room ends at ${head.seq}, not at ${joins + count}`)
  samples = taken
  return { ...figuresOf(taken, count), messagesPerSecond: count / seconds }
}

function shareOf(count: number, share: number): number {
  return Math.floor((count * (share + 1)) / atOnce) - Math.floor((count * share) / atOnce)
}

async function speak(stage: Stage, room: RoomId, count: number, said: { count: number }): Promise<void> {
  for (const entry of lines(stage.speakers, count)) {
    await sayUntilKept(stage, room, entry)
    said.count += 1
  }
}

async function sayUntilKept({ ledger }: Stage, room: RoomId, entry: NewEntry): Promise<void> {
  for (;;) {
    const outcome = await ledger.ledger.append(room, entry)
    if (outcome.type === 'kept') return
    if (outcome.type !== 'full' && outcome.type !== 'unknown') throw new Error(`a line was answered ${outcome.type}`)
    await pause(refusedMs)
  }
}

async function sampleOf(redis: Redis, room: RoomId, said: number): Promise<Sample> {
  const [first, second] = keys.sent(room)
  const bytesOf = async (key: string): Promise<number> => (await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0
  const [buffer, sent, rest] = [
    await bytesOf(keys.buffer(room)),
    (await bytesOf(first)) + (await bytesOf(second)),
    (await bytesOf(keys.meta(room))) + (await bytesOf(keys.members(room))),
  ]
  return {
    said,
    bufferEntries: await redis.llen(keys.buffer(room)),
    sentIds: Math.max(await redis.hlen(first), await redis.hlen(second)),
    bufferMebibytes: buffer / mebibyte,
    sentMebibytes: sent / mebibyte,
    roomMebibytes: (buffer + sent + rest) / mebibyte,
  }
}

function figuresOf(taken: readonly Sample[], count: number): Figures {
  const most = (value: (sample: Sample) => number): number => Math.max(...taken.map(value))
  const within = (from: number, to: number): number[] =>
    taken.filter(({ said }) => said >= from * count && said < to * count).map(({ roomMebibytes }) => roomMebibytes)
  return {
    bufferEntriesMost: most(({ bufferEntries }) => bufferEntries),
    sentIdsMost: most(({ sentIds }) => sentIds),
    roomMebibytesMost: most(({ roomMebibytes }) => roomMebibytes),
    roomMebibytesMiddle: median(within(1 / 3, 2 / 3)),
    roomMebibytesEnd: median(within(2 / 3, 1)),
  }
}

/** What is wrong with a round by itself, in words. */
function judge(rounds: ReadonlyMap<string, readonly Figures[]>): string[] {
  const judged = rounds.get(madang) ?? []
  if (judged.length === 0) return ['no round was taken']
  return judged.flatMap((figures, index) => faultsOf(figures).map((fault) => `round ${index + 1}: ${fault}`))
}

function faultsOf(figures: Figures): string[] {
  const { bufferEntriesMost = NaN, sentIdsMost = NaN, roomMebibytesMiddle = NaN, roomMebibytesEnd = NaN } = figures
  const faults: string[] = []
  if (!(bufferEntriesMost <= 2 * caps.flushEntries)) {
    faults.push(
      `${bufferEntriesMost} entries were buffered, more than twice the ${caps.flushEntries} that call for a flush`,
    )
  }
  if (!(sentIdsMost <= caps.sentIds + batchEntries)) {
    faults.push(`${sentIdsMost} ids were in one send-once hash, whose cap is ${caps.sentIds}`)
  }
  if (!(roomMebibytesEnd <= mostGrowth * roomMebibytesMiddle)) {
    faults.push(`the room took ${roomMebibytesEnd} MiB in the last third, ${roomMebibytesMiddle} in the one before`)
  }
  return faults
}

function pictures(): ReadonlyMap<string, string> {
  const line = (name: string, value: (sample: Sample) => number) => ({
    name,
    points: samples.map((sample) => [sample.said, value(sample)] as const),
  })
  const memory = svgOf({
    title: 'P13  Redis memory of an open room',
    ...{ x: 'messages said', y: 'MiB' },
    lines: [
      line('all keys of the room', ({ roomMebibytes }) => roomMebibytes),
      line('send-once hashes', ({ sentMebibytes }) => sentMebibytes),
      line('buffer', ({ bufferMebibytes }) => bufferMebibytes),
    ],
    bounds: [],
  })
  const entries = svgOf({
    title: 'P13  entries of an open room in Redis',
    ...{ x: 'messages said', y: 'entries' },
    lines: [
      line('buffered', ({ bufferEntries }) => bufferEntries),
      line('ids in the fuller hash', ({ sentIds }) => sentIds),
    ],
    bounds: [
      { name: `twice the flush threshold (${2 * caps.flushEntries})`, y: 2 * caps.flushEntries },
      { name: `cap of a hash (${caps.sentIds})`, y: caps.sentIds },
    ],
  })
  return new Map([
    ['memory', memory],
    ['entries', entries],
  ])
}

export const memoryMeasure: Measure = {
  id: 'P13',
  title: 'Redis memory of a room that took 1,000,000 messages while open',
  contestants,
  comparisons: [],
  judge,
  pictures,
}
