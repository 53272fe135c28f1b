import test from 'ava'
import { crowd } from '../support/crowd.ts'
import { deadlocksOf } from '../support/deadlocks.ts'
import { courtyardOf, openCourtyard } from './courtyard.ts'

const courtyard = courtyardOf(test)

test('a like counts once and can be taken back once, and each reader sees their own', async (t) => {
  const { person, neighbours } = courtyard()
  const [alice, bob] = [await person('alice'), await person('bob')]
  const id = await alice.posts('좋아요?')

  const first = await bob.gets(`PUT /v1/posts/${id}/like`)
  const again = await bob.gets(`PUT /v1/posts/${id}/like`)
  const seen = [await bob.gets(`GET /v1/posts/${id}`), await alice.gets(`GET /v1/posts/${id}`)]
  const back = await bob.gets(`DELETE /v1/posts/${id}/like`)
  const backAgain = await bob.gets(`DELETE /v1/posts/${id}/like`)

  t.deepEqual(first, { post: id, likeCount: 1, isLiked: true })
  t.deepEqual(again, first)
  t.deepEqual(
    seen.map((post) => [post['likeCount'], post['isLiked']]),
    [
      [1, true],
      [1, false],
    ],
  )
  t.deepEqual(back, { post: id, likeCount: 0, isLiked: false })
  t.deepEqual(backAgain, back)
  const mine = neighbours.notices.filter((notice) => 'post' in notice && notice.post === Number(id))
  t.like(mine, [{ type: 'like', to: alice.account, from: bob.account, excerpt: '좋아요?' }])
  t.is(mine.length, 1)
  t.is(neighbours.withdrawn.filter((what) => 'post' in what && what.post === Number(id)).length, 1)
  t.is(neighbours.events.filter(({ type, data }) => type === 'likes.changed' && data['post'] === id).length, 2)
})

test('who likes a post is listed page by page, the latest first', async (t) => {
  const { person } = courtyard()
  const alice = await person('alice')
  const id = await alice.posts('모두의 글')
  const names: string[] = []
  for (const nth of [1, 2, 3, 4, 5]) {
    const fan = await person(`fan${nth}`)
    await fan.gets(`PUT /v1/posts/${id}/like`)
    names.unshift(fan.username)
  }

  const likes = await alice.all(`/v1/posts/${id}/likes?limit=2`)
  const first = await alice.page(`/v1/posts/${id}/likes?limit=5`)

  t.deepEqual(
    likes.map((like) => (like['person'] as { username: string }).username),
    names,
  )
  t.is(first.next, undefined)
})

test('a post that is not there cannot be liked', async (t) => {
  const alice = await courtyard().person('alice')

  for (const line of ['PUT /v1/posts/999999999/like', 'DELETE /v1/posts/999999999/like']) {
    t.is((await alice.ask(line)).status, 404)
  }
  t.is((await alice.ask('PUT /v1/posts/abc/like')).status, 422)
})

test('five hundred members who like one post at once at two servers leave an exact count, and none is turned away', async (t) => {
  t.timeout(120_000)
  const { world, neighbours, origin, person } = courtyard()
  const second = await openCourtyard(world, {}, neighbours)
  const alice = await person('alice')
  const id = await alice.posts('오백 명의 글')
  const members = await crowd(world, 500)
  const deadlocks = deadlocksOf(world.sql)

  const statuses = await Promise.all(
    members.map(async ({ token }, nth) => {
      const server = nth % 2 === 0 ? origin : second.origin
      return putLike(`${server}/v1/posts/${id}/like`, token)
    }),
  )

  t.deepEqual([...new Set(statuses)], [200])
  t.is(deadlocks(), 0)
  t.is((await alice.gets(`GET /v1/posts/${id}`))['likeCount'], 500)
  t.is((await world.sql('likes').where({ post_id: id })).length, 500)
  const told = neighbours.events.filter(({ type, data }) => type === 'likes.changed' && data['post'] === id)
  t.deepEqual(
    told.map(({ data }) => data['likeCount']).toSorted((one, other) => Number(one) - Number(other)),
    Array.from({ length: 500 }, (_, nth) => nth + 1),
  )
})

/** On a machine that is busy with other things a member may be asked to come again, which is no error: liking twice is liking once. */
async function putLike(url: string, token: string): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const { status } = await fetch(url, { method: 'PUT', headers: { authorization: `Bearer ${token}` } })
    if (status !== 503 || attempt === 5) return status
  }
}
