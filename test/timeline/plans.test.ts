import test from 'ava'
import { randomBytes } from 'node:crypto'
import { createPictureViews } from '../../src/media/index.ts'
import { insertPicture, markProcessing } from '../../src/media/store.ts'
import { insertFollows } from '../../src/people/bulk-store.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { insertPosts } from '../../src/timeline/bulk.ts'
import { chooseWay } from '../../src/timeline/following.ts'
import { rebuildPopular } from '../../src/timeline/index.ts'
import { crowd } from '../support/crowd.ts'
import type { Member } from '../support/crowd.ts'
import { explain } from '../support/explain.ts'
import type { PlanStep } from '../support/explain.ts'
import { statementsDuring } from '../support/statements.ts'
import type { Statement } from '../support/statements.ts'
import { courtyardOf, openCourtyard } from './courtyard.ts'
import type { Resident } from './courtyard.ts'
import { Neighbours } from './stand-ins.ts'

const courtyard = courtyardOf(test)

let reader: Resident
let writers: Member[]
let quiet: Member[]

test.serial.before('a few thousand posts are there', async () => {
  const { world, person } = courtyard()
  reader = await person('reader')
  const hidden = await person('hidden')
  await reader.to('mute', hidden)
  writers = await crowd(world, 30, 'writer')
  quiet = await crowd(world, 5, 'quiet')
  const all = [...writers, hidden]
  const posts = Array.from({ length: 4000 }, (_, nth) => ({
    author: nth % 400 === 7 ? quiet[nth % 5]!.account : all[(nth * 7) % all.length]!.account,
    text: `글 ${nth} #tag${nth % 20}`,
    area: nth % 5 === 0 ? '서울 마포구' : undefined,
    at: new Date(Date.now() - (4000 - nth) * 60_000),
    comments:
      nth === 3999
        ? Array.from({ length: 300 }, (__, other) => ({
            author: all[other % all.length]!.account,
            text: `댓글 ${other}`,
            at: new Date(),
          }))
        : [],
    likes: all.slice(0, nth === 3999 ? 30 : nth % 7).map(({ account }) => ({ account, at: new Date() })),
  }))
  await insertPosts(world.sql, posts, async () => new Map())
  await rebuildPopular(world.sql, 0)
  await world.sql.raw('ANALYZE TABLE posts, post_tags, comments, likes, popular_entries')
})

async function follow(members: readonly Member[]): Promise<void> {
  const { world } = courtyard()
  await world.sql('follows').where({ follower_id: reader.account }).delete()
  const pairs = members.map(({ account }) => ({ follower: reader.account, followed: account }))
  await insertFollows(world.sql, pairs)
}

/** The questions that a request asks. */
const statementsOf = (path: string, asker = reader): Promise<Statement[]> =>
  statementsDuring(courtyard().world.sql, /^\s*select/i, () => asker.gets(`GET ${path}`))

async function planOf(statements: readonly Statement[], table: string): Promise<PlanStep> {
  const { sql } = courtyard().world
  const reading = statements.find(({ sql: text }) =>
    new RegExp(`\\bFROM (\\(\\s*SELECT a.id FROM )?(\\w+ )?${table}\\b`).test(text),
  )
  if (reading === undefined) throw new Error(`no statement reads ${table}`)
  const step = (await explain(sql, reading.sql, reading.bindings)).find((one) => one.table === table)
  if (step === undefined) throw new Error(`the plan does not name ${table}`)
  return step
}

test.serial('each feed walks its index and sorts nothing', async (t) => {
  const newest = await reader.page('/v1/timeline?limit=1')
  const post = newest.items[0]!.id
  const queries: [path: string, table: string, key: string][] = [
    ['/v1/timeline', 'p', 'PRIMARY'],
    ['/v1/timeline?feed=area&area=%EC%84%9C%EC%9A%B8%20%EB%A7%88%ED%8F%AC%EA%B5%AC', 'p', 'posts_area'],
    ['/v1/timeline?tag=tag3', 't', 'PRIMARY'],
    ['/v1/timeline?feed=popular', 'e', 'PRIMARY'],
    [`/v1/people/${writers[0]!.username}/posts`, 'p', 'posts_author'],
    [`/v1/posts/${post}/comments`, 'c', 'comments_post'],
    [`/v1/posts/${post}/comments?order=newest`, 'c', 'comments_post'],
    [`/v1/posts/${post}/likes`, 'likes', 'likes_post'],
  ]

  for (const [path, table, key] of queries) {
    const { items, next } = await reader.page(path)
    t.true(items.length === 20 && next !== undefined, path)
    for (const one of [path, `${path}${path.includes('?') ? '&' : '?'}cursor=${next}`]) {
      const plan = await planOf(await statementsOf(one), table)
      t.is(plan.key, key, one)
      t.notRegex(plan.extra, /filesort|temporary/i, one)
    }
  }
})

test.serial(
  'who follows few reads the index of their posts alone; who follows many walks back over all posts',
  async (t) => {
    await follow(quiet)
    const merged = await planOf(await statementsOf('/v1/timeline?feed=following&limit=5'), 'a')
    await follow(writers)
    const walked = await planOf(await statementsOf('/v1/timeline?feed=following'), 'p')

    t.is(merged.key, 'posts_author')
    t.regex(merged.extra, /Using index(;|$)/)
    t.is(walked.key, 'PRIMARY')
    t.notRegex(walked.extra, /filesort|temporary/i)
  },
)

