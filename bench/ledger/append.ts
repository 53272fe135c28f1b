import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import type { Command } from 'ioredis'
import { append, forget, keys } from '../../src/ledger/buffer.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { Problem } from '../../tools/problem.ts'
import { findBenchmark } from '../../tools/services/provide.ts'
import type { BenchOptions, Contestant, Figures, Measure, Standing } from '../contract.ts'
import { loadBusy, ownSeconds, processorSeconds, secondsOfEnded, usedBetween } from '../processor-time.ts'
import { lines } from './lines.ts'
import { Shared } from './shared.ts'
import { openSite, say } from './site.ts'
import type { LedgerSite } from './site.ts'

/** P7: entries a second into one room, in batches as they come, beside one script call an entry. */

const entriesAtFullSize = 100_000
/** So many people have a line under way at any time, and `redis-benchmark` so many connections. */
const atOnce = 50

type Fsync = 'always' | 'everysec'

const ours = (fsync: Fsync): string => `madang, ${fsync}`
const oneByOne = (fsync: Fsync): string => `same script, one entry a call, ${fsync}`
const bare = 'INCR, RPUSH, PUBLISH, one entry a call, always'

function contestants({ scale, log }: BenchOptions): Contestant[] {
  const count = Math.round(entriesAtFullSize * scale)
  const settings = {
    ...{ BUFFER_MAX_ENTRIES: 2 * count, BUFFER_MAX_BYTES: 1_073_741_824 },
    ...{ FLUSH_ENTRIES: 2 * count, FLUSH_BYTES: 1_073_741_824 },
  }
  const shared = new Shared(() => openSite({ name: 'append', settings, log }))
  const batches = `the Appender of a server, ${atOnce} people who each wait for their answer, in one process with it: members, send-once, caps, digest, publish`
  const single = `redis-benchmark with ${atOnce} connections, which wait for their answers; the script of the ledger with all it does, one entry a call`
  const least = `redis-benchmark with ${atOnce} connections; a script of three commands: no members, no send-once, no digest, no caps`
  return [
    ...(['always', 'everysec'] as const).flatMap((fsync) => [
      contestant(ours(fsync), `${batches}; appendfsync ${fsync}`, fsync, (site) => appendInBatches(site, count)),
      contestant(oneByOne(fsync), `${single}; appendfsync ${fsync}`, fsync, (site) => appendOneByOne(site, count)),
    ]),
    contestant(bare, `${least}; appendfsync always`, 'always', (site) => callBareScript(site, count)),
  ]

  function contestant(
    name: string,
    terms: string,
    fsync: Fsync,
    round: (site: LedgerSite) => Promise<Figures>,
  ): Contestant {
    return { name, terms, start: () => enter(shared, fsync, round) }
  }
}

async function enter(
  shared: Shared<LedgerSite>,
  fsync: Fsync,
  work: (site: LedgerSite) => Promise<Figures>,
): Promise<Standing> {
  const site = await shared.enter()
  return {
    async round() {
      await site.foundation.redis.config('SET', 'appendfsync', fsync)
      return work(site)
    },
    stop: () => shared.leave(),
  }
}

async function appendInBatches(site: LedgerSite, count: number): Promise<Figures> {
  return inRoom(site, count, (room) =>
    usingRedis(site, count, async () => {
      const began = performance.now()
      await Promise.all(Array.from({ length: atOnce }, (_, share) => speak(site, room, shareOf(count, share))))
      return count / ((performance.now() - began) / 1000)
    }),
  )
}

function shareOf(count: number, share: number): number {
  return Math.floor((count * (share + 1)) / atOnce) - Math.floor((count * share) / atOnce)
}

/** Somebody who says one line after the other, each when the last one is acknowledged. */
async function speak(site: LedgerSite, room: RoomId, count: number): Promise<void> {
  for (const entry of lines(site.rooms.members, count)) {
    const outcome = await site.ledger.append(room, entry)
    if (outcome.type !== 'kept' || outcome.isDuplicate) throw new Error(`a line was not kept: ${outcome.type}`)
  }
}

async function appendOneByOne(site: LedgerSite, count: number): Promise<Figures> {
  return inRoom(site, count, (room) => benchmark(site, count, () => callOf(site, room)))
}

