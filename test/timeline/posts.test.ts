import test from 'ava'
import { randomUUID } from 'node:crypto'
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
