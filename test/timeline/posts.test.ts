import test from 'ava'
import { randomUUID } from 'node:crypto'
import { toldInto } from '../support/standing-in.ts'
import { courtyardOf, openCourtyard } from './courtyard.ts'

const courtyard = courtyardOf(test)

test('what somebody posts is there at once, for everybody, with its tags and mentions', async (t) => {
  const { person } = courtyard()
  const [alice, bob] = [await person('alice'), await person('bob')]
  const text = `오늘 #마당 에서 @${bob.username}님을 만났다! <b>#TypeScript</b> https://example.com/#no @nobody_here`

  const reply = await alice.ask('POST /v1/posts', { text, area: ' 서울  마포구 ' })
  const seen = await bob.ask(`GET /v1/posts/${String(reply.body['id'])}`)

  t.is(reply.status, 201)
  t.is(reply.headers.get('location'), `/v1/posts/${String(reply.body['id'])}`)
  t.like(seen.body, {
    kind: 'plain',
    text,
    area: '서울 마포구',
    tags: ['마당', 'TypeScript'],
    likeCount: 0,
    commentCount: 0,
    isLiked: false,
    author: { username: alice.username },
    mentions: [{ username: bob.username }],
    pictures: [],
  })
  t.false('editedAt' in seen.body)
})

test('a mention tells no more of people than their names, and nothing of those with whom there is a block', async (t) => {
  const { person, neighbours } = courtyard()
  const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')]
  await alice.gets('PATCH /v1/me', { displayName: 'For friends' })
  await alice.to('block', bob)

  const probe = await bob.gets('POST /v1/posts', { text: `@${alice.username} @${carol.username}` })
  const comment = await bob.gets(`POST /v1/posts/${String(probe['id'])}/comments`, { text: `@${alice.username}` })
  const edited = await bob.gets(`PATCH /v1/posts/${String(probe['id'])}`, { text: `again @${alice.username}` })
  const third = await carol.posts(`@${alice.username}`)
  const seen = await bob.gets(`GET /v1/posts/${third}`)

  const mention = ({ username, account }: typeof carol) => ({ id: String(account), username })
  t.deepEqual(probe['mentions'], [mention(carol)])
  t.deepEqual([comment['mentions'], edited['mentions']], [[], []])
  t.deepEqual(seen['mentions'], [mention(alice)])
  t.notRegex(JSON.stringify(neighbours.events), /For friends/)
})

test('markup is data: it is kept and answered as it came', async (t) => {
  const { person } = courtyard()
  const alice = await person('alice')
  const nasty = `<script>alert(1)</script> "><img src=x onerror=alert(1)> \${7*7} '; DROP TABLE posts; --\u2028data: x`

  const id = await alice.posts(nasty, { area: '<b>서울</b>' })
  const comment = await alice.comments(id, nasty)
  const post = await alice.gets(`GET /v1/posts/${id}`)
  const [said] = (await alice.page(`/v1/posts/${id}/comments`)).items

  t.is(post['text'], nasty)
  t.is(post['area'], '<b>서울</b>')
  t.like(said, { id: comment, text: nasty })
})

test('a post has text or pictures, and as many characters as it may have and no more', async (t) => {
  const { person, neighbours } = courtyard()
  const alice = await person('alice')
  const post = (body: unknown) => alice.ask('POST /v1/posts', body)
  const picture = () => ({ media: String(neighbours.upload(alice.account)) })
  const pictures = (count: number) => Array.from({ length: count }, picture)

  const right = [
    { text: '가'.repeat(5000) },
    { text: '👍'.repeat(5000) },
    // Decomposed: 15,000 code points that are 5,000 in normal form C.
    { text: '각'.normalize('NFD').repeat(5000) },
    { pictures: pictures(1) },
    { text: 'x', pictures: pictures(10) },
    { text: 'x', pictures: [{ ...picture(), alt: '가'.repeat(1000) }] },
    { text: 'x', area: '가'.repeat(60) },
  ]
  const wrong: [body: unknown, pointer: string][] = [
    [{ text: '가'.repeat(5001) }, '/text'],
    [{ text: '' }, ''],
    [{ text: ' \n\t ' }, ''],
    [{ text: '\u200b\u3164' }, ''],
    [{}, ''],
    [{ text: 'x', pictures: pictures(11) }, '/pictures'],
    [{ text: 'x', pictures: [{ ...picture(), alt: '가'.repeat(1001) }] }, '/pictures/0/alt'],
    [{ text: 'x', area: '가'.repeat(61) }, '/area'],
    [{ text: 'x', area: ' ' }, '/area'],
    [{ text: 'a\u0000b' }, '/text'],
    [{ text: 'a\u001b[31mb' }, '/text'],
    [{ text: 'x', author: 1 }, '/author'],
    [{ text: 'x', likeCount: 7 }, '/likeCount'],
    [{ text: 'x', kind: 'listing' }, '/kind'],
    [{ text: 7 }, '/text'],
    [{ text: 'x', pictures: [{ media: '1; DROP' }] }, '/pictures/0/media'],
  ]

  for (const body of right) t.is((await post(body)).status, 201, JSON.stringify(body).slice(0, 60))
  for (const [body, pointer] of wrong) {
    const reply = await post(body)
    t.is(reply.status, 422, JSON.stringify(body).slice(0, 60))
    t.is((reply.body['errors'] as { pointer: string }[])[0]?.pointer, pointer)
  }
})

