import test from 'ava'
import { argon2Sync } from 'node:crypto'
import { Passwords } from '../../src/accounts/passwords.ts'
import { call, cookiesOf, goodPassword, signIn, signUp } from './client.ts'
import { doorOf, openDoor } from './door.ts'

const door = doorOf(test)
const from = (address: string) => ({ 'x-forwarded-for': address })

test('a person signs in, in whatever case the name is typed', async (t) => {
  const alice = await signUp(door().origin)

  const reply = await call(door().origin, 'POST /v1/sessions', {
    body: { username: alice.username.toUpperCase(), password: goodPassword, tokens: 'body' },
  })

  t.is(reply.status, 201)
  t.like(reply.body, { account: { username: alice.username }, tokenType: 'Bearer', expiresInSeconds: 600 })
  t.deepEqual(reply.headers.getSetCookie(), [])
})

test('an unknown name and a wrong password get the same answer', async (t) => {
  const alice = await signUp(door().origin)
  const answerTo = async (username: string, password: string) => {
    const reply = await call(door().origin, 'POST /v1/sessions', { body: { username, password } })
    const { requestId, ...rest } = reply.body
    t.is(typeof requestId, 'string')
    const names = [...reply.headers.keys()].filter((name) => name !== 'date')
    return { status: reply.status, rest, names }
  }

  const wrong = await answerTo(alice.username, 'not the password')
  const unknown = await answerTo('nobody_at_all', 'not the password')
  const impossible = await answerTo('not a name!', 'x')

  t.is(wrong.status, 401)
  t.like(wrong.rest, { code: 'bad_credentials' })
  t.deepEqual(unknown, wrong)
  t.deepEqual(impossible, wrong)
})

test.serial('an unknown name costs the same work as a wrong password', async (t) => {
  const alice = await signUp(door().origin)
  const { verify } = Passwords.prototype
  const verified: string[] = []
  Passwords.prototype.verify = function verifyAndTell(password, phc) {
    verified.push(`${password} against ${phc === undefined ? 'nothing' : 'a stored one'}`)
    return verify.call(this, password, phc)
  }
  t.teardown(() => (Passwords.prototype.verify = verify))

  for (const username of [alice.username, 'nobody_at_all', 'not a name!']) {
    const body = { username, password: 'not the password' }
    t.is((await call(door().origin, 'POST /v1/sessions', { body })).status, 401, username)
  }

  // How much each of them is, test/accounts/passwords.test.ts says.
  const nobody = 'not the password against nothing'
  t.deepEqual(verified, ['not the password against a stored one', nobody, nobody])
})

test('a browser gets its tokens in cookies that no script can read, and not in the body', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)

  const reply = await call(origin, 'POST /v1/sessions', { body: { username: alice.username, password: goodPassword } })

  const cookies = cookiesOf(reply)
  t.deepEqual([...cookies.keys()], ['madang-access', 'madang-refresh'])
  t.deepEqual(cookies.get('madang-access')?.flags, ['Path=/', 'Max-Age=2592000', 'HttpOnly', 'SameSite=Lax'])
  t.deepEqual(cookies.get('madang-refresh')?.flags, [
    'Path=/v1/sessions',
    'Max-Age=2592000',
    'HttpOnly',
    'SameSite=Lax',
  ])
  t.false('accessToken' in reply.body || 'refreshToken' in reply.body)
})

test('on https the cookies are secure and belong to this host alone', async (t) => {
  const secure = await openDoor(door().world, { PUBLIC_ORIGIN: 'https://madang.example' })
  t.teardown(() => secure.close())
  const alice = await signUp(secure.origin)

  const reply = await call(secure.origin, 'POST /v1/sessions', {
    body: { username: alice.username, password: goodPassword },
  })

  const flags = ['Path=/', 'Max-Age=2592000', 'HttpOnly', 'SameSite=Lax', 'Secure']
  const cookies = cookiesOf(reply)
  t.deepEqual([...cookies.keys()], ['__Host-madang-access', '__Host-madang-refresh'])
  for (const cookie of cookies.values()) t.deepEqual(cookie.flags, flags)
  const cookie = `__Host-madang-access=${cookies.get('__Host-madang-access')?.value}`
  t.is((await call(secure.origin, 'GET /v1/me', { headers: { cookie } })).status, 200)
  const plain = `madang-access=${cookies.get('__Host-madang-access')?.value}`
  t.is((await call(secure.origin, 'GET /v1/me', { headers: { cookie: plain } })).status, 401)
})

