import { createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { SignJWT, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import { ConfigError } from '../config.ts'
import type { SessionId } from '../platform/ids.ts'
import { KnownTokens } from './known-tokens.ts'

/** Short-lived proof of a session: a JWT that names it and nothing else, since all that can change is read afresh. */
export interface AccessTokens {
  sign(session: SessionId): Promise<string>
  verify(token: string): Promise<AccessAnswer>
}

export type AccessAnswer = { type: 'valid'; session: SessionId } | { type: 'expired' } | { type: 'invalid' }

const algorithm = 'HS256'
const issuer = 'urn:madang:accounts'
const audience = 'urn:madang:api'
const type = 'at+jwt'
const leastKeyBytes = 32
const longestToken = 1024
const toleranceSeconds = 30

/** `keys` is `kid:base64,…`: the first signs, all verify. Throws `ConfigError` for a key that could be guessed. */
export function createAccessTokens(options: { keys: string; minutes: number }): AccessTokens {
  const keys = parseKeys(options.keys)
  const [[kid, signingKey]] = keys
  const allowed = new Map(keys)
  const known = new KnownTokens()
  const keyOf = (header: { kid?: string }): KeyObject => {
    const key = header.kid === undefined ? undefined : allowed.get(header.kid)
    if (key === undefined) throw new errors.JWSInvalid('the key is not known here')
    return key
  }
  return {
    sign: (session) =>
      new SignJWT({ sid: session })
        .setProtectedHeader({ alg: algorithm, typ: type, kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${options.minutes} minutes`)
        .sign(signingKey),
    async verify(token) {
      if (token.length > longestToken) return { type: 'invalid' }
      const before = known.sessionOf(token)
      if (before !== undefined) return { type: 'valid', session: before }
      try {
        const expected = { algorithms: [algorithm], issuer, audience, typ: type, requiredClaims: ['exp', 'sid'] }
        const { payload } = await jwtVerify(token, keyOf, { ...expected, clockTolerance: toleranceSeconds })
        const session = sessionId.parse(payload['sid'])
        known.remember(token, session, ((payload.exp ?? 0) + toleranceSeconds) * 1000)
        return { type: 'valid', session }
      } catch (error) {
        return error instanceof errors.JWTExpired ? { type: 'expired' } : { type: 'invalid' }
      }
    },
  }
}

/** The text form of a session's id. */
export const sessionId = z.uuid().transform((text) => text.toLowerCase() as SessionId)

type NamedKey = [kid: string, key: KeyObject]

function parseKeys(text: string): [NamedKey, ...NamedKey[]] {
  const [first, ...others] = text.split(',').map((part) => parseKey(part.trim()))
  if (first === undefined) throw new ConfigError('TOKEN_KEYS: at least one key')
  const kids = new Set([first, ...others].map(([kid]) => kid))
  if (kids.size !== others.length + 1) throw new ConfigError('TOKEN_KEYS: two keys have one name')
  return [first, ...others]
}

function parseKey(text: string): NamedKey {
  const [, kid, encoded] = /^([\w-]{1,32}):([A-Za-z0-9+/_-]+={0,2})$/.exec(text) ?? []
  if (kid === undefined || encoded === undefined) throw new ConfigError('TOKEN_KEYS: not of the form kid:base64')
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length < leastKeyBytes) {
    throw new ConfigError(`TOKEN_KEYS: key ${kid} has ${bytes.length} bytes of at least ${leastKeyBytes}`)
  }
  if (isGuessable(bytes)) throw new ConfigError(`TOKEN_KEYS: key ${kid} is not random`)
  return [kid, createSecretKey(bytes)]
}

/** 32 random bytes hold fewer than 12 different values, or are plain text, less than once in 10^13 times. */
function isGuessable(bytes: Buffer): boolean {
  return new Set(bytes).size < 12 || bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
}