test('line ends become line feeds, and text is brought to normal form C', async (t) => {
  const alice = await courtyard().person('alice')

  const reply = await alice.gets('POST /v1/posts', { text: `  ${'각'.normalize('NFD')}\r\n둘째 줄\t \n` })

  t.is(reply['text'], '각\n둘째 줄')
})

test('a post shows its pictures in their order, each once, and only one’s own', async (t) => {
  const { person, neighbours } = courtyard()
  const [alice, bob] = [await person('alice'), await person('bob')]
  const [one, two] = [neighbours.upload(alice.account), neighbours.upload(alice.account)]
  const bobs = neighbours.upload(bob.account)
  const showing = (...media: number[]) => ({
    text: 'x',
    pictures: media.map((id) => ({ media: String(id), alt: `nr ${id}` })),
  })

  const theirs = await alice.ask('POST /v1/posts', showing(one, bobs))
  const doubled = await alice.ask('POST /v1/posts', showing(one, one))
  const right = await alice.ask('POST /v1/posts', showing(two, one))
  const again = await alice.ask('POST /v1/posts', showing(one))

  t.is(theirs.status, 422)
  t.is((theirs.body['errors'] as { pointer: string }[])[0]?.pointer, '/pictures/1/media')
  t.is(doubled.status, 422)
  t.is(again.status, 422)
  const shown = right.body['pictures'] as { id: string; alt: string; width: number }[]
  t.deepEqual(
    shown.map(({ id, alt, width }) => [id, alt, width]),
    [
      [String(two), `nr ${two}`, 640],
      [String(one), `nr ${one}`, 640],
    ],
  )
})

test('an edit changes what it names, is marked, and finds tags and mentions anew', async (t) => {
  const { person, neighbours } = courtyard()
  const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')]
  const upload = () => neighbours.upload(alice.account)
  const [kept, gone, added] = [upload(), upload(), upload()]
  const id = await alice.posts(`#옛날 @${bob.username}`, {
    pictures: [{ media: String(gone) }, { media: String(kept) }],
    area: '부산',
  })

  const text = `#요즘 @${bob.username} @${carol.username}`
  const pictures = [{ media: String(kept), alt: '강아지' }, { media: String(added) }]
  const edited = await alice.gets(`PATCH /v1/posts/${id}`, { text, pictures })
  const later = await alice.gets(`PATCH /v1/posts/${id}`, { area: null })

  t.like(edited, {
    text,
    tags: ['요즘'],
    area: '부산',
    mentions: [{ username: bob.username }, { username: carol.username }],
  })
  t.is(typeof edited['editedAt'], 'string')
  t.deepEqual(
    (edited['pictures'] as { id: string; alt: string }[]).map((picture) => [picture.id, picture.alt]),
    [
      [String(kept), '강아지'],
      [String(added), ''],
    ],
  )
  t.is(neighbours.useOf(gone), undefined)
  t.is(later['area'], null)
  t.is(later['text'], text)
  t.deepEqual((await bob.page(`/v1/timeline?tag=${encodeURIComponent('옛날')}`)).items, [])
  t.is((await bob.page(`/v1/timeline?tag=${encodeURIComponent('요즘')}`)).items[0]?.id, id)
  const told = neighbours.notices.filter((notice) => 'post' in notice && notice.post === Number(id))
  t.deepEqual(
    told.map((notice) => [notice.type, notice.to]),
    [
      ['mention', bob.account],
      ['mention', carol.account],
    ],
  )
})

