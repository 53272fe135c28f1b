import test from 'ava'
import { insertFollows } from '../../src/people/bulk-store.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { rebuildPopular } from '../../src/timeline/index.ts'
import { crowd } from '../support/crowd.ts'
import { eventually } from '../support/eventually.ts'
import { courtyardOf } from './courtyard.ts'
import type { Item, Resident } from './courtyard.ts'

const courtyard = courtyardOf(test)
/** The author of a post. */
interface Person {
  displayName: string
}

const ids = (items: readonly Item[]): string[] => items.map((item) => item.id)

test.serial(
  'each feed is read to its end by cursor, without repeat or hole, while others write and delete',
  async (t) => {
    const { person, world } = courtyard()
    const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')]
    await carol.to('follow', alice)
    const all: string[] = []
    for (let nth = 0; nth < 24; nth += 1) {
      const author = nth % 2 === 0 ? alice : bob
      all.unshift(await author.posts(`글 ${nth} #tag${nth % 3}`, nth % 4 === 0 ? { area: '서울 마포구' } : {}))
    }
    await rebuildPopular(world.sql, 0)
    const feeds: [path: string, expected: string[]][] = [
      ['/v1/timeline?limit=5', all],
      ['/v1/timeline?feed=following&limit=5', all.filter((_, nth) => nth % 2 === 1)],
      [`/v1/people/${alice.username}/posts?limit=5`, all.filter((_, nth) => nth % 2 === 1)],
      ['/v1/timeline?tag=%23TAG0&limit=5', all.filter((_, nth) => (23 - nth) % 3 === 0)],
      [
        `/v1/timeline?feed=area&area=${encodeURIComponent('서울  마포구')}&limit=5`,
        all.filter((_, nth) => (23 - nth) % 4 === 0),
      ],
      ['/v1/timeline?feed=popular&limit=5', all],
    ]

    for (const [path, expected] of feeds) {
      const first = await carol.page(path)
      const extra = await alice.posts('읽는 동안 #tag0', { area: '서울 마포구' })
      const rest = await carol.all(path, first.next)
      await alice.gets(`DELETE /v1/posts/${extra}`)

      t.deepEqual(ids([...first.items, ...rest]), expected, path)
      t.true(expected.length > 5)
    }
  },
)

test('the stream position is taken before the page is read, and the end has no next', async (t) => {
  const { person, neighbours } = courtyard()
  const alice = await person('alice')
  await alice.posts('하나')

  const { body, next } = await alice.page(`/v1/people/${alice.username}/posts?limit=1`)

  t.regex(String(body['stream']), /^\d+$/)
  t.true(Number(body['stream']) <= neighbours.events.length)
  t.is(next, undefined)
})

test('a page that is unchanged is not sent again, whatever happens elsewhere', async (t) => {
  const { person } = courtyard()
  const [alice, bob] = [await person('alice'), await person('bob')]
  const id = await alice.posts('하나')
  const home = `GET /v1/people/${alice.username}/posts`

  const first = await bob.ask(home)
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
  await bob.posts('딴 데서')
  const unchanged = await bob.ask(home, undefined, { headers })
  await bob.gets(`PUT /v1/posts/${id}/like`)
  const changed = await bob.ask(home, undefined, { headers })

  t.deepEqual([first.status, unchanged.status, changed.status], [200, 304, 200])
})