test('a cookie signs in, and lets only our own pages change something', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  const headers = { cookie: `madang-access=${alice.access}` }
  const change = async (more: Record<string, string>) => {
    const body = { displayName: 'Alice' }
    return (await call(origin, 'PATCH /v1/me', { body, headers: { ...headers, ...more } })).status
  }

  t.is((await call(origin, 'GET /v1/me', { headers })).status, 200)
  t.is(await change({ origin: 'http://localhost:8080' }), 200)
  t.is(await change({ origin: 'https://evil.example' }), 403)
  t.is(await change({ origin: 'null' }), 403)
})

test('another site cannot sign its visitor in', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  const body = { username: alice.username, password: goodPassword }

  const reply = await call(origin, 'POST /v1/sessions', { body, headers: { origin: 'https://evil.example' } })

  t.is(reply.status, 403)
})

test('the last guess within the limit is judged and the next one is not, even if it is right', async (t) => {
  const strict = await openDoor(door().world, { SIGN_IN_PER_MINUTE: 5 })
  t.teardown(() => strict.close())
  const alice = await signUp(strict.origin)
  const guess = (password: string, address: string, username = alice.username) =>
    call(strict.origin, 'POST /v1/sessions', { body: { username, password }, headers: from(address) })

  for (let nth = 1; nth <= 4; nth += 1) t.is((await guess('wrong password', '10.0.0.1')).status, 401)
  t.is((await guess(goodPassword, '10.0.0.1')).status, 201)
  const over = await guess(goodPassword, '10.0.0.1', alice.username.toUpperCase())

  t.is(over.status, 429)
  t.like(over.body, { code: 'rate_limited' })
  t.truthy(over.headers.get('retry-after'))
  t.is((await guess(goodPassword, '10.0.0.2')).status, 201, 'another address is not shut out')
  t.is((await guess('wrong password', '10.0.0.1', 'somebody_else')).status, 401, 'nor is another name')
})

test('an unknown name is counted like a known one', async (t) => {
  const strict = await openDoor(door().world, { SIGN_IN_PER_MINUTE: 1 })
  t.teardown(() => strict.close())
  const body = { username: 'unknown_name', password: 'wrong password' }

  const first = await call(strict.origin, 'POST /v1/sessions', { body })
  const second = await call(strict.origin, 'POST /v1/sessions', { body })

  t.deepEqual([first.status, second.status], [401, 429])
})

test('an address signs up as often as it may and not once more', async (t) => {
  const strict = await openDoor(door().world, { SIGN_UP_PER_HOUR: 2 })
  t.teardown(() => strict.close())
  await signUp(strict.origin, 'carol', from('10.1.0.1'))
  await signUp(strict.origin, 'carol', from('10.1.0.1'))
  await t.throwsAsync(signUp(strict.origin, 'carol', from('10.1.0.1')), { message: /rate_limited/ })
  await t.notThrowsAsync(signUp(strict.origin, 'carol', from('10.1.0.2')))
})

test('a password that was hashed with less than today is hashed again at sign-in', async (t) => {
  const { origin, world } = door()
  const alice = await signUp(origin)
  const stored = weaklyHashed(goodPassword)
  await world.sql('accounts').where({ username: alice.username }).update({ password: stored })

  const wrong = await call(origin, 'POST /v1/sessions', { body: { username: alice.username, password: 'wrong' } })
  const before = await world.sql('accounts').where({ username: alice.username }).first('password')
  await signIn(origin, alice.username)
  const after = await world.sql('accounts').where({ username: alice.username }).first('password')

  t.is(wrong.status, 401)
  t.is(before.password, stored)
  t.regex(after.password, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  await t.notThrowsAsync(signIn(origin, alice.username))
})

function weaklyHashed(password: string): string {
  const nonce = Buffer.alloc(16, 7)
  const cost = { memory: 8, passes: 1, parallelism: 1, tagLength: 32 }
  const tag = argon2Sync('argon2id', { ...cost, message: password, nonce })
  const [salt, hash] = [nonce, tag].map((bytes) => bytes.toString('base64').replace(/=+$/, ''))
  return `$argon2id$v=19$m=8,t=1,p=1$${salt}$${hash}`
}
