import { encodeCursor } from '../../src/platform/http/pages.ts'
import { connectMysql } from '../../src/platform/mysql.ts'
import type { BenchOptions, Contestant, Figures, Measure, Standing } from '../contract.ts'
import { loadBusy, ownSeconds, processorSeconds, usedBetween } from '../processor-time.ts'
import { percentile } from '../ratios.ts'
import { signIn } from '../site/members.ts'
import type { SignedIn } from '../site/members.ts'
import { startSite } from '../site/site.ts'
import type { Site } from '../site/site.ts'
import { startChild } from './child.ts'
import { writePosts } from './many-posts.ts'
import { readPage, readPages } from './page-reader.ts'
import type { PageRequest } from './page-reader.ts'
import { sharedBy } from './shared.ts'

const connections = 4
const likes = 500
const hidden = 20
const firstPage = '/v1/timeline?limit=20'

/** P11: a page of the feed of everybody, twenty posts, for a reader who hides twenty people. */
export const feed: Measure = {
  id: 'P11',
  title: 'A feed page on 1,000,000 posts',
  contestants: feedContestants,
  comparisons: [
    {
      ...{ title: 'CPU of Node per page', quantity: 'cpuMs', ours: 'madang', theirs: 'bare node:http' },
      bars: { most: { must: 1.15, goal: 1.05 } },
    },
    {
      ...{ title: 'a page at depth 900,000 ÷ the first', quantity: 'p50Ms', ours: 'madang, deep', theirs: 'madang' },
      bars: { most: { must: 1.25, goal: 1.05 } },
    },
  ],
}

function feedContestants(options: BenchOptions): readonly Contestant[] {
  const town = sharedBy(() => openTown(options))
  const at = (path: (depth: number) => string) => async (): Promise<Standing> => {
    const { value, leave } = await town.join()
    const { site, reader } = value
    const port = Number(new URL(site.servers[0] ?? '').port)
    const request = { port, path: path(value.newest - Math.round(900_000 * options.scale)) }
    const pid = (): number => site.pids()['server-1'] ?? 0
    return pageStanding({ options, reader, pid, request, stop: leave })
  }
  return [
    {
      name: 'madang',
      terms: `one server of the site, asked directly: session, blocks and mutes, rate limits, ETag, headers, log as shipped; ${connections} connections, then one`,
      start: at(() => firstPage),
    },
    {
      name: 'madang, deep',
      terms: 'the same page 900,000 posts further back (times the scale)',
      start: at((depth) => `${firstPage}&cursor=${encodeCursor(depth)}`),
    },
    {
      name: 'bare node:http',
      terms:
        'node:http and mysql2: the same statements and the same bytes of body, without checking the token, limits, ETag, headers, log',
      async start() {
        const { value, leave } = await town.join()
        const { site, reader } = value
        const child = await startChild('web/bare-feed.ts', { DATABASE_URL: site.databaseUrl })
        const request = { port: child.port, path: firstPage }
        await requireSamePage(site, request, reader)
        return pageStanding({
          ...{ options, reader, request, pid: () => child.pid },
          async stop() {
            await child.stop()
            await leave()
          },
        })
      },
    },
  ]
}

interface Town {
  site: Site
  reader: SignedIn
  newest: number
}

async function openTown(options: BenchOptions): Promise<{ value: Town; close(): Promise<void> }> {
  const site = await startSite({ name: 'feed', log: options.log })
  try {
    const newest = await writePosts(site.databaseUrl, Math.round(1_000_000 * options.scale), options.log)
    const [reader] = await signIn(site, 1, 'reader')
    if (reader === undefined) throw new Error('nobody signed in')
    await furnish(site, reader, newest)
    return { value: { site, reader, newest }, close: () => site.stop() }
  } catch (error) {
    await site.stop()
    throw error
  }
}

/** The reader likes some of the newest posts, has muted and blocked some people, and the rows are where they would be. */
async function furnish({ databaseUrl }: Site, { account }: SignedIn, newest: number): Promise<void> {
  const sql = connectMysql({ url: databaseUrl, poolMax: 1, acquireTimeoutMs: 10_000 })
  const people = `SELECT id FROM accounts WHERE username LIKE 'seed_%' ORDER BY id DESC LIMIT ?`
  await sql.raw(`INSERT INTO mutes (muter_id, muted_id) SELECT ?, id FROM (${people}) AS some`, [account, hidden / 2])
  await sql.raw(`INSERT INTO blocks (blocker_id, blocked_id) SELECT ?, id FROM (${people}) AS some`, [account, hidden])
  const some = 'SELECT ?, id FROM posts WHERE id > ? AND id % 3 = 0 ORDER BY id DESC LIMIT ?'
  await sql.raw(`INSERT IGNORE INTO likes (account_id, post_id) ${some}`, [account, newest - 3 * likes, likes])
  await sql.raw('ANALYZE TABLE posts, likes')
  await sql.destroy()
}

/** A page that says something else would cost something else. */
async function requireSamePage(
  site: Site,
  { port, path }: Omit<PageRequest, 'token'>,
  reader: SignedIn,
): Promise<void> {
  const token = await reader.token()
  const own = await readPage({ port: Number(new URL(site.servers[0] ?? '').port), path, token })
  const bare = await readPage({ port, path, token })
  if (!own.equals(bare)) throw new Error(`two pages:\n${own.toString()}\n${bare.toString()}`)
  const { items } = JSON.parse(own.toString()) as { items: unknown[] }
  if (items.length !== 20) throw new Error(`a page of ${items.length}`)
}

/** Long enough that what is asked again and again is compiled: a server that answers pages has done so for hours. */
const warmUpSeconds = 6

/** Half of a round is for what a page costs, under some load; the other half for how long one takes, alone. */
async function pageStanding(options: {
  options: BenchOptions
  reader: SignedIn
  request: Omit<PageRequest, 'token'>
  pid: () => number
  stop: () => Promise<void>
}): Promise<Standing> {
  const { reader, stop } = options
  const seconds = options.options.seconds / 2
  const ask = async (): Promise<PageRequest> => ({ ...options.request, token: await reader.token() })
  const warm = await ask()
  const expectedFirst = await readPage(warm)
  await readPages(warm, { connections, seconds: Math.min(warmUpSeconds, seconds * 2), expected: expectedFirst })
  return {
    stop,
    async round(): Promise<Figures> {
      const request = await ask()
      const expected = await readPage(request)
      await readPages(request, { connections, seconds: Math.min(1, seconds), expected })
      const server = { server: options.pid() }
      const before = processorSeconds(server)
      const readerBefore = ownSeconds()
      const startedAt = performance.now()
      const pages = await readPages(request, { connections, seconds, expected })
      const tookSeconds = (performance.now() - startedAt) / 1000
      const readerSeconds = ownSeconds() - readerBefore
      const { server: used = 0 } = usedBetween(before, processorSeconds(server))
      const alone = await readPages(request, { connections: 1, seconds, expected })
      return {
        cpuMs: (used * 1000) / pages.length,
        pagesPerSecond: pages.length / tookSeconds,
        ...{ p50Ms: percentile(alone, 0.5), p95Ms: percentile(alone, 0.95), p99Ms: percentile(alone, 0.99) },
        [loadBusy]: (readerSeconds / tookSeconds) * 100,
      }
    },
  }
}