test('pages that say the same have one ETag, and a page that says anything else has another', async (t) => {
  const { person, neighbours } = courtyard()
  const [alice, bob] = [await person('alice'), await person('bob')]
  const media = neighbours.upload(alice.account)
  const [first, second] = [await alice.posts('하나'), await alice.posts(`둘, @${bob.username}`)]
  await alice.gets('POST /v1/posts', { pictures: [{ media: String(media) }] })
  const home = `GET /v1/people/${alice.username}/posts`
  const known = new Map<string, string>()
  const look = async (line = home): Promise<string> => {
    const { headers, body } = await bob.ask(line)
    const etag = headers.get('etag') ?? ''
    const said = JSON.stringify([body['items'], body['page']])
    t.is(known.get(etag) ?? said, said, etag)
    known.set(etag, said)
    return etag
  }
  const before = await look()
  const changes: [what: string, change: () => Promise<unknown>, line?: string][] = [
    ['a like of the reader', () => bob.gets(`PUT /v1/posts/${first}/like`)],
    ['a like of somebody else', () => alice.gets(`PUT /v1/posts/${first}/like`)],
    ['as many likes, not that of the reader', () => bob.gets(`DELETE /v1/posts/${first}/like`)],
    ['an author is called otherwise', () => alice.gets('PATCH /v1/me', { displayName: '앨리스' })],
    ['an edit', () => alice.gets(`PATCH /v1/posts/${second}`, { text: '셋' })],
    ['a comment', () => bob.comments(first, '그래요')],
    ['a picture is ready', async () => neighbours.render(media)],
    ['fewer posts', async () => undefined, `${home}?limit=2`],
    ['one post', async () => undefined, `${home}?limit=1`],
    ['the same posts with none behind them', () => alice.gets(`DELETE /v1/posts/${first}`), `${home}?limit=2`],
    ['a post is deleted', () => alice.gets(`DELETE /v1/posts/${second}`)],
  ]

  for (const [what, change, line] of changes) {
    const seen = known.size
    await change()
    const etag = await look(line)
    t.is(known.size, seen + 1, what)
    t.is(await look(line), etag, what)
  }
  t.regex(before, /^W\/"[\w-]{22}"$/)
  t.is(new Set(known.values()).size, known.size)
})

test('what two have blocked is not there for either: posts, comments, likes, homes', async (t) => {
  const { person } = courtyard()
  const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')]
  const post = await alice.posts('안녕 #막힘')
  const comment = await alice.comments(post, '내 댓글')
  const carols = await carol.posts('셋이서')
  const under = await alice.comments(carols, '앨리스의 댓글')
  await alice.gets(`PUT /v1/posts/${carols}/like`)
  await carol.comments(carols, '캐럴의 댓글')
  t.is((await bob.ask(`GET /v1/posts/${post}`)).status, 200)
  const home = await bob.ask(`GET /v1/people/${alice.username}/posts`)
  await alice.to('block', bob)

  const hidden = [
    `GET /v1/posts/${post}`,
    `GET /v1/posts/${post}/comments`,
    `GET /v1/posts/${post}/likes`,
    `GET /v1/people/${alice.username}/posts`,
    `PUT /v1/posts/${post}/like`,
    `DELETE /v1/posts/${post}/like`,
    `DELETE /v1/posts/${post}`,
  ]
  t.is(home.status, 200)
  for (const line of hidden) t.is((await bob.ask(line)).status, 404, line)
  t.is((await bob.ask(`POST /v1/posts/${post}/comments`, { text: 'x' })).status, 404)
  for (const id of [comment, under]) {
    t.is((await bob.ask(`PATCH /v1/comments/${id}`, { text: 'x' })).status, 404)
    t.is((await bob.ask(`DELETE /v1/comments/${id}`)).status, 404)
  }
  t.is((await alice.ask(`GET /v1/people/${bob.username}/posts`)).status, 404)
  t.false(ids(await bob.all('/v1/timeline?limit=100')).includes(post))
  t.deepEqual(await bob.all(`/v1/timeline?tag=${encodeURIComponent('막힘')}`), [])
  t.deepEqual(
    (await bob.all(`/v1/posts/${carols}/comments`)).map((one) => one['text']),
    ['캐럴의 댓글'],
  )
  t.deepEqual(await bob.all(`/v1/posts/${carols}/likes`), [])
  t.is((await carol.all(`/v1/posts/${carols}/likes`)).length, 1)
})

test('a block shields nobody from admins, who see a post by its address and say nothing to who keeps them away', async (t) => {
  const { person, world } = courtyard()
  const [bob, carol, admin] = [await person('bob'), await person('carol'), await person('admin')]
  await world.sql('accounts').where({ id: admin.account }).update({ role: 'admin' })
  const post = await bob.posts('막은 사람의 글')
  const comment = await bob.comments(await carol.posts('캐럴의 글'), '막은 사람의 댓글')
  const others = await carol.comments(post, '캐럴의 댓글')
  await bob.to('block', admin)

  for (const path of ['', '/comments', '/likes']) {
    t.is((await admin.ask(`GET /v1/posts/${post}${path}`)).status, 200, path)
  }
  t.is((await admin.ask(`PUT /v1/posts/${post}/like`)).status, 403)
  t.is((await admin.ask(`POST /v1/posts/${post}/comments`, { text: 'x' })).status, 403)
  t.is((await admin.ask(`PATCH /v1/posts/${post}`, { text: 'x' })).status, 403)
  t.false(ids(await admin.all('/v1/timeline?limit=100')).includes(post))
  for (const line of [`/v1/comments/${comment}`, `/v1/comments/${others}`, `/v1/posts/${post}`]) {
    t.is((await admin.ask(`DELETE ${line}`)).status, 204, line)
    t.is((await admin.ask(`DELETE ${line}`)).status, 404, line)
  }
  t.is((await bob.ask(`GET /v1/posts/${post}`)).status, 404)
})

