import test from 'ava'
import { seedCommunity } from '../../src/commands/seed/community.ts'
import { readTexts } from '../../src/commands/seed/texts.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { Ticker } from '../../src/platform/lifecycle.ts'
import { rebuildPopular } from '../../src/timeline/index.ts'
import { openHouse } from '../chat/house.ts'
import { tokenFor } from '../support/crowd.ts'
import { worldOf } from '../support/world.ts'
import { Resident } from '../timeline/courtyard.ts'

/**
 * A seeded community whose feeds are read to their end while its people go on writing. Small in the suite; for a large run:
 * COMMUNITY_MEMBERS=1000 COMMUNITY_POSTS=100000 COMMUNITY_TEXT=one.txt,two.csv npm test -- test/journeys/community.test.ts
 */
const members = Number(process.env['COMMUNITY_MEMBERS'] ?? 60)
const posts = Number(process.env['COMMUNITY_POSTS'] ?? 1500)
const files = (process.env['COMMUNITY_TEXT'] ?? '').split(',').filter(Boolean)

const most = 1_000_000
const generous = {
  ...{ POSTS_PER_HOUR: most, COMMENTS_PER_HOUR: most, RELATIONS_PER_MINUTE: most },
  ...{ EDITS_PER_HOUR: most, LIKES_PER_MINUTE: most },
}
const world = worldOf(test)
let reader: Resident
let crowd: Resident[]
let admin: Resident

test.serial.before('a community is seeded, and its servers are started', async (t) => {
  t.timeout(300_000)
  const { sql } = world()
  const wish = {
    members,
    posts,
    texts: await readTexts(files),
    password: undefined,
    demoNames: ['x'],
    isAmongPeople: false,
  }
  await seedCommunity(sql, wish, { begin() {}, done() {} })
  const houses = [await openHouse(world(), generous), await openHouse(world(), generous)]
  const rows: { id: AccountId; username: string }[] = await sql('accounts')
    .orderBy('id')
    .limit(12)
    .select('id', 'username')
  const people: Resident[] = []
  for (const [nth, { id, username }] of rows.entries()) {
    const token = await tokenFor(world(), id)
    people.push(new Resident(houses[nth % 2]!.origin, { account: id, username, token }))
  }
  await sql('accounts').where({ id: people[0]!.account }).update({ role: 'admin' })
  admin = people[0]!
  reader = people[11]!
  crowd = people.slice(1, 11)
  await reader.to('block', people[1]!)
  await reader.to('mute', people[2]!)
  for (const author of people.slice(3, 7)) await reader.to('follow', author)
})

/** What goes on while somebody reads: posts, edits, comments, likes, and deletions whose ids are kept. */
class Bustle {
  readonly deleted = new Set<string>()
  readonly created = new Set<string>()
  #isOver = false
  readonly #running: Promise<void>[]

  constructor(present: readonly string[]) {
    this.#running = [this.#write(), this.#react(present), this.#delete(present)]
  }

  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#running)
  }

  async #write(): Promise<void> {
    for (let nth = 0; !this.#isOver; nth += 1) {
      const author = crowd[nth % crowd.length]!
      const id = await author.posts(`쓰는 중 ${nth} #일상`, { area: '서울 마포구' })
      this.created.add(id)
      if (nth % 3 === 0) await author.gets(`PATCH /v1/posts/${id}`, { text: `고치는 중 ${nth} #일상` })
    }
  }

  async #react(present: readonly string[]): Promise<void> {
    for (let nth = 0; !this.#isOver; nth += 1) {
      const who = crowd[nth % crowd.length]!
      const post = present[(nth * 31) % present.length]!
      // It may have been deleted meanwhile, or belong to somebody who is blocked.
      await who.ask(`PUT /v1/posts/${post}/like`)
      await who.ask(`POST /v1/posts/${post}/comments`, { text: '지나가다' })
    }
  }

  async #delete(present: readonly string[]): Promise<void> {
    for (let nth = 0; !this.#isOver && nth < present.length / 10; nth += 1) {
      const post = present[(nth * 17 + 5) % present.length]!
      if (this.deleted.has(post)) continue
      this.deleted.add(post)
      await admin.gets(`DELETE /v1/posts/${post}`)
    }
  }
}

/** Reads a list to its end, page by page; every page but the last is full. */
async function readAll(path: string): Promise<{ ids: string[]; isFull: boolean; pages: number }> {
  const ids: string[] = []
  let isFull = true
  let pages = 0
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await reader.page(cursor === undefined ? path : `${path}&cursor=${cursor}`)
    ids.push(...page.items.map((item) => item.id))
    pages += 1
    isFull &&= page.next === undefined || page.items.length === limit
    cursor = page.next
  }
  return { ids, isFull, pages }
}

