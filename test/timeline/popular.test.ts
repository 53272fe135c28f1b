import test from 'ava'
import { rebuildPopular } from '../../src/timeline/index.ts'
import { courtyardOf } from './courtyard.ts'
import type { Item } from './courtyard.ts'

const courtyard = courtyardOf(test)
const path = '/v1/timeline?feed=popular'
const ids = (items: readonly Item[]): string[] => items.map((item) => item.id)

test.serial('before the first ranking nothing is popular', async (t) => {
  const alice = await courtyard().person('alice')
  await alice.posts('아직')

  const { items, next } = await alice.page(path)

  t.deepEqual([items, next], [[], undefined])
})

test.serial(
  'likes, and comments twice, weighed with age, make the order; what is older than a week is out',
  async (t) => {
    const { person, world } = courtyard()
    const alice = await person('alice')
    const aged = async (text: string, hours: number, likeCount: number, commentCount: number): Promise<string> => {
      const id = await alice.posts(text)
      const created_at = world.sql.raw('NOW(3) - INTERVAL ? HOUR', [hours])
      await world.sql('posts').where({ id }).update({ created_at, like_count: likeCount, comment_count: commentCount })
      return id
    }
    await world.sql('posts').delete()
    // (1 + likes + 2 × comments) / (hours + 2)^1.5: 0.35, 3.89, 2.47, 2.12, 0.16, and nothing.
    const plain = await aged('그냥', 0, 0, 0)
    const liked = await aged('좋아요 열', 0, 10, 0)
    const discussed = await aged('댓글 셋', 0, 0, 3)
    const both = await aged('둘 다', 0, 1, 2)
    const old = await aged('어제 글', 24, 20, 0)
    await aged('지난주 글', 24 * 7 + 1, 1000, 1000)

    await rebuildPopular(world.sql, 0)

    t.deepEqual(ids((await alice.page(path)).items), [liked, discussed, both, plain, old])
  },
)

test.serial(
  'who pages goes on in the ranking that they began with; what is deleted or hidden is left out, and pages stay full',
  async (t) => {
    const { person, world } = courtyard()
    const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')]
    await world.sql('posts').delete()
    const posts: string[] = []
    for (let nth = 0; nth < 9; nth += 1) posts.push(await (nth % 3 === 2 ? bob : alice).posts(`글 ${nth}`))
    for (const [nth, id] of posts.entries())
      await world
        .sql('posts')
        .where({ id })
        .update({ like_count: 900 - 100 * nth })
    await rebuildPopular(world.sql, 0)

    const first = await carol.page(`${path}&limit=2`)
    await world.sql('posts').where({ id: posts[8] }).update({ like_count: 10_000 })
    await alice.gets(`DELETE /v1/posts/${posts[3]}`)
    await carol.to('mute', bob)
    await rebuildPopular(world.sql, 0)
    const second = await carol.page(`${path}&limit=2&cursor=${first.next}`)
    const rest = await carol.all(`${path}&limit=2`, second.next)
    const anew = await alice.page(`${path}&limit=1`)

    t.deepEqual(
      ids([...first.items, ...second.items, ...rest]),
      [0, 1, 4, 6, 7].map((nth) => posts[nth]!),
    )
    t.is(second.items.length, 2)
    t.deepEqual(ids(anew.items), [posts[8]!])
  },
)

test.serial('a ranking that is no longer kept is gone, and said to be', async (t) => {
  const { person, world } = courtyard()
  const alice = await person('alice')
  for (const text of ['하나', '둘', '셋']) await alice.posts(text)
  await rebuildPopular(world.sql, 0)
  const { next } = await alice.page(`${path}&limit=1`)
  await world.sql('popular_snapshots').update({ built_at: world.sql.raw('NOW(3) - INTERVAL 2 HOUR') })

  t.is((await alice.ask(`GET ${path}&cursor=${next}`)).status, 200)
  await rebuildPopular(world.sql, 0)
  const gone = await alice.ask(`GET ${path}&cursor=${next}`)

  t.is(gone.status, 410)
  t.is(gone.body['code'], 'cursor_expired')
  t.is((await world.sql('popular_snapshots')).length, 1)
  t.is((await world.sql('popular_entries').distinct('snapshot_id')).length, 1)
  t.true((await alice.page(path)).items.length >= 3)
})

test.serial('of several workers one ranks, and not before it is time', async (t) => {
  const { world } = courtyard()
  const before = (await world.sql('popular_snapshots')).length

  const early = await rebuildPopular(world.sql, 300)
  const together = await Promise.all([1, 2, 3].map(() => rebuildPopular(world.sql, 0)))

  t.is(early, undefined)
  t.true(together.some((snapshot) => snapshot !== undefined))
  const made = together.filter((snapshot) => snapshot !== undefined).length
  t.is((await world.sql('popular_snapshots')).length, before + made)
})

test.serial('a ranking holds the best thousand and no more', async (t) => {
  const { person, world } = courtyard()
  const alice = await person('alice')
  await world.sql('posts').delete()
  const rows = Array.from({ length: 1001 }, (_, nth) => ({
    ...{ author_id: alice.account, body: `글 ${nth}`, tags: '[]', like_count: nth },
  }))
  await world.sql('posts').insert(rows)

  await rebuildPopular(world.sql, 0)
  const read = await alice.all(`${path}&limit=100`)

  t.is(read.length, 1000)
  t.is(read[0]?.['text'], '글 1000')
  t.is(read.at(-1)?.['text'], '글 1')
})