for (const blocker of ['alice', 'carol'] as const) {
  test(`after ${blocker} has blocked the other, both clear away what is theirs, and do no more`, async (t) => {
    const { person } = courtyard()
    const people = { alice: await person('alice'), carol: await person('carol') }
    const { alice, carol } = people
    const post = await alice.posts('앨리스의 글')
    const [mine, hers, left] = [
      await carol.comments(post, '하나'),
      await carol.comments(post, '둘'),
      await alice.comments(post, '셋'),
    ]
    await carol.gets(`PUT /v1/posts/${post}/like`)
    await people[blocker].to('block', blocker === 'alice' ? carol : alice)

    t.is((await carol.ask(`PATCH /v1/comments/${mine}`, { text: 'x' })).status, 404)
    t.is((await carol.ask(`DELETE /v1/comments/${left}`)).status, 404)
    t.is((await carol.ask(`DELETE /v1/posts/${post}`)).status, 404)
    t.is((await carol.ask(`DELETE /v1/comments/${mine}`)).status, 204)
    t.is((await alice.ask(`DELETE /v1/comments/${hers}`)).status, 204)
    const unliked = await carol.ask(`DELETE /v1/posts/${post}/like`)
    const again = await carol.ask(`DELETE /v1/posts/${post}/like`)

    t.is(unliked.status, 200)
    t.deepEqual(unliked.body, { post, likeCount: 0, isLiked: false })
    t.is(again.status, 404)
    t.like(await alice.gets(`GET /v1/posts/${post}`), { commentCount: 1, likeCount: 0 })
    t.is((await alice.ask(`DELETE /v1/posts/${post}`)).status, 204)
  })
}

test('whom somebody has muted is left out of feeds and lists, and shown when asked for', async (t) => {
  const { person } = courtyard()
  const [alice, bob] = [await person('alice'), await person('bob')]
  const post = await alice.posts('조용히 #음소거')
  await bob.to('mute', alice)
  await bob.to('follow', alice)

  t.false(ids(await bob.all('/v1/timeline?limit=100')).includes(post))
  t.deepEqual(await bob.all('/v1/timeline?feed=following'), [])
  t.deepEqual(await bob.all(`/v1/timeline?tag=${encodeURIComponent('음소거')}`), [])
  t.is((await bob.ask(`GET /v1/posts/${post}`)).status, 200)
  t.deepEqual(ids(await bob.all(`/v1/people/${alice.username}/posts`)), [post])
  t.true(ids(await alice.all(`/v1/people/${alice.username}/posts`)).includes(post))
})

test('pages stay full although hidden people post in between', async (t) => {
  const { person } = courtyard()
  const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')]
  for (let nth = 0; nth < 6; nth += 1) {
    await alice.posts(`보임 ${nth} #가득`)
    await bob.posts(`숨음 ${nth} #가득`)
  }
  await carol.to('mute', bob)

  const tagged = await carol.page(`/v1/timeline?tag=${encodeURIComponent('가득')}&limit=6`)

  t.is(tagged.items.length, 6)
  t.is(tagged.next, undefined)
})