test.serial('both ways of reading those whom one follows find the same', async (t) => {
  await follow([...quiet, ...writers.slice(0, 2)])
  const authors = new Set([...quiet, ...writers.slice(0, 2)].map((member) => String(member.account)))
  const all = await reader.all('/v1/timeline?limit=100')
  const expected = all
    .filter((post) => authors.has(String((post['author'] as { id: string }).id)))
    .map((post) => post.id)

  const found = await reader.all('/v1/timeline?feed=following&limit=7')

  t.true(expected.length > 200)
  t.deepEqual(
    found.map((post) => post.id),
    expected,
  )
})

test('the way is chosen by what each would read', (t) => {
  const page = { before: undefined, limit: 20 }

  t.deepEqual(chooseWay({ theirs: 100, newest: 100_000 }, page), { type: 'merge' })
  t.is(chooseWay({ theirs: 50_000, newest: 100_000 }, page).type, 'walk')
  t.deepEqual(chooseWay({ theirs: 50_000, newest: 100_000 }, { before: 50, limit: 20 }), { type: 'merge' })
  t.deepEqual(chooseWay({ theirs: 0, newest: 100_000 }, page), { type: 'merge' })
  t.deepEqual(chooseWay({ theirs: 10, newest: 0 }, page), { type: 'merge' })
})

test.serial('those who wrote much long ago and nothing since are found all the same', async (t) => {
  const { world } = courtyard()
  const alumni = await crowd(world, 1, 'alumna')
  const [old] = await world.sql('posts').orderBy('id').limit(1).pluck('id')
  await world
    .sql('posts')
    .whereBetween('id', [old, old + 999])
    .update({ author_id: alumni[0]!.account })
  await world.sql('post_counts').insert({ account_id: alumni[0]!.account, posts: 1000 })
  await follow(alumni)

  const { items } = await reader.page('/v1/timeline?feed=following')

  t.is(items.length, 20)
  t.is(items[0]!.id, String(old + 999))
})

test.serial('a page takes as many statements for a hundred posts as for one', async (t) => {
  await follow(writers)
  const feeds: [path: string, most: number][] = [
    ['/v1/timeline?', 4],
    ['/v1/timeline?tag=tag3&', 4],
    ['/v1/timeline?feed=area&area=%EC%84%9C%EC%9A%B8%20%EB%A7%88%ED%8F%AC%EA%B5%AC&', 4],
    ['/v1/timeline?feed=following&', 6],
    ['/v1/timeline?feed=popular&', 5],
    [`/v1/people/${writers[0]!.username}/posts?`, 5],
  ]

  for (const [path, most] of feeds) {
    await reader.gets(`GET ${path}limit=100`)
    const counts: number[] = []
    for (const limit of [1, 20, 100]) counts.push((await statementsOf(`${path}limit=${limit}`)).length)
    t.deepEqual(counts, [most, most, most], path)
  }
})

/** With pictures as they are kept. */
class Gallery extends Neighbours {
  override get media() {
    return { ...super.media, claim: async () => undefined, views: createPictureViews(courtyard().world.config).views }
  }
}

test.serial('names of a page that nobody has asked for yet take one statement, its pictures two', async (t) => {
  const { world, person } = courtyard()
  const painter = await person('painter')
  const hang = async () => {
    const picture = { owner: painter.account, width: 640, height: 480, bytes: 1, placeholder: 'AAAA' }
    const id = await insertPicture(world.sql, { ...picture, name: randomBytes(11).toString('hex') })
    await markProcessing(world.sql, id)
    return { media: String(id) }
  }
  const openGallery = async () => (await openCourtyard(world, {}, new Gallery())).origin
  const there = painter.at(await openGallery())
  for (let nth = 0; nth < 5; nth += 1) {
    await there.posts(`그림 ${nth} @${writers[nth]!.username}`, { pictures: [await hang(), await hang()] })
  }
  const path = `/v1/people/${painter.username}/posts`

  // Servers that know no name yet.
  const few = await statementsOf(`${path}?limit=1`, reader.at(await openGallery()))
  const many = await statementsOf(`${path}?limit=5`, reader.at(await openGallery()))
  const { items } = await reader.at(await openGallery()).page(path)

  t.deepEqual(
    items.map(({ pictures, mentions }) => [(pictures as unknown[]).length, (mentions as unknown[]).length]),
    items.map(() => [2, 1]),
  )
  t.is(items.length, 5)
  t.is(many.length, few.length)
  const reads = (table: string): number => many.filter(({ sql }) => new RegExp(`FROM ${table}\\b`).test(sql)).length
  t.is(reads('post_pictures'), 1)
  t.is(reads('media'), 1)
})

test.serial('the ranking reads the posts of its days by their time', async (t) => {
  const { sql } = courtyard().world
  const seen: Statement[] = []
  const note = ({ sql: text, bindings }: Statement): void => void seen.push({ sql: text, bindings })
  sql.on('query', note)
  await rebuildPopular(sql, 0)
  sql.off('query', note)

  t.is((await planOf(seen, 'p')).key, 'posts_created')
})

test.serial('posts by people who are gone have no author and are shown', async (t) => {
  const { world } = courtyard()
  await insertPosts(
    world.sql,
    [{ author: 999_999_999 as AccountId, text: '남겨진 글', area: undefined, at: new Date(), comments: [], likes: [] }],
    async () => new Map(),
  )

  const { items } = await reader.page('/v1/timeline?limit=1')

  t.like(items[0], { text: '남겨진 글', author: null })
})
