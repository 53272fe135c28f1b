import test from 'ava'
import { createAccessTokens } from '../../src/accounts/access-tokens.ts'
import { beginSession } from '../../src/accounts/sessions.ts'
import type { SessionId } from '../../src/platform/ids.ts'
import { eventually } from '../support/eventually.ts'
import { call, cookiesOf, goodPassword, signIn, signUp } from './client.ts'
import { doorOf, openDoor } from './door.ts'
import type { Door } from './door.ts'

const door = doorOf(test)

const meStatus = async (token: string) => (await call(door().origin, 'GET /v1/me', { token })).status
const endedBy = (where: Pick<Door, 'ended'>, session: string) =>
  eventually(() => where.ended.find(({ sessions }) => sessions.some((one) => one === session)))

interface Item {
  id: string
  userAgent: string
  isCurrent: boolean
}

test('a person sees the own sessions, last used first, and which one is asking', async (t) => {
  const { origin } = door()
  const phone = await signUp(origin, 'alice', { 'user-agent': 'phone' })
  const laptop = await signIn(origin, phone.username, { 'user-agent': 'laptop' })
  await signUp(origin, 'bob')

  const reply = await call(origin, 'GET /v1/sessions', { token: laptop.access })

  const items = reply.body['items'] as Item[]
  t.deepEqual(
    items.map(({ id, userAgent, isCurrent }) => ({ id, userAgent, isCurrent })),
    [
      { id: laptop.session, userAgent: 'laptop', isCurrent: true },
      { id: phone.session, userAgent: 'phone', isCurrent: false },
    ],
  )
})

test('who signs out is out at once, with cookies gone and sockets closed', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  t.is(await meStatus(alice.access), 200)

  const reply = await call(origin, 'DELETE /v1/sessions/current', { token: alice.access })

  t.is(reply.status, 204)
  for (const cookie of cookiesOf(reply).values()) {
    t.is(cookie.value, '')
    t.true(cookie.flags.includes('Max-Age=0'))
  }
  t.is(await meStatus(alice.access), 401)
  const body = { refreshToken: alice.refresh }
  t.is((await call(origin, 'POST /v1/sessions/refresh', { body })).status, 401)
  t.is((await endedBy(door(), alice.session)).reason, 'signed_out')
})

test('a person ends one of the own sessions, and the others go on', async (t) => {
  const { origin, world } = door()
  const other = await openDoor(world)
  t.teardown(() => other.close())
  const phone = await signUp(origin)
  const laptop = await signIn(origin, phone.username)

  const reply = await call(origin, `DELETE /v1/sessions/${phone.session}`, { token: laptop.access })

  t.is(reply.status, 204)
  t.deepEqual([await meStatus(phone.access), await meStatus(laptop.access)], [401, 200])
  t.is((await endedBy(other, phone.session)).reason, 'revoked')
})

test('nobody ends a session of somebody else, or one that is not there', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  const bob = await signUp(origin, 'bob')
  const end = async (id: string) => (await call(origin, `DELETE /v1/sessions/${id}`, { token: bob.access })).status

  t.is(await end(alice.session), 404)
  t.is(await end('0190a0b0-0000-4000-8000-000000000000'), 404)
  t.is(await end('not-an-id'), 422)
  t.is(await meStatus(alice.access), 200)
})

test('a change of password needs the present one and ends all other sessions', async (t) => {
  const { origin } = door()
  const phone = await signUp(origin)
  const laptop = await signIn(origin, phone.username)
  const change = (currentPassword: string, newPassword: string) =>
    call(origin, 'PUT /v1/me/password', { token: laptop.access, body: { currentPassword, newPassword } })

  t.is((await change('not the password', 'a brand new password')).status, 403)
  t.is((await change(goodPassword, 'too short')).status, 422)
  t.is(await meStatus(phone.access), 200)
  t.is((await change(goodPassword, 'a brand new password')).status, 204)

  t.deepEqual([await meStatus(phone.access), await meStatus(laptop.access)], [401, 200])
  t.is((await endedBy(door(), phone.session)).reason, 'password_changed')
  await t.throwsAsync(signIn(origin, phone.username), { message: /bad_credentials/ })
  const body = { username: phone.username, password: 'a brand new password' }
  t.is((await call(origin, 'POST /v1/sessions', { body })).status, 201)
})

test('guessing the present password is limited like signing in', async (t) => {
  const strict = await openDoor(door().world, { SIGN_IN_PER_MINUTE: 2 })
  t.teardown(() => strict.close())
  const alice = await signUp(strict.origin)
  const guess = async () => {
    const body = { currentPassword: 'not the password', newPassword: 'a brand new password' }
    return (await call(strict.origin, 'PUT /v1/me/password', { token: alice.access, body })).status
  }

  t.deepEqual([await guess(), await guess(), await guess()], [403, 403, 429])
})

test('an account keeps as many sessions as it may; one more ends the one not used for the longest time', async (t) => {
  const narrow = await openDoor(door().world, { SESSIONS_PER_ACCOUNT: 2 })
  t.teardown(() => narrow.close())
  const first = await signUp(narrow.origin)
  const second = await signIn(narrow.origin, first.username)
  await call(narrow.origin, 'POST /v1/sessions/refresh', { body: { refreshToken: first.refresh } })
  t.deepEqual([await meStatus(first.access), await meStatus(second.access)], [200, 200])

  const third = await signIn(narrow.origin, first.username)

  t.deepEqual(
    [await meStatus(first.access), await meStatus(second.access), await meStatus(third.access)],
    [200, 401, 200],
  )
  t.is((await endedBy(narrow, second.session)).reason, 'displaced')
})

test('a sign-in that began before a change of password does not outlive it', async (t) => {
  const { origin, world } = door()
  const alice = await signUp(origin)
  const account = (await door().accounts.findByUsername(alice.username))!.id
  const parts = {
    ...{ sql: world.sql, config: world.config, log: world.log },
    access: createAccessTokens({ keys: world.config.TOKEN_KEYS, minutes: 10 }),
    announce: async () => undefined,
  }
  const client = { userAgent: 'phone', address: '10.0.0.1' }
  const { password: found } = await world.sql('accounts').where({ id: account }).first('password')
  await t.notThrowsAsync(beginSession(parts, { account, password: found, client }))

  const body = { currentPassword: goodPassword, newPassword: 'a brand new password' }
  await call(origin, 'PUT /v1/me/password', { token: alice.access, body })

  await t.throwsAsync(beginSession(parts, { account, password: found, client }), { message: /Wrong/ })
  t.is((await world.sql('sessions').where({ account_id: account })).length, 1)
})

test('an open socket whose session ended unheard is found by looking', async (t) => {
  const { world } = door()
  const watching = await openDoor(world, { SESSION_CHECK_SECONDS: 1 })
  t.teardown(() => watching.close())
  const alice = await signUp(watching.origin)
  const bob = await signUp(watching.origin, 'bob')
  watching.open.add(alice.session as SessionId).add(bob.session as SessionId)

  await world.sql('sessions').where({ id: alice.session }).delete()

  t.is((await endedBy(watching, alice.session)).reason, 'gone')
  t.false(watching.ended.some(({ sessions }) => sessions.some((one) => one === bob.session)))
})