test('a page that was read a moment ago shows each post as it is now, to each reader', async (t) => {
  const { person } = courtyard()
  const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')]
  const id = await alice.posts(`안녕, @${bob.username}`)
  const seenBy = async (reader: Resident): Promise<Partial<Item>> =>
    (await reader.page(`/v1/people/${alice.username}/posts`)).items.find((item) => item.id === id) ?? {}

  t.like(await seenBy(carol), { isLiked: false, likeCount: 0, commentCount: 0 })
  await bob.gets(`PUT /v1/posts/${id}/like`)
  t.like(await seenBy(carol), { isLiked: false, likeCount: 1 })
  t.like(await seenBy(bob), { isLiked: true, likeCount: 1 })
  await carol.comments(id, '저도요')
  t.like(await seenBy(carol), { commentCount: 1, isLiked: false })
  await alice.gets(`PATCH /v1/posts/${id}`, { text: '고쳤어요', area: '제주시' })
  t.like(await seenBy(carol), { text: '고쳤어요', area: '제주시', mentions: [] })
  await alice.gets('PATCH /v1/me', { displayName: '앨리스' })
  await eventually(async () => ((await seenBy(carol))['author'] as Person).displayName === '앨리스')
  await alice.gets(`DELETE /v1/posts/${id}`)
  t.deepEqual(await seenBy(carol), {})
})

test('a page of likes by the reader says so on each item', async (t) => {
  const { person } = courtyard()
  const [alice, bob] = [await person('alice'), await person('bob')]
  const posts = [await alice.posts('하나'), await alice.posts('둘'), await alice.posts('셋')]
  await bob.gets(`PUT /v1/posts/${posts[1]}/like`)

  const { items } = await bob.page(`/v1/people/${alice.username}/posts`)

  t.deepEqual(
    items.map((item) => [item.id, item['isLiked'], item['likeCount']]),
    [
      [posts[2], false, 0],
      [posts[1], true, 1],
      [posts[0], false, 0],
    ],
  )
})

test('a question that makes no sense is refused at its place', async (t) => {
  const alice = await courtyard().person('alice')
  const wrong: [query: string, pointer: string][] = [
    ['feed=everything', '/feed'],
    ['feed=following&tag=x', '/tag'],
    ['feed=area', '/area'],
    ['feed=all&area=x', '/area'],
    ['tag=123', '/tag'],
    ['tag=a%20b', '/tag'],
    ['kind=listing', '/kind'],
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['cursor=xyz', '/cursor'],
    ['feed=all&feed=popular', '/feed'],
    ['sort=asc', '/sort'],
  ]

  for (const [query, pointer] of wrong) {
    const reply = await alice.ask(`GET /v1/timeline?${query}`)
    t.is(reply.status, 422, query)
    t.is((reply.body['errors'] as { pointer: string }[])[0]?.pointer, pointer, query)
  }
  t.is((await alice.ask('GET /v1/timeline?limit=100&kind=plain')).status, 200)
  t.is((await alice.ask('GET /v1/people/nobody_at_all/posts')).status, 404)
})

test('the feed of an area is that of my profile, unless another is named', async (t) => {
  const { person } = courtyard()
  const alice = await person('alice')
  const here = await alice.posts('여기', { area: '제주시 애월읍' })
  const there = await alice.posts('저기', { area: '강릉시' })
  const homeless = await alice.ask('GET /v1/timeline?feed=area')
  await alice.gets('PATCH /v1/me', { area: '제주시  애월읍' })

  t.is(homeless.status, 422)
  t.deepEqual(ids(await alice.all('/v1/timeline?feed=area')), [here])
  t.deepEqual(ids(await alice.all(`/v1/timeline?feed=area&area=${encodeURIComponent('강릉시')}`)), [there])
})

test('who follows nobody has an empty feed', async (t) => {
  const alice = await courtyard().person('alice')

  t.deepEqual((await alice.page('/v1/timeline?feed=following')).items, [])
})

test('following more people than one list of SQL holds goes well', async (t) => {
  const { person, world } = courtyard()
  const reader = await person('reader')
  const writers = await crowd(world, 3, 'writer')
  const strangers = Array.from({ length: 2500 }, (_, nth) => (1_000_000 + nth) as AccountId)
  const followed = [...strangers, ...writers.map((writer) => writer.account)]
  await insertFollows(
    world.sql,
    followed.map((account) => ({ follower: reader.account, followed: account })),
  )
  const written: string[] = []
  for (const { token } of writers) {
    const body = { text: '팔로우' }
    const reply = await reader.ask('POST /v1/posts', body, { token, body })
    written.unshift(String(reply.body['id']))
  }

  t.deepEqual(ids(await reader.all('/v1/timeline?feed=following&limit=2')), written)
})
