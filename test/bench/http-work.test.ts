import test from 'ava'
import type { ExecutionContext } from 'ava'
import { courtyardOf } from '../timeline/courtyard.ts'
import type { Resident } from '../timeline/courtyard.ts'

/**
 * What requests of the hot paths cost MySQL, counted in statements: more of them is more time on any machine. Two belong to each request
 * (who asks) or transaction (BEGIN and COMMIT).
 */

const courtyard = courtyardOf(test)

let alice: Resident
let bob: Resident
let post: string

test.serial.before('forty people have something to say', async () => {
  const { person } = courtyard()
  alice = await person('alice')
  bob = await person('bob')
  const others = await Promise.all(Array.from({ length: 40 }, () => person()))
  for (const other of others) await other.posts(`안녕하세요, @${alice.username} #마당`)
  post = await alice.posts('모두의 글')
  for (const other of others) {
    await other.comments(post, `저도요, @${bob.username}`)
    await other.gets(`PUT /v1/posts/${post}/like`)
  }
})

/** The statements that somebody's request makes, each on one line. */
async function statementsOf(ask: () => Promise<unknown>): Promise<string[]> {
  const { sql } = courtyard().world
  const seen: string[] = []
  const note = (query: { sql: string }): void => void seen.push(query.sql.replaceAll(/\s+/g, ' ').trim())
  sql.on('query', note)
  await ask().finally(() => sql.off('query', note))
  return seen
}

function hasAtMost(t: ExecutionContext, statements: readonly string[], most: number): void {
  t.true(statements.length > 0 && statements.length <= most, `${statements.length}:\n${statements.join('\n')}`)
}

const pages: [what: string, path: () => string, most: number][] = [
  ['a feed page', () => '/v1/timeline', 4],
  ['the posts of one person', () => `/v1/people/${alice.username}/posts`, 5],
  ['the comments under a post', () => `/v1/posts/${post}/comments`, 4],
  ['who likes a post', () => `/v1/posts/${post}/likes`, 4],
  ['an inbox', () => '/v1/notifications', 3],
]

for (const [what, path, most] of pages) {
  test.serial(`${what} takes the same few statements whatever its size`, async (t) => {
    const sizes = []
    for (const limit of [2, 20, 39]) {
      // Names that are at hand are not asked for: each page finds them so.
      await alice.gets(`GET ${path()}?limit=${limit}`)
      const { items } = await alice.page(`${path()}?limit=${limit}`)
      const statements = await statementsOf(() => alice.gets(`GET ${path()}?limit=${limit}`))
      hasAtMost(t, statements, most)
      sizes.push({ items: items.length, statements: statements.length })
    }

    t.true(what === 'the posts of one person' || sizes.every(({ items }, nth) => items === [2, 20, 39][nth]), what)
    t.is(new Set(sizes.map(({ statements }) => statements)).size, 1, JSON.stringify(sizes))
  })
}

/** How many posts are written as JSON because of somebody's request. */
async function postsWrittenBy(ask: () => Promise<unknown>): Promise<number> {
  const { stringify } = JSON
  let written = 0
  JSON.stringify = new Proxy(stringify, {
    apply(write, json, [value, ...options]: Parameters<typeof stringify>) {
      if (typeof value === 'object' && value !== null && 'likeCount' in value) written += 1
      return Reflect.apply(write, json, [value, ...options])
    },
  })
  await ask().finally(() => (JSON.stringify = stringify))
  return written
}

test.serial('of a page that is read again only what has changed is written again', async (t) => {
  const read = () => bob.gets('GET /v1/timeline?limit=39')

  await read()
  t.is(await postsWrittenBy(read), 0)
  await alice.gets(`PUT /v1/posts/${post}/like`)
  t.is(await postsWrittenBy(read), 1)
  t.is(await postsWrittenBy(() => alice.gets('GET /v1/timeline?limit=39')), 0, 'whoever reads')
  await alice.gets(`DELETE /v1/posts/${post}/like`)
})

test.serial('pages that are asked for one after the other share connections', async (t) => {
  const { pool } = courtyard().world.sql.client as { pool: { on(event: string, hear: () => void): void } }
  let fetched = 0
  pool.on('acquireRequest', () => (fetched += 1))
  const readings = 40

  for (let nth = 0; nth < readings; nth += 1) await bob.gets('GET /v1/timeline?limit=2')

  t.true(fetched < readings, String(fetched))
})

test.serial('a like, a comment and a post take so many statements, and a second like next to none', async (t) => {
  const fresh = await bob.posts('새 글')
  await alice.gets(`PUT /v1/posts/${fresh}/like`)
  await alice.gets(`DELETE /v1/posts/${fresh}/like`)

  hasAtMost(t, await statementsOf(() => alice.gets(`PUT /v1/posts/${fresh}/like`)), 17)
  hasAtMost(t, await statementsOf(() => alice.gets(`PUT /v1/posts/${fresh}/like`)), 6)
  hasAtMost(t, await statementsOf(() => alice.comments(fresh, '좋아요')), 17)
  hasAtMost(t, await statementsOf(() => alice.posts('글 하나')), 8)
})
