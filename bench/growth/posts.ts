import type { BenchOptions, Figures } from '../contract.ts'
import { percentile } from '../ratios.ts'
import { processorSeconds, usedBetween } from '../processor-time.ts'
import { connectMysql, selectRows } from '../../src/platform/mysql.ts'
import { encodeCursor } from '../../src/platform/http/pages.ts'
import { signIn } from '../site/members.ts'
import type { SignedIn } from '../site/members.ts'
import { startSite } from '../site/site.ts'
import type { Site } from '../site/site.ts'
import { copyPosts, writePosts } from '../web/many-posts.ts'
import { readPage, readPages } from '../web/page-reader.ts'
import type { PageRequest } from '../web/page-reader.ts'
import type { Sweep, SweepStanding } from './contract.ts'

const connections = 4

/** A community that goes on writing. */
export const posts: Sweep = {
  id: 'posts',
  title: 'A feed page, by the posts that there are',
  x: 'posts',
  sizes: [10_000, 100_000, 1_000_000],
  terms: `twenty posts of everybody, the newest and those nine tenths further back; ${connections} connections to one server, then one for the times`,
  plots: [
    {
      ...{ name: 'page', title: 'A feed page, by the posts that there are', y: 'ms' },
      quantities: ['p50Ms', 'deepP50Ms', 'nodeMs', 'databaseMs'],
    },
  ],
  open: openPosts,
}

async function openPosts({ seconds, log }: BenchOptions): Promise<SweepStanding> {
  const site = await startSite({ name: 'growth-posts', log })
  await writePosts(site.databaseUrl, posts.sizes[0] ?? 0, log)
  const [reader] = await signIn(site, 1, 'reader')
  if (reader === undefined) throw new Error('nobody signed in')
  return {
    async at(size) {
      const { newest, bytes } = await grow(site, size)
      const deep = encodeCursor(newest - Math.round(size * 0.9))
      const first = await pagesOf(site, reader, '/v1/timeline?limit=20', seconds / 2)
      const far = await pagesOf(site, reader, `/v1/timeline?limit=20&cursor=${deep}`, seconds / 2)
      return {
        ...first,
        deepP50Ms: far['p50Ms'] ?? 0,
        deepNodeMs: far['nodeMs'] ?? 0,
        storedBytesPerPost: bytes / size,
      }
    },
    stop: () => site.stop(),
  }
}

async function grow({ databaseUrl }: Site, size: number): Promise<{ newest: number; bytes: number }> {
  const sql = connectMysql({ url: databaseUrl, poolMax: 1, acquireTimeoutMs: 10_000 })
  try {
    await copyPosts(sql, size)
    await sql.raw('ANALYZE TABLE posts, post_tags, likes')
    const [row] = await selectRows<{ newest: number }>(sql, 'SELECT MAX(id) AS newest FROM posts')
    const [tables] = await selectRows<{ bytes: number }>(
      sql,
      `SELECT CAST(SUM(data_length + index_length) AS DOUBLE) AS bytes FROM information_schema.tables
       WHERE table_schema = DATABASE() AND table_name IN ('posts', 'post_tags', 'likes')`,
    )
    return { newest: row?.newest ?? 0, bytes: tables?.bytes ?? 0 }
  } finally {
    await sql.destroy()
  }
}

async function pagesOf(site: Site, reader: SignedIn, path: string, seconds: number): Promise<Figures> {
  const port = Number(new URL(site.servers[0] ?? '').port)
  const request: PageRequest = { port, path, token: await reader.token() }
  const expected = await readPage(request)
  const { items } = JSON.parse(expected.toString()) as { items: unknown[] }
  if (items.length !== 20) throw new Error(`a page of ${items.length}`)
  await readPages(request, { connections, seconds: Math.min(2, seconds), expected })
  const before = processorSeconds(site.pids())
  const pages = await readPages(request, { connections, seconds, expected })
  const { 'server-1': node = 0, database = 0 } = usedBetween(before, processorSeconds(site.pids()))
  const alone = await readPages(request, { connections: 1, seconds, expected })
  return {
    nodeMs: (node * 1000) / pages.length,
    databaseMs: (database * 1000) / pages.length,
    p50Ms: percentile(alone, 0.5),
    p99Ms: percentile(alone, 0.99),
    bytesPerPage: expected.length,
  }
}
