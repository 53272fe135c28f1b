import test from 'ava'
import { eventually } from '../support/eventually.ts'
import { call, cookiesOf, goodPassword, signUp } from './client.ts'
import type { Reply } from './client.ts'
import { doorOf, openDoor } from './door.ts'
import type { Door } from './door.ts'

const door = doorOf(test)

const refresh = (origin: string, token: unknown, headers: Record<string, string> = {}) =>
  call(origin, 'POST /v1/sessions/refresh', { body: { refreshToken: token }, headers })
const meStatus = async (origin: string, token: unknown) => (await call(origin, 'GET /v1/me', { token })).status
const endedBy = (where: Door, session: string) =>
  eventually(() => where.ended.find(({ sessions }) => sessions.some((one) => one === session)))

test('a refresh token gives the next one, of the same session', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)

  const first = await refresh(origin, alice.refresh)
  const second = await refresh(origin, first.body['refreshToken'])

  t.is(first.status, 200)
  t.is(first.body['session'], alice.session)
  t.is(second.status, 200)
  t.is(new Set([alice.refresh, first.body['refreshToken'], second.body['refreshToken']]).size, 3)
  t.is(await meStatus(origin, second.body['accessToken']), 200)
})

test('a token that was used before ends the whole family and closes its sockets on every server', async (t) => {
  const { origin, world, ...here } = door()
  const other = await openDoor(world)
  t.teardown(() => other.close())
  const alice = await signUp(origin)
  const second = await refresh(origin, alice.refresh)
  const third = await refresh(origin, second.body['refreshToken'])

  const reused = await refresh(origin, alice.refresh)

  t.is(reused.status, 401)
  t.is((await refresh(origin, third.body['refreshToken'])).status, 401)
  t.is(await meStatus(origin, third.body['accessToken']), 401)
  t.is((await endedBy({ ...here, origin }, alice.session)).reason, 'reused')
  t.is((await endedBy(other, alice.session)).reason, 'reused')
})

test('reuse ends the family of the token and no other session of the person', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  const elsewhere = await call(origin, 'POST /v1/sessions', {
    body: { username: alice.username, password: goodPassword, tokens: 'body' },
  })
  const next = await refresh(origin, alice.refresh)
  await refresh(origin, next.body['refreshToken'])

  t.is((await refresh(origin, alice.refresh)).status, 401)

  t.is(await meStatus(origin, elsewhere.body['accessToken']), 200)
  t.is((await refresh(origin, elsewhere.body['refreshToken'])).status, 200)
})

test('two refreshes at once get the very same next token, and the family does not fork', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)

  const replies = await Promise.all(Array.from({ length: 6 }, () => refresh(origin, alice.refresh)))

  t.deepEqual(
    replies.map((reply) => reply.status),
    Array.from({ length: 6 }, () => 200),
  )
  t.is(new Set(replies.map((reply) => reply.body['refreshToken'])).size, 1)
  const next = await refresh(origin, replies[0]?.body['refreshToken'])
  t.is(next.status, 200)
  t.is((await refresh(origin, alice.refresh)).status, 401, 'one generation later the grace is over')
  t.is((await refresh(origin, next.body['refreshToken'])).status, 401)
})

test('the grace is for the same client and not for another one', async (t) => {
  const { origin } = door()
  const clients: Record<string, string>[] = [
    { 'user-agent': 'thief', 'x-forwarded-for': '10.0.0.1' },
    { 'user-agent': 'browser', 'x-forwarded-for': '10.0.0.2' },
  ]

  for (const thief of clients) {
    const alice = await signUp(origin)
    const own = { 'user-agent': 'browser', 'x-forwarded-for': '10.0.0.1' }
    const next = await refresh(origin, alice.refresh, own)
    t.is((await refresh(origin, alice.refresh, own)).status, 200)
    t.is((await refresh(origin, alice.refresh, thief)).status, 401)
    t.is((await refresh(origin, next.body['refreshToken'], own)).status, 401)
  }
})

test('when the grace is over the old token is a reuse', async (t) => {
  const { origin, world } = door()
  const inTime = await signUp(origin)
  const late = await signUp(origin)
  await refresh(origin, inTime.refresh)
  await refresh(origin, late.refresh)
  const age = (session: string, seconds: number) =>
    world.sql.raw('UPDATE sessions SET rotated_at = NOW(3) - INTERVAL ? SECOND WHERE id = ?', [seconds, session])
  await age(inTime.session, 5)
  await age(late.session, 10)

  t.is((await refresh(origin, inTime.refresh)).status, 200)
  t.is((await refresh(origin, late.refresh)).status, 401)
})

test('without a grace the second use is a reuse at once', async (t) => {
  const strict = await openDoor(door().world, { REFRESH_GRACE_SECONDS: 0 })
  t.teardown(() => strict.close())
  const alice = await signUp(strict.origin)

  t.is((await refresh(strict.origin, alice.refresh)).status, 200)
  t.is((await refresh(strict.origin, alice.refresh)).status, 401)
})

test('a token of no family, a broken one and somebody else’s secret end nothing', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  const bob = await signUp(origin, 'bob')
  const [family, secret] = alice.refresh.split('.')
  const [bobsFamily, bobsSecret] = bob.refresh.split('.')

  for (const token of ['', 'x', `${'A'.repeat(43)}.${secret}`, `${secret}.${family}`, alice.session, alice.access]) {
    t.is((await refresh(origin, token.slice(0, 200))).status, 401, token)
  }
  t.is((await refresh(origin, alice.refresh)).status, 200)
  t.is((await refresh(origin, `${bobsFamily}.${bobsSecret}`)).status, 200)
})

test('a session that was not used for its life has expired', async (t) => {
  const { origin, world } = door()
  const alice = await signUp(origin)
  await world
    .sql('sessions')
    .where({ id: alice.session })
    .update({ expires_at: world.sql.raw('NOW(3)') })

  t.is((await refresh(origin, alice.refresh)).status, 401)
  t.is(await meStatus(origin, alice.access), 401)
})

test('a browser refreshes with its cookie, from our own pages only', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  const cookie = `madang-access=expired; madang-refresh=${alice.refresh}`
  const from = (page: string): Promise<Reply> =>
    call(origin, 'POST /v1/sessions/refresh', { headers: { cookie, origin: page } })

  t.is((await from('https://evil.example')).status, 403)
  const reply = await from('http://localhost:8080')

  t.is(reply.status, 200)
  t.false('accessToken' in reply.body || 'refreshToken' in reply.body)
  const access = cookiesOf(reply).get('madang-access')?.value
  t.is((await call(origin, 'GET /v1/me', { headers: { cookie: `madang-access=${access}` } })).status, 200)
  t.is((await call(origin, 'POST /v1/sessions/refresh')).status, 401)
})

test('what is stored of a token is not enough to use it', async (t) => {
  const { origin, world } = door()
  const alice = await signUp(origin)
  const next = await refresh(origin, alice.refresh)

  const row = await world.sql('sessions').where({ id: alice.session }).first()

  const stored = JSON.stringify(row)
  const secrets = [alice.refresh, String(next.body['refreshToken'])].flatMap((token) => token.split('.'))
  for (const secret of secrets) t.false(stored.includes(secret))
  t.is((await refresh(origin, `${row.family_hash}.${row.token_hash}`)).status, 401)
})
