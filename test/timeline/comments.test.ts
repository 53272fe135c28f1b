import test from 'ava'
import { courtyardOf } from './courtyard.ts'

const courtyard = courtyardOf(test)

test('comments are paged oldest first or newest first, while others go on writing', async (t) => {
  const { person } = courtyard()
  const [alice, bob] = [await person('alice'), await person('bob')]
  const id = await alice.posts('이야기해요')
  const ids: string[] = []
  for (const nth of [1, 2, 3, 4, 5, 6, 7]) ids.push(await bob.comments(id, `댓글 ${nth}`))

  const first = await alice.page(`/v1/posts/${id}/comments?limit=3`)
  const newest = await alice.page(`/v1/posts/${id}/comments?limit=3&order=newest`)
  await bob.gets(`DELETE /v1/comments/${ids[2]}`)
  const eighth = await bob.comments(id, '댓글 8')
  const rest = await alice.all(`/v1/posts/${id}/comments?limit=3`, first.next)
  const older = await alice.all(`/v1/posts/${id}/comments?limit=3&order=newest`, newest.next)

  t.deepEqual(
    [...first.items, ...rest].map((comment) => comment.id),
    [...ids, eighth],
  )
  t.deepEqual(
    [...newest.items, ...older].map((comment) => comment.id),
    ids.toReversed().filter((comment) => comment !== ids[2]),
  )
  t.is((await alice.gets(`GET /v1/posts/${id}`))['commentCount'], 7)
})

test('a cursor of one order is none of the other, and none of another list', async (t) => {
  const { person } = courtyard()
  const alice = await person('alice')
  const id = await alice.posts('x')
  for (const text of ['하나', '둘']) await alice.comments(id, text)
  const { next } = await alice.page(`/v1/posts/${id}/comments?limit=1`)

  for (const path of [`/v1/posts/${id}/comments?order=newest`, '/v1/timeline?feed=all', '/v1/timeline?feed=popular']) {
    const reply = await alice.ask(`GET ${path}${path.includes('?') ? '&' : '?'}cursor=${next}`)
    t.is(reply.status, 422, path)
    t.is((reply.body['errors'] as { pointer: string }[])[0]?.pointer, '/cursor')
  }
})

test('a comment says something, and as much as it may and no more', async (t) => {
  const { person } = courtyard()
  const alice = await person('alice')
  const id = await alice.posts('x')
  const say = async (text: unknown) => (await alice.ask(`POST /v1/posts/${id}/comments`, { text })).status

  t.is(await say('가'.repeat(2000)), 201)
  t.is(await say('가'.repeat(2001)), 422)
  t.is(await say(' \n'), 422)
  t.is(await say('\u200b\u2060'), 422)
  t.is(await say(undefined), 422)
  t.is((await alice.ask('POST /v1/posts/999999999/comments', { text: 'x' })).status, 404)
})

test('one comment is read as it stands in the list, and is not there for whom the list leaves it out', async (t) => {
  const { person } = courtyard()
  const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')]
  const id = await alice.posts('들어오세요')
  const comment = await bob.comments(id, `실례합니다 @${carol.username}`)
  const [listed] = (await carol.page(`/v1/posts/${id}/comments`)).items

  const read = await carol.gets(`GET /v1/comments/${comment}`)
  await carol.to('mute', bob)
  const muted = await carol.ask(`GET /v1/comments/${comment}`)
  await bob.gets(`DELETE /v1/comments/${comment}`)
  const deleted = await alice.ask(`GET /v1/comments/${comment}`)

  t.is(listed?.id, comment)
  t.deepEqual(read, listed!)
  t.is(muted.status, 404)
  t.is(deleted.status, 404)
})

test('the author edits; the author, the author of the post and admins delete; others do neither', async (t) => {
  const { person, world, neighbours } = courtyard()
  const [alice, bob, carol, admin] = [
    await person('alice'),
    await person('bob'),
    await person('carol'),
    await person('admin'),
  ]
  await world.sql('accounts').where({ id: admin.account }).update({ role: 'admin' })
  const id = await alice.posts('x')
  const [one, two, three] = [await bob.comments(id, '하나'), await bob.comments(id, '둘'), await bob.comments(id, '셋')]

  t.is((await carol.ask(`DELETE /v1/comments/${one}`)).status, 403)
  for (const other of [alice, carol, admin]) {
    t.is((await other.ask(`PATCH /v1/comments/${one}`, { text: 'x' })).status, 403)
  }
  const same = await bob.gets(`PATCH /v1/comments/${one}`, { text: '하나' })
  const edited = await bob.gets(`PATCH /v1/comments/${one}`, { text: '고친 하나' })
  for (const [who, comment] of [
    [bob, one],
    [alice, two],
    [admin, three],
  ] as const) {
    t.is((await who.ask(`DELETE /v1/comments/${comment}`)).status, 204)
    t.is((await who.ask(`DELETE /v1/comments/${comment}`)).status, 404)
    t.is((await bob.ask(`PATCH /v1/comments/${comment}`, { text: 'x' })).status, 404)
  }

  t.false('editedAt' in same)
  t.is(edited['text'], '고친 하나')
  t.is(typeof edited['editedAt'], 'string')
  t.is((await alice.gets(`GET /v1/posts/${id}`))['commentCount'], 0)
  const forgotten = neighbours.forgotten.flatMap((subject) => ('comment' in subject ? [String(subject.comment)] : []))
  t.deepEqual(
    forgotten.filter((comment) => [one, two, three].includes(comment)),
    [one, two, three],
  )
})

test('the author of the post hears of a comment, those who are mentioned hear of that, and nobody twice', async (t) => {
  const { person, neighbours } = courtyard()
  const [alice, bob, carol, dave] = [
    await person('alice'),
    await person('bob'),
    await person('carol'),
    await person('dave'),
  ]
  const id = await alice.posts('x')

  const comment = await bob.comments(id, `@${alice.username} @${carol.username} @${bob.username} 봐요`)
  await bob.gets(`PATCH /v1/comments/${comment}`, { text: `@${carol.username} @${dave.username} 봐요` })

  const told = neighbours.notices.filter((notice) => 'comment' in notice && String(notice.comment) === comment)
  t.deepEqual(
    told.map((notice) => [notice.type, notice.to]),
    [
      ['comment', alice.account],
      ['mention', carol.account],
      ['mention', dave.account],
    ],
  )
  t.true(
    told.every(
      (notice) => 'from' in notice && notice.from === bob.account && 'post' in notice && notice.post === Number(id),
    ),
  )
})

test('a mention tells nobody of a post that is not there for them', async (t) => {
  const { person, neighbours } = courtyard()
  const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')]
  const id = await alice.posts('x')
  await alice.to('block', bob)

  const comment = await carol.comments(id, `@${bob.username} 여기 봐요`)
  await carol.gets(`PATCH /v1/comments/${comment}`, { text: `@${bob.username} 여기 좀 봐요` })

  const told = neighbours.notices.filter((notice) => 'post' in notice && notice.post === Number(id))
  t.deepEqual(
    told.map((notice) => [notice.type, notice.to]),
    [['comment', alice.account]],
  )
})
