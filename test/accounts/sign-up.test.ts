import test from 'ava'
import { call, goodPassword, signUp } from './client.ts'
import { doorOf } from './door.ts'

const door = doorOf(test)
const signUpWith = (body: Record<string, unknown>) =>
  call(door().origin, 'POST /v1/accounts', { body: { password: goodPassword, tokens: 'body', ...body } })
const ofLength = async (length: number, character = 'a') =>
  (await signUpWith({ username: `pw${length}_${character.length}`, password: character.repeat(length) })).status

test('who signs up is signed in and finds the account', async (t) => {
  const made = await signUpWith({ username: 'Alice', displayName: '김앨리스' })

  const me = await call(door().origin, 'GET /v1/me', { token: made.body['accessToken'] })

  t.is(made.status, 201)
  t.is(made.headers.get('location'), '/v1/people/alice')
  t.like(me.body, { username: 'alice', displayName: '김앨리스', role: 'member', language: 'ko' })
  t.is(typeof me.body['id'], 'string')
  t.regex(String(me.body['createdAt']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('a username belongs to one person, in whatever case', async (t) => {
  t.is((await signUpWith({ username: 'bob' })).status, 201)

  const second = await signUpWith({ username: 'BoB' })

  t.is(second.status, 409)
  t.like(second.body, { code: 'username_taken' })
})

test('of many who take one name at once one gets it', async (t) => {
  const replies = await Promise.all(Array.from({ length: 8 }, () => signUpWith({ username: 'race' })))

  t.deepEqual(
    replies.map((reply) => reply.status).toSorted((one, other) => one - other),
    [201, ...Array.from({ length: 7 }, () => 409)],
  )
})

test('a username has 3 to 30 of a–z, 0–9 and _', async (t) => {
  t.is((await signUpWith({ username: 'a_1' })).status, 201)
  t.is((await signUpWith({ username: 'a'.repeat(30) })).status, 201)
  for (const username of [
    'ab',
    'a'.repeat(31),
    'ali ce',
    'alice ',
    'älice',
    '앨리스',
    'al-ice',
    'ali\u0000ce',
    '',
    7,
  ]) {
    const reply = await signUpWith({ username })
    t.is(reply.status, 422, String(username))
    t.like(reply.body, { code: 'bad_input', errors: [{ pointer: '/username' }] })
  }
})

test('a password has 10 to 128 characters', async (t) => {
  t.deepEqual([await ofLength(10), await ofLength(9)], [201, 422])
  t.deepEqual([await ofLength(128), await ofLength(129)], [201, 422])
  t.deepEqual([await ofLength(128, '🏠'), await ofLength(129, '🏠')], [201, 422])
})

test('one password typed in two Unicode forms is one password', async (t) => {
  const password = '가나다라마바사아자차'
  await signUpWith({ username: 'forms', password: password.normalize('NFD') })

  const reply = await call(door().origin, 'POST /v1/sessions', { body: { username: 'forms', password } })

  t.is(reply.status, 201)
})

test('a display name has 1 to 50 printable characters', async (t) => {
  let people = 0
  const named = async (displayName: string) => {
    people += 1
    return signUpWith({ username: `named_${people}`, displayName })
  }

  t.like((await named(`  ${'마'.repeat(50)} `)).body, { account: { displayName: '마'.repeat(50) } })
  t.is((await named('👩‍👩‍👧')).status, 201)
  for (const wrong of ['', '   ', 'a'.repeat(51), 'a\nb', 'a\u0007', 'a\u202Eb']) {
    t.is((await named(wrong)).status, 422, JSON.stringify(wrong))
  }
})

test('nobody gives themselves a role, an id or anything else that was not asked for', async (t) => {
  for (const extra of [{ role: 'admin' }, { id: '1' }, { createdAt: '2020-01-01T00:00:00.000Z' }]) {
    t.is((await signUpWith({ username: 'mallory', ...extra })).status, 422)
  }
  const hidden = `{"username":"mallory","password":"${goodPassword}","__proto__":{"role":"admin"}}`
  t.is((await call(door().origin, 'POST /v1/accounts', { body: hidden })).status, 422)

  const alice = await signUp(door().origin)
  for (const extra of [{ role: 'admin' }, { username: 'other' }, { password: 'x'.repeat(12) }]) {
    const body = { displayName: 'Alice', ...extra }
    t.is((await call(door().origin, 'PATCH /v1/me', { token: alice.access, body })).status, 422)
  }
  const me = await call(door().origin, 'GET /v1/me', { token: alice.access })
  t.like(me.body, { username: alice.username, displayName: alice.username, role: 'member' })
})

test('a person changes display name and language, and others see the name', async (t) => {
  const { origin, accounts } = door()
  const alice = await signUp(origin)
  const known = await accounts.findByUsername(alice.username)
  t.truthy(known)
  const id = known!.id
  t.is((await accounts.profiles([id])).get(id)?.displayName, alice.username)

  const changed = await call(origin, 'PATCH /v1/me', {
    token: alice.access,
    body: { displayName: '앨리스', language: 'en' },
  })

  t.like(changed.body, { displayName: '앨리스', language: 'en' })
  t.is((await accounts.profiles([id])).get(id)?.displayName, '앨리스')
})
