import test from 'ava'
import { createHmac, randomBytes } from 'node:crypto'
import { SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader } from 'jose'
import { createAccessTokens } from '../../src/accounts/access-tokens.ts'
import { KnownTokens } from '../../src/accounts/known-tokens.ts'
import { ConfigError } from '../../src/config.ts'
import type { SessionId } from '../../src/platform/ids.ts'
import { eventually } from '../support/eventually.ts'
import { call, signUp } from './client.ts'
import type { Person } from './client.ts'
import { doorOf } from './door.ts'

const door = doorOf(test)

const key = (): Uint8Array => Buffer.from(door().world.config.TOKEN_KEYS.split(':')[1] ?? '', 'base64')
const codeOf = async (token: string) => {
  const reply = await call(door().origin, 'GET /v1/me', { token })
  return reply.status === 200 ? 'in' : `${reply.status} ${String(reply.body['code'])}`
}

/** Alice's token with changes, signed with the right key unless told. */
async function forge(
  alice: Person,
  changes: { header?: Record<string, unknown>; claims?: Record<string, unknown>; key?: Uint8Array },
): Promise<string> {
  const header = { ...decodeProtectedHeader(alice.access), alg: 'HS256', ...changes.header }
  return new SignJWT({ ...decodeJwt(alice.access), ...changes.claims })
    .setProtectedHeader(header)
    .sign(changes.key ?? key())
}

/** The right key and claims under another algorithm: only the pinning of ours refuses it. */
function signedWithSha512(alice: Person): string {
  const header = { ...decodeProtectedHeader(alice.access), alg: 'HS512' }
  const signed = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${alice.access.split('.')[1]}`
  return `${signed}.${createHmac('sha512', key()).update(signed).digest('base64url')}`
}

const create = (keys: string) => () => createAccessTokens({ keys, minutes: 10 })
const random = (bytes: number) => randomBytes(bytes).toString('base64')
const now = (): number => Math.floor(Date.now() / 1000)

test('a token that is as we make it comes in, and lives ten minutes', async (t) => {
  const alice = await signUp(door().origin)
  const claims = decodeJwt(alice.access)

  t.is(await codeOf(await forge(alice, {})), 'in')
  t.is(claims.exp! - claims.iat!, 600)
  t.deepEqual(Object.keys(claims).toSorted(), ['aud', 'exp', 'iat', 'iss', 'sid'])
})

test('an expired token is told apart, so that the client refreshes', async (t) => {
  const alice = await signUp(door().origin)

  t.is(await codeOf(await forge(alice, { claims: { exp: now() - 61 } })), '401 session_expired')
})

test('a token without signature, with another algorithm or with another key does not come in', async (t) => {
  const alice = await signUp(door().origin)
  const out = '401 not_signed_in'
  const unsigned = new UnsecuredJWT(decodeJwt(alice.access)).encode()
  const [, payload, signature] = alice.access.split('.')
  const none = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(alice.access), alg: 'none' })).toString(
    'base64url',
  )

  t.is(await codeOf(unsigned), out)
  t.is(await codeOf(`${none}.${payload}.`), out)
  t.is(await codeOf(`${none}.${payload}.${signature}`), out)
  t.is(await codeOf(signedWithSha512(alice)), out)
  t.is(await codeOf(await forge(alice, { key: randomBytes(32) })), out)
})

test('a token of an unknown key, another kind, issuer or audience does not come in', async (t) => {
  const alice = await signUp(door().origin)
  const out = '401 not_signed_in'

  for (const header of [
    { kid: 'other' },
    { kid: '../../etc/passwd' },
    { kid: undefined },
    { typ: 'JWT' },
    { typ: 'rt+jwt' },
  ]) {
    t.is(await codeOf(await forge(alice, { header })), out, JSON.stringify(header))
  }
  const wrong = [{ iss: 'other' }, { aud: 'other' }, { exp: undefined }, { sid: 'x' }, { sid: undefined }]
  for (const claims of wrong) t.is(await codeOf(await forge(alice, { claims })), out, JSON.stringify(claims))
})

test('a token with any one bit flipped does not come in', async (t) => {
  const alice = await signUp(door().origin)
  const parts = alice.access.split('.').map((part) => Buffer.from(part, 'base64url'))

  for (const [index, bytes] of parts.entries()) {
    for (const position of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
      const flipped = Buffer.from(bytes)
      flipped[position]! ^= 1
      const token = parts.map((part, nth) => (nth === index ? flipped : part).toString('base64url')).join('.')
      t.is(await codeOf(token), '401 not_signed_in', `part ${index}, byte ${position}`)
    }
  }
})

test('a refresh token, another scheme or nothing at all does not come in', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  const withHeader = async (authorization: string) =>
    (await call(origin, 'GET /v1/me', { headers: { authorization } })).status

  t.is(await codeOf(alice.refresh), '401 not_signed_in')
  t.is(await withHeader('Basic YWxpY2U6cGFzc3dvcmQ='), 401)
  t.is(await withHeader('Bearer'), 401)
  t.is(await withHeader(`Bearer ${'a'.repeat(5000)}`), 401)
  t.is((await call(origin, 'GET /v1/me')).status, 401)
})

test('a token in the address is not read', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)

  t.is((await call(origin, `GET /v1/me?access_token=${alice.access}`)).status, 401)
})

test('keys that could be guessed, are short or doubled keep the server from starting', (t) => {
  t.notThrows(create(`a:${random(32)}`))
  t.notThrows(create(`a:${random(32)},b:${random(64)}`))
  const wrong = [
    '',
    'a',
    random(32),
    `a:${random(31)}`,
    `a:${Buffer.alloc(32, 1).toString('base64')}`,
    `a:${Buffer.from('change-me-change-me-change-me-change-me').toString('base64')}`,
    `a:${random(32)},a:${random(32)}`,
    `a b:${random(32)}`,
  ]
  for (const keys of wrong) t.throws(create(keys), { instanceOf: ConfigError }, keys)
})

test('after a change of keys the old one still verifies and the new one signs', async (t) => {
  const [old, young] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  const before = createAccessTokens({ keys: `old:${old}`, minutes: 10 })
  const after = createAccessTokens({ keys: `young:${young},old:${old}`, minutes: 10 })
  const alice = await signUp(door().origin)
  const session = alice.session as Parameters<typeof before.sign>[0]

  t.like(await after.verify(await before.sign(session)), { type: 'valid', session })
  t.is(decodeProtectedHeader(await after.sign(session)).kid, 'young')
  t.like(await before.verify(await after.sign(session)), { type: 'invalid' })
})

test('a token that was found right comes in again without being verified, until it expires, and no other with it', async (t) => {
  const alice = await signUp(door().origin)
  const brief = await forge(alice, { claims: { exp: now() - 28 } })

  t.is(await codeOf(brief), 'in')
  t.is(await codeOf(brief), 'in')
  t.is(await codeOf(`${brief.slice(0, -2)}AA`), '401 not_signed_in')
  t.is(await eventually(async () => (await codeOf(brief)) !== 'in' && (await codeOf(brief))), '401 session_expired')
})

test('of known tokens the oldest are forgotten first', (t) => {
  const known = new KnownTokens()
  const session = 'a session' as SessionId
  for (let nth = 0; nth <= 10_000; nth += 1) known.remember(`token ${nth}`, session, Date.now() + 60_000)

  t.deepEqual([known.sessionOf('token 0'), known.sessionOf('token 1')], [undefined, session])
})
