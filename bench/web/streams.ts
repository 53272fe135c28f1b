import { createTelling } from '../../src/live/index.ts'
import { Broker } from '../../src/platform/broker.ts'
import { createLog } from '../../src/platform/log.ts'
import { connectMysql } from '../../src/platform/mysql.ts'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import type { BenchOptions, Comparison, Contestant, Figures, Measure, Standing } from '../contract.ts'
import { writeMarker } from '../clients/marker.ts'
import { loadBusy, processorSeconds, usedBetween } from '../processor-time.ts'
import type { Pids } from '../processor-time.ts'
import { percentile } from '../ratios.ts'
import { signIn } from '../site/members.ts'
import { startSite } from '../site/site.ts'
import type { Site } from '../site/site.ts'
import { Readers } from './readers.ts'
import { sharedBy } from './shared.ts'
import type { Shared } from './shared.ts'
import { startSsePeer } from './sse-peer.ts'
import type { SsePeerOptions } from './sse-peer.ts'

const streams = 1000
const streamsOfOne = 10
/** Events under way at most. */
const window = 64
const eventText = '마당에서 만나요. '.repeat(12)
const path = '/v1/stream?topics=timeline'
/** One network: Nginx leads all of it to one server. */
const network = '127.1.1'

const bars = {
  rate: { least: { must: 1.7, goal: 2.5 } },
  cpu: { most: { must: 0.55, goal: 0.35 } },
} satisfies Record<string, Comparison['bars']>

const name = {
  ...{ ours: 'madang', theirs: 'better-sse', alike: 'better-sse, unix sockets' },
  one: (contestant: string) => `${contestant}, one at a time`,
} as const

/** P10: what is told once is heard by a thousand. */
export const streaming: Measure = {
  id: 'P10',
  title: 'SSE: one event to 1,000 streams',
  contestants: streamContestants,
  comparisons: [
    {
      ...{ title: 'deliveries/s', quantity: 'deliveriesPerSecond', bars: bars.rate },
      ...{ ours: name.ours, theirs: name.theirs, alike: name.alike },
    },
    {
      ...{ title: 'CPU of the server per delivery', quantity: 'cpuUs', bars: bars.cpu },
      ...{ ours: name.ours, theirs: name.theirs, alike: name.alike },
    },
    {
      ...{ title: 'CPU of the server per delivery, one event at a time', quantity: 'cpuUs', bars: bars.cpu },
      ...{ ours: name.one(name.ours), theirs: name.one(name.theirs), alike: name.one(name.alike) },
    },
  ],
}

/** A server with its streams open. */
interface Channel {
  readers: Readers
  streams: number
  /** Number of the next event: it goes on over the rounds. */
  next: number
  tell(number: number): Promise<void> | void
  /** `server…` are those that might have the streams; one of them has. */
  pids(): Pids
}

function streamContestants(options: BenchOptions): readonly Contestant[] {
  const count = Math.max(streamsOfOne, Math.round(streams * options.scale))
  const { isDirect, log } = options
  const town = sharedBy(() => openTown(log))
  const own = sharedBy(() => joined(town, (site) => openMadang(site, count, isDirect)))
  const peer = (by: SsePeerOptions['by']): Shared<Channel> =>
    sharedBy(() => joined(town, (site) => openPeer({ site, by, log }, count)))
  const way = isDirect ? 'asked directly' : 'by Nginx, which leads all to one server'
  const ours = `a site, ${way}: sessions, visibility, limits, ids, heartbeat, resume; every event is a row, placed by the worker`
  const theirs = `a channel of better-sse on node:http, as its guide shows it, ${isDirect ? way : 'behind the same Nginx, by a port'}; nothing is kept`
  const both = (contestant: string, terms: string, channel: Shared<Channel>): Contestant[] => [
    {
      ...{ name: contestant, terms: `${terms}; ${window} events under way` },
      start: () => standingOn(channel, window, options),
    },
    {
      ...{ name: name.one(contestant), terms: 'the same, the next event when all have heard the last' },
      start: () => standingOn(channel, 1, options),
    },
  ]
  return [
    ...both(name.ours, ours, own),
    ...both(name.theirs, theirs, peer(isDirect ? 'itself' : 'port')),
    ...(isDirect ? [] : both(name.alike, 'the same, reached by Nginx over a unix socket as Madang is', peer('file'))),
  ]
}

async function standingOn(shared: Shared<Channel>, underWay: number, options: BenchOptions): Promise<Standing> {
  const { value: channel, leave } = await shared.join()
  const seconds = options.seconds / 2
  return {
    stop: leave,
    async round(): Promise<Figures> {
      await tellFor(channel, underWay, Math.min(1, seconds))
      const before = processorSeconds(channel.pids())
      const clientBefore = channel.readers.cpuSeconds
      const startedAt = performance.now()
      const times = await tellFor(channel, underWay, seconds)
      const tookSeconds = (performance.now() - startedAt) / 1000
      const used = usedBetween(before, processorSeconds(channel.pids()))
      const deliveries = times.length * channel.streams
      return {
        deliveriesPerSecond: deliveries / tookSeconds,
        cpuUs: (busiestServerOf(used) * 1_000_000) / deliveries,
        allCpuUs: (Object.values(used).reduce((sum, each) => sum + each, 0) * 1_000_000) / deliveries,
        ...{ p50Ms: percentile(times, 0.5), p95Ms: percentile(times, 0.95), p99Ms: percentile(times, 0.99) },
        [loadBusy]: ((channel.readers.cpuSeconds - clientBefore) / tookSeconds) * 100,
      }
    },
  }
}