test('an edit that changes nothing marks nothing, and one that leaves nothing is refused', async (t) => {
  const { person, neighbours } = courtyard()
  const alice = await person('alice')
  const id = await alice.posts('안녕')
  const before = neighbours.events.length

  const same = await alice.gets(`PATCH /v1/posts/${id}`, { text: '안녕', area: null, pictures: [] })
  const nothing = await alice.gets(`PATCH /v1/posts/${id}`, {})
  const empty = await alice.ask(`PATCH /v1/posts/${id}`, { text: '' })

  t.false('editedAt' in same)
  t.false('editedAt' in nothing)
  t.is(empty.status, 422)
  t.is((await alice.gets(`GET /v1/posts/${id}`))['text'], '안녕')
  const told = neighbours.events.slice(before).filter((event) => event.type === 'post.updated')
  t.deepEqual(
    told.filter(({ data }) => (data['post'] as { id: string }).id === id),
    [],
  )
})

test('only the author edits; the author and admins delete, and then nothing of it is left', async (t) => {
  const { person, neighbours, world } = courtyard()
  const [alice, bob, admin] = [await person('alice'), await person('bob'), await person('admin')]
  await world.sql('accounts').where({ id: admin.account }).update({ role: 'admin' })
  const media = neighbours.upload(alice.account)
  const id = await alice.posts('#지울 글', { pictures: [{ media: String(media) }] })
  const second = await alice.posts('또 하나')
  await bob.comments(id, '댓글')
  await bob.gets(`PUT /v1/posts/${id}/like`)

  t.is((await bob.ask(`PATCH /v1/posts/${id}`, { text: 'x' })).status, 403)
  t.is((await admin.ask(`PATCH /v1/posts/${id}`, { text: 'x' })).status, 403)
  t.is((await bob.ask(`DELETE /v1/posts/${id}`)).status, 403)
  t.is((await alice.ask(`DELETE /v1/posts/${id}`)).status, 204)
  t.is((await alice.ask(`DELETE /v1/posts/${id}`)).status, 404)
  t.is((await admin.ask(`DELETE /v1/posts/${second}`)).status, 204)

  for (const path of ['', '/comments', '/likes']) t.is((await bob.ask(`GET /v1/posts/${id}${path}`)).status, 404)
  for (const table of ['post_pictures', 'post_tags', 'comments', 'likes']) {
    t.deepEqual(await world.sql(table).where({ post_id: id }), [], table)
  }
  t.is(neighbours.useOf(media), undefined)
  t.deepEqual(
    neighbours.forgotten.filter((subject) => 'post' in subject && subject.post === Number(id)),
    [{ post: Number(id) as never }],
  )
  t.like(await world.sql('post_counts').where({ account_id: alice.account }).first(), { posts: 0 })
})

test('what happens to a post is told to the stream by its author’s name, and never with who reads', async (t) => {
  const { person, neighbours } = courtyard()
  const [alice, bob] = [await person('alice'), await person('bob')]

  const id = await alice.posts('안녕')
  await bob.gets(`PUT /v1/posts/${id}/like`)
  const comment = await bob.comments(id, '비밀 아닌 댓글')
  await bob.gets(`PATCH /v1/comments/${comment}`, { text: '고친 댓글' })
  await bob.gets(`DELETE /v1/comments/${comment}`)
  await alice.gets(`PATCH /v1/posts/${id}`, { text: '다시 안녕' })
  await alice.gets(`DELETE /v1/posts/${id}`)

  const timeline = neighbours.events.filter((event) => event.topic === 'timeline')
  const told = timeline.filter(({ data }) => data['post'] === id || (data['post'] as { id?: string }).id === id)
  t.deepEqual(
    told.map((event) => event.type),
    [
      'post.created',
      'likes.changed',
      'comment.created',
      'comment.updated',
      'comment.deleted',
      'post.updated',
      'post.deleted',
    ],
  )
  t.true(told.every((event) => event.actor === alice.account))
  t.deepEqual(told[1]?.data, { post: id, likeCount: 1 })
  t.deepEqual(told[2]?.data, { post: id, comment, commentCount: 1 })
  t.deepEqual(told[4]?.data, { post: id, comment, commentCount: 0 })
  t.like(told[5]?.data, { post: { text: '다시 안녕', likeCount: 1, author: { username: alice.username } } })
  t.false(JSON.stringify(told).includes('isLiked'))
  t.false(JSON.stringify(told).includes('댓글'))
})

