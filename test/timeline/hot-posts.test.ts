import test from 'ava'
import type { PostId } from '../../src/platform/ids.ts'
import { connectMysql, selectRows } from '../../src/platform/mysql.ts'
import { PostTurns } from '../../src/timeline/post-turns.ts'
import { crowd } from '../support/crowd.ts'
import type { Member } from '../support/crowd.ts'
import { eventually } from '../support/eventually.ts'
import { courtyardOf } from './courtyard.ts'

const courtyard = courtyardOf(test)

test('while a hot post is held by somebody, its likes wait or are told to come again, and everything else answers', async (t) => {
  t.timeout(60_000)
  const { world, origin, person } = courtyard()
  const alice = await person('alice')
  const [hot, other] = [await alice.posts('모두가 좋아하는 글'), await alice.posts('또 다른 글')]
  const fans = await crowd(world, 60)
  const held = await holdPost(world.config.DATABASE_URL, hot)
  t.teardown(() => held.release())

  const likes = fans.map((fan) => like(origin, hot, fan))
  await eventually(() => held.isWaitedFor())
  const page = await fetch(`${origin}/v1/timeline`, { headers: { authorization: `Bearer ${alice.token}` } })
  const otherLike = await like(origin, other, fans[0]!)
  const refused = await Promise.race(likes)
  await held.release()
  const answers = await Promise.all(likes)

  t.is(page.status, 200)
  t.is(otherLike.status, 200)
  t.is(refused.status, 503)
  t.regex(refused.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/)
  const kept = answers.filter(({ status }) => status === 200).length
  t.deepEqual([...new Set(answers.map(({ status }) => status))].toSorted(), [200, 503])
  t.is((await alice.gets(`GET /v1/posts/${hot}`))['likeCount'], kept)
})

test('changes of many posts leave half of the connections to everybody else, and a line that is full refuses its own post only', async (t) => {
  const turns = new PostTurns({ connections: 4, mostWaiting: 2, waitMs: 30_000 })
  const gate = Promise.withResolvers<void>()
  let running = 0
  let most = 0
  const work = async (): Promise<void> => {
    running += 1
    most = Math.max(most, running)
    await gate.promise
    running -= 1
  }

  const first = ids.map((post) => turns.take(post, work))
  const waiting = [1, 2].map(() => turns.take(ids[0]!, work))
  await t.throwsAsync(turns.take(ids[0]!, work), { message: /change this post/ })
  gate.resolve()
  await Promise.all([...first, ...waiting])

  t.is(most, 2)
})

const ids = [1, 2, 3, 4].map((id) => id as PostId)

function like(origin: string, post: string, { token }: Member): Promise<Response> {
  const signal = AbortSignal.timeout(30_000)
  return fetch(`${origin}/v1/posts/${post}/like`, {
    ...{ method: 'PUT', signal },
    headers: { authorization: `Bearer ${token}` },
  })
}

/** As a transaction does that froze: the row is locked until it is let go. */
async function holdPost(url: string, post: string) {
  const sql = connectMysql({ url, poolMax: 1, acquireTimeoutMs: 10_000 })
  const transaction = await sql.transaction()
  await transaction.raw('SELECT id FROM posts WHERE id = ? FOR UPDATE', [post])
  return {
    async isWaitedFor(): Promise<boolean> {
      const waiting = await selectRows(
        transaction,
        `SELECT id FROM information_schema.processlist
         WHERE db = DATABASE() AND command = 'Query' AND id <> CONNECTION_ID() AND info LIKE '%FOR UPDATE%'`,
      )
      return waiting.length > 0
    },
    async release(): Promise<void> {
      if (!transaction.isCompleted()) await transaction.rollback()
      await sql.destroy()
    },
  }
}