/** What the ledger sends to Redis for one line, with an id that redis-benchmark makes anew for every call. */
async function callOf(site: LedgerSite, room: RoomId): Promise<string[]> {
  const [entry] = lines(site.rooms.members, 1)
  if (entry === undefined) throw new Error('there is no line')
  const recorder = new Recorder({ lazyConnect: true })
  await append(recorder, room, [{ entry, lookedUp: undefined }], {
    ...{ maxEntries: site.config.BUFFER_MAX_ENTRIES, maxBytes: site.config.BUFFER_MAX_BYTES },
    ...{ sentMaxIds: site.config.SENT_MAX_IDS, sentMaxMs: site.config.SENT_MAX_SECONDS * 1000, isOverBudget: false },
  })
  return recorder.sent.map((word) => word.replace(entry.id, `${entry.id.slice(0, 24)}__rand_int__`))
}

/** Says what it was asked to send, and sends nothing. */
class Recorder extends Redis {
  sent: string[] = []

  override sendCommand(command: Command): unknown {
    this.sent = [command.name, ...command.args].map(String)
    return Promise.resolve(['stale'])
  }
}

async function callBareScript(site: LedgerSite, count: number): Promise<Figures> {
  const { redis } = site.foundation
  const sha = String(await redis.script('LOAD', bareScript))
  const [counter, list, channel] = ['bare:seq', 'bare:list', 'bare:channel'] as const
  const payload = lines(site.rooms.members, 1).next().value?.payload.toString() ?? ''
  try {
    const figures = await benchmark(site, count, async () => ['evalsha', sha, '3', counter, list, channel, payload])
    await assertCount(count, redis.llen(list))
    return figures
  } finally {
    await redis.unlink(counter, list)
  }
}

const bareScript = `local seq = redis.call('INCR', KEYS[1])
redis.call('RPUSH', KEYS[2], seq .. '|' .. ARGV[1])
redis.call('PUBLISH', KEYS[3], ARGV[1])
return seq`

/** In a room of its own, which is awake; afterwards it must hold as many entries. */
async function inRoom(site: LedgerSite, count: number, work: (room: RoomId) => Promise<Figures>): Promise<Figures> {
  const { redis } = site.foundation
  const room = await site.newRoom()
  await say(site.ledger, room, lines(site.rooms.members, 1))
  const figures = await work(room)
  await assertCount(count + 1, redis.llen(keys.buffer(room)))
  await forget(redis, room)
  return figures
}

async function assertCount(expected: number, found: Promise<number>): Promise<void> {
  const count = await found
  if (count > expected || count < expected - fewDoubled)
    throw new Error(`${count} entries are there instead of ${expected}`)
}

/** One process of its own; what it says of itself is read, its start is not in it. */
async function benchmark(site: LedgerSite, count: number, call: () => Promise<string[]>): Promise<Figures> {
  const program = findBenchmark()
  if (program === undefined) throw new Problem('redis-benchmark is not found here: it comes with Redis')
  const { hostname, port, password } = new URL(site.backing.redisUrl)
  const target = ['-h', hostname, '-p', port, '-a', password]
  const load = ['-c', String(atOnce), '-n', String(count), '-r', mostRandom, '--csv']
  const words = await call()
  return usingRedis(site, count, async () => {
    const { stdout } = await run(program, [...target, ...load, ...words])
    const rate = /",?"([\d.]+)"/.exec(stdout.trim().split('\n').at(-1) ?? '')?.[1]
    if (rate === undefined) throw new Error(`redis-benchmark said ${stdout}`)
    return Number(rate)
  })
}

/** As many ids as redis-benchmark can tell apart: of a hundred thousand two or three are doubled. */
const mostRandom = '2000000000'
const fewDoubled = 20

const run = promisify(execFile)

/** Entries a second, what each cost Redis, and how busy whoever asked was: this process, in which people and Appender are, or redis-benchmark. */
async function usingRedis(site: LedgerSite, count: number, work: () => Promise<number>): Promise<Figures> {
  const pids = { redis: site.backing.pids.redis }
  const before = processorSeconds(pids)
  const [own, ended] = [ownSeconds(), secondsOfEnded()]
  const entriesPerSecond = await work()
  const busiest = Math.max(ownSeconds() - own, secondsOfEnded() - ended)
  const { redis = 0 } = usedBetween(before, processorSeconds(pids))
  return {
    entriesPerSecond,
    redisMicrosecondsPerEntry: (redis * 1_000_000) / count,
    [loadBusy]: (busiest / (count / entriesPerSecond)) * 100,
  }
}

const quantity = 'entriesPerSecond'
const bars = { least: { must: 1.5, goal: 2 } }

export const appendMeasure: Measure = {
  id: 'P7',
  title: 'append into one room: entries a second',
  contestants,
  comparisons: [
    { title: 'entries/s', quantity, ours: ours('always'), theirs: oneByOne('always'), bars },
    { title: 'entries/s', quantity, ours: ours('everysec'), theirs: oneByOne('everysec'), bars },
  ],
}