test('a picture that got its files makes its post look different, and a post that is gone says nothing', async (t) => {
  const { person, neighbours, tellRendered, world } = courtyard()
  const alice = await person('alice')
  const media = neighbours.upload(alice.account)
  const id = await alice.posts('사진', { pictures: [{ media: String(media) }] })
  const rendered = (post: number) =>
    toldInto(world.sql, neighbours.events)((trx, tell) => tellRendered(trx, tell, { type: 'post', id: post }))

  neighbours.render(media)
  await rendered(Number(id))
  const told = neighbours.events.findLast((event) => event.type === 'post.updated')
  await rendered(999_999_999)

  t.like(told?.data, { post: { id, pictures: [{ state: 'ready' }] } })
  t.is(
    neighbours.events.findLast((event) => event.type === 'post.updated'),
    told,
  )
})

test('a post that is sent again with its Idempotency-Key is made once', async (t) => {
  const alice = await courtyard().person('alice')
  const headers = { 'idempotency-key': randomUUID() }
  const send = (text: string) => alice.ask('POST /v1/posts', { text }, { headers, token: alice.token, body: { text } })

  const [first, second, other] = [await send('한 번만'), await send('한 번만'), await send('다른 글')]

  t.is(first.status, 201)
  t.deepEqual(second.body, first.body)
  t.is(other.status, 422)
  t.is((await alice.all(`/v1/people/${alice.username}/posts`)).length, 1)
})

test('as many posts and comments as the limit says in an hour, and one more is too many', async (t) => {
  const { world } = courtyard()
  const { person } = await openCourtyard(world, { POSTS_PER_HOUR: 2, COMMENTS_PER_HOUR: 1 })
  const alice = await person('alice')

  const id = await alice.posts('하나')
  await alice.posts('둘')
  const third = await alice.ask('POST /v1/posts', { text: '셋' })
  await alice.comments(id, '하나')
  const comment = await alice.ask(`POST /v1/posts/${id}/comments`, { text: '둘' })

  t.is(third.status, 429)
  t.truthy(third.headers.get('retry-after'))
  t.is(comment.status, 429)
})

test('so many edits of posts and comments in an hour, likes and their ends in a minute, and one more is too many', async (t) => {
  const { world } = courtyard()
  const { person } = await openCourtyard(world, { EDITS_PER_HOUR: 2, LIKES_PER_MINUTE: 2 })
  const [alice, bob] = [await person('alice'), await person('bob')]
  const id = await alice.posts('하나')
  const comment = await alice.comments(id, '하나')
  const like = `/v1/posts/${id}/like`

  const edits = [
    await alice.ask(`PATCH /v1/posts/${id}`, { text: '둘' }),
    await alice.ask(`PATCH /v1/comments/${comment}`, { text: '둘' }),
    await alice.ask(`PATCH /v1/posts/${id}`, { text: `@${bob.username}` }),
    await alice.ask(`PATCH /v1/comments/${comment}`, { text: '셋' }),
  ]
  const likes = [await bob.ask(`PUT ${like}`), await bob.ask(`DELETE ${like}`), await bob.ask(`PUT ${like}`)]

  t.deepEqual(
    edits.map(({ status }) => status),
    [200, 200, 429, 429],
  )
  t.deepEqual(
    likes.map(({ status }) => status),
    [200, 200, 429],
  )
  t.like(await bob.gets(`GET /v1/posts/${id}`), { text: '둘', likeCount: 0, mentions: [] })
})

test('who is not signed in sees nothing', async (t) => {
  const { person, origin } = courtyard()
  const id = await (await person('alice')).posts('안녕')
  const lines = ['/v1/timeline', `/v1/posts/${id}`, `/v1/posts/${id}/comments`, `/v1/posts/${id}/likes`]

  for (const line of lines) t.is((await fetch(origin + line)).status, 401, line)
})

test('a post that is unchanged is not sent again', async (t) => {
  const alice = await courtyard().person('alice')
  const id = await alice.posts('안녕')

  const first = await alice.ask(`GET /v1/posts/${id}`)
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
  const second = await alice.ask(`GET /v1/posts/${id}`, undefined, { headers })
  await alice.gets(`PUT /v1/posts/${id}/like`)
  const third = await alice.ask(`GET /v1/posts/${id}`, undefined, { headers })

  t.deepEqual([first.status, second.status, third.status], [200, 304, 200])
})