const limit = Math.min(100, Math.max(10, Math.floor(posts / 60)))
const visible = 'p.author_id NOT IN (?, ?)'
const feeds: [name: string, path: string, condition: string][] = [
  ['everyone', '/v1/timeline?', visible],
  [
    'following',
    '/v1/timeline?feed=following&',
    `${visible} AND p.author_id IN (SELECT followed_id FROM follows WHERE follower_id = ?)`,
  ],
  [
    'a tag',
    `/v1/timeline?tag=${encodeURIComponent('일상')}&`,
    `${visible} AND p.id IN (SELECT post_id FROM post_tags WHERE tag_key = '일상')`,
  ],
  [
    'an area',
    `/v1/timeline?feed=area&area=${encodeURIComponent('서울 마포구')}&`,
    `${visible} AND p.area_key = '서울 마포구'`,
  ],
]

async function idsWhere(condition: string, order = 'p.id DESC', from = 'posts p'): Promise<string[]> {
  const hidden = [crowd[0]!.account, crowd[1]!.account]
  const bindings = condition.includes('follower_id') ? [...hidden, reader.account] : hidden
  const [rows] = await world().sql.raw(`SELECT p.id FROM ${from} WHERE ${condition} ORDER BY ${order}`, bindings)
  return (rows as { id: number }[]).map((row) => String(row.id))
}

for (const [name, path, condition] of feeds) {
  test.serial(
    `the feed of ${name} is read to its end while others write and delete: nothing twice, nothing missing`,
    async (t) => {
      t.timeout(300_000)
      const present = await idsWhere(condition)
      const bustle = new Bustle(present)

      const { ids, isFull, pages } = await readAll(`${path}limit=${limit}`)
      await bustle.end()

      t.log(
        `${ids.length} posts in ${pages} pages; meanwhile ${bustle.created.size} written, ${bustle.deleted.size} deleted`,
      )
      const read = new Set(ids)
      t.true(present.length > limit && bustle.created.size > 0 && bustle.deleted.size > 0)
      t.is(read.size, ids.length, 'nothing twice')
      t.deepEqual(
        ids,
        ids.toSorted((one, other) => Number(other) - Number(one)),
      )
      t.deepEqual(
        present.filter((id) => !read.has(id) && !bustle.deleted.has(id)),
        [],
        'nothing missing',
      )
      const known = new Set(present)
      t.deepEqual(
        ids.filter((id) => !known.has(id) && Number(id) <= Number(present[0])),
        [],
        'nothing that was not there',
      )
      t.true(isFull)
    },
  )
}

test.serial('the popular posts are read to the end of their ranking while they are ranked anew', async (t) => {
  t.timeout(300_000)
  const { sql } = world()
  const snapshot = await rebuildPopular(sql, 0)
  const from = 'popular_entries e JOIN posts p ON p.id = e.post_id'
  const present = await idsWhere(`${visible} AND e.snapshot_id = ${snapshot}`, 'e.place', from)
  const bustle = new Bustle(present)
  const ranking = new Ticker({
    everyMs: 20,
    work: async () => void (await rebuildPopular(sql, 0)),
    onError: (error) => t.fail(String(error)),
  }).start()

  const first = await reader.page(`/v1/timeline?feed=popular&limit=${limit}&cursor=${cursorOf(snapshot!)}`)
  const rest = await reader.all(`/v1/timeline?feed=popular&limit=${limit}`, first.next)
  await Promise.all([bustle.end(), ranking.stop()])

  const ids = [...first.items, ...rest].map((item) => item.id)
  t.log(`${ids.length} posts; meanwhile ${bustle.created.size} written, ${bustle.deleted.size} deleted`)
  const read = new Set(ids)
  t.true(present.length > limit && bustle.deleted.size > 0)
  t.deepEqual(
    ids,
    present.filter((id) => read.has(id)),
    'in the order of the ranking, nothing twice',
  )
  t.deepEqual(
    present.filter((id) => !read.has(id) && !bustle.deleted.has(id)),
    [],
    'nothing missing',
  )
})

/** The beginning of a ranking, as its second page would name it. */
function cursorOf(snapshot: number): string {
  return Buffer.from(JSON.stringify({ snapshot, place: 0 })).toString('base64url')
}

test.serial('after all of it the counts are those of the rows', async (t) => {
  const [wrong] = await world().sql.raw(
    `SELECT p.id FROM posts p
     WHERE p.like_count <> (SELECT COUNT(*) FROM likes l WHERE l.post_id = p.id)
        OR p.comment_count <> (SELECT COUNT(*) FROM comments c WHERE c.post_id = p.id)`,
  )
  const [orphans] = await world().sql.raw(
    `SELECT 'likes' AS what FROM likes WHERE post_id NOT IN (SELECT id FROM posts)
     UNION SELECT 'comments' FROM comments WHERE post_id NOT IN (SELECT id FROM posts)
     UNION SELECT 'post_tags' FROM post_tags WHERE post_id NOT IN (SELECT id FROM posts)`,
  )
  const [[counted]] = await world().sql.raw(
    'SELECT SUM(posts) AS posts, (SELECT COUNT(*) FROM posts) AS rows_ FROM post_counts',
  )

  t.deepEqual(wrong, [])
  t.deepEqual(orphans, [])
  t.is(Number(counted.posts), counted.rows_)
})