/** The one that has the streams. */
function busiestServerOf(used: Readonly<Record<string, number>>): number {
  return Math.max(...Object.entries(used).flatMap(([part, seconds]) => (part.startsWith('server') ? [seconds] : [])))
}

/** Milliseconds from the telling of each event until all had heard it. */
async function tellFor(channel: Channel, underWay: number, seconds: number): Promise<number[]> {
  const until = performance.now() + seconds * 1000
  const times: number[] = []
  await Promise.all(
    Array.from({ length: underWay }, async () => {
      while (performance.now() < until) {
        const number = channel.next
        channel.next += 1
        const toldAt = performance.now()
        await Promise.all([channel.readers.heard(number), channel.tell(number)])
        times.push(performance.now() - toldAt)
      }
    }),
  )
  return times
}

type Opened = { value: Channel; close(): Promise<void> }

/** One site for all: Madang is on it, and the peers use its Nginx. */
async function openTown(log: BenchOptions['log']): Promise<{ value: Site; close(): Promise<void> }> {
  const site = await startSite({ name: 'streams', log })
  return { value: site, close: () => site.stop() }
}

/** What stands on the site, and leaves it when it closes. */
async function joined(town: Shared<Site>, open: (site: Site) => Promise<Opened>): Promise<Opened> {
  const { value: site, leave } = await town.join()
  try {
    const { value, close } = await open(site)
    return { value, close: () => close().finally(leave) }
  } catch (error) {
    await leave()
    throw error
  }
}

/** What a post says to everybody, with the marker that readers look for. */
function eventOf(number: number) {
  const text = `${writeMarker(0, number, 0)} ${eventText}`
  return { post: { id: String(number + 1), kind: 'plain', text, likeCount: 0, commentCount: 0 } }
}

async function openMadang(site: Site, count: number, isDirect: boolean): Promise<Opened> {
  const people = await signIn(site, Math.ceil(count / streamsOfOne), 'listener')
  const teller = await openTeller(
    site,
    people.map(({ account }) => account),
  )
  const port = Number(new URL(isDirect ? (site.servers[0] ?? '') : site.address).port)
  const tokens = await Promise.all(
    Array.from(
      { length: count },
      (_, nth) => people[nth % people.length]?.token() ?? Promise.reject(new Error('nobody')),
    ),
  )
  const readers = await Readers.open({ port, path, tokens, network })
  return {
    value: { readers, streams: count, next: 0, pids: () => site.pids(), tell: (number) => teller.tell(number) },
    async close() {
      await readers.close()
      await teller.close()
    },
  }
}

/**
 * Tells as the domains do, in a transaction, one after the other, so that the order of the events is that of their numbers. What waits
 * meanwhile goes in the next one. Everybody hides a few people, and nobody the one who acts.
 */
async function openTeller({ databaseUrl, redisUrl }: Site, accounts: readonly AccountId[]) {
  const sql = connectMysql({ url: databaseUrl, poolMax: 2, acquireTimeoutMs: 10_000 })
  const log = createLog({ level: 'warn', service: 'bench' })
  const redis = connectRedis({ url: redisUrl, purpose: 'commands', name: 'bench', onError: () => undefined })
  const broker = new Broker({ url: redisUrl, publisher: redis, log })
  const [actor, ...others] = accounts
  const hidden = others.slice(0, 5)
  const mutes = others.slice(5).flatMap((muter) => hidden.map((muted) => ({ muter_id: muter, muted_id: muted })))
  if (mutes.length > 0) await sql('mutes').insert(mutes)
  const transaction = createTelling({ sql, broker, log })
  const waiting: number[] = []
  let telling: Promise<void> | undefined
  const tellAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const numbers = waiting.splice(0)
      await transaction(async (_, tell) => {
        for (const number of numbers) {
          tell({ topic: 'timeline', type: 'post.created', data: eventOf(number), ...(actor && { actor }) })
        }
      })
    }
    telling = undefined
  }
  return {
    tell(number: number): Promise<void> {
      waiting.push(number)
      telling ??= tellAll()
      return telling
    },
    async close(): Promise<void> {
      await broker.close()
      await closeRedis(redis)
      await sql.destroy()
    },
  }
}

async function openPeer(options: SsePeerOptions, count: number): Promise<Opened> {
  const peer = await startSsePeer(options)
  try {
    const tokens = Array.from({ length: count }, () => 'nobody')
    const readers = await Readers.open({ port: peer.port, path, tokens, network })
    const tell = (number: number): void => peer.broadcast('post.created', eventOf(number))
    return {
      value: { readers, streams: count, next: 0, tell, pids: () => peer.pids() },
      async close() {
        await readers.close()
        await peer.stop()
      },
    }
  } catch (error) {
    await peer.stop()
    throw error
  }
}
