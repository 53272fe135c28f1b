import { randomUUID } from 'node:crypto'
import type { Config } from '../config.ts'
import { Problem } from '../platform/errors.ts'
import { addressKey } from '../platform/http/rate-limit.ts'
import type { AccountId, SessionId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { Announce, EndReason } from './announcements.ts'
import {
  formatRefreshToken,
  hashOf,
  isSameHash,
  newRefreshToken,
  newSalt,
  nextSecret,
  parseRefreshToken,
} from './refresh-tokens.ts'
import type { RefreshToken } from './refresh-tokens.ts'
import { deleteSessions, insertSession, lockFamily, rotate, sessionsOf } from './session-store.ts'
import type { Family } from './session-store.ts'
import { lockPassword } from './store.ts'

export interface SessionParts {
  sql: Sql
  config: Config
  log: Log
  access: AccessTokens
  announce: Announce
}

/** From where somebody asks: kept with the session for its owner to recognize, and to tell one client from another. */
export interface Client {
  userAgent: string
  address: string
}

export interface SessionTokens {
  account: AccountId
  session: SessionId
  accessToken: string
  refreshToken: string
  /** Of the access token. */
  expiresInSeconds: number
}

/**
 * Begins a session for somebody whose password was found right against `password` (PHC). Error: `bad_credentials`, when the
 * password was changed since: a sign-in under way must not outlive the change that ends all sessions.
 */
export async function beginSession(
  parts: SessionParts,
  who: { account: AccountId; password: string; client: Client },
): Promise<SessionTokens> {
  const token = newRefreshToken()
  // An id of Node's own making is in canonical form.
  const session = randomUUID() as string as SessionId
  const displaced = await inTransaction(parts.sql, async (trx) => {
    if ((await lockPassword(trx, who.account)) !== who.password) throw new Problem('bad_credentials')
    await insertSession(trx, {
      id: session,
      account: who.account,
      familyHash: hashOf(token.family),
      tokenHash: hashOf(token.secret),
      userAgent: who.client.userAgent,
      days: parts.config.REFRESH_TOKEN_DAYS,
    })
    return dropSurplus(trx, who.account, parts.config.SESSIONS_PER_ACCOUNT)
  })
  if (displaced.length > 0) await parts.announce({ type: 'ended', sessions: displaced, reason: 'displaced' })
  return tokensOf(parts, { account: who.account, session, token })
}

/** Takes away what has expired and what is more than an account may keep; answers the ids. */
async function dropSurplus(trx: Sql, account: AccountId, most: number): Promise<SessionId[]> {
  const sessions = await sessionsOf(trx, account)
  const kept = new Set(sessions.filter((session) => session.isLiving).slice(0, most))
  const surplus = sessions.filter((session) => !kept.has(session)).map((session) => session.id)
  await deleteSessions(trx, account, surplus)
  return surplus
}

/**
 * Exchanges a refresh token for the next one. Error: `not_signed_in`. An old token ends its whole family, since nobody can
 * tell whether the client or a thief presents it.
 */
export async function refreshSession(parts: SessionParts, text: string, client: Client): Promise<SessionTokens> {
  const token = parseRefreshToken(text)
  if (token === undefined) throw new Problem('not_signed_in')
  const answer = await inTransaction(parts.sql, (trx) => exchange(parts, trx, { token, client }))
  switch (answer.type) {
    case 'next':
      return tokensOf(parts, answer)
    case 'reused':
      parts.log.warn({ account: answer.account, session: answer.session }, 'a used refresh token came again')
      await parts.announce({ type: 'ended', sessions: [answer.session], reason: 'reused' })
      throw new Problem('not_signed_in')
    case 'unknown':
      throw new Problem('not_signed_in')
    default:
      return answer satisfies never
  }
}

type Exchange =
  | { type: 'next'; account: AccountId; session: SessionId; token: RefreshToken }
  | { type: 'reused'; account: AccountId; session: SessionId }
  | { type: 'unknown' }

async function exchange(
  parts: SessionParts,
  trx: Sql,
  { token, client }: { token: RefreshToken; client: Client },
): Promise<Exchange> {
  const family = await lockFamily(trx, hashOf(token.family))
  if (family === undefined) return { type: 'unknown' }
  const { account, session } = family
  const salt = saltOfRepeat(family, { token, client, graceMs: parts.config.REFRESH_GRACE_SECONDS * 1000 })
  if (salt !== undefined) {
    return { type: 'next', account, session, token: { ...token, secret: nextSecret(token.secret, salt) } }
  }
  if (!isSameHash(hashOf(token.secret), family.tokenHash)) {
    await deleteSessions(trx, account, [session])
    return { type: 'reused', account, session }
  }
  return { type: 'next', account, session, token: await rotateFamily(parts, trx, { session, token, client }) }
}

/** The salt of the last rotation, when this is the same client asking for the same rotation once more. */
function saltOfRepeat(
  family: Family,
  asked: { token: RefreshToken; client: Client; graceMs: number },
): string | undefined {
  const isPrevious = isSameHash(hashOf(asked.token.secret), family.previousHash)
  const isSameClient = family.rotatedBy === markOf(asked.client)
  return isPrevious && isSameClient && family.ageMs < asked.graceMs ? family.salt : undefined
}

async function rotateFamily(
  parts: SessionParts,
  trx: Sql,
  { session, token, client }: { session: SessionId; token: RefreshToken; client: Client },
): Promise<RefreshToken> {
  const salt = newSalt()
  const secret = nextSecret(token.secret, salt)
  await rotate(trx, session, {
    tokenHash: hashOf(secret),
    previousHash: hashOf(token.secret),
    salt,
    by: markOf(client),
    days: parts.config.REFRESH_TOKEN_DAYS,
  })
  return { family: token.family, secret }
}

/** Ends these sessions of an account, here and on all servers. Answers how many there were. */
export async function endSessions(
  parts: SessionParts,
  ended: { account: AccountId; sessions: SessionId[]; reason: EndReason },
): Promise<number> {
  const count = await deleteSessions(parts.sql, ended.account, ended.sessions)
  if (count > 0) await parts.announce({ type: 'ended', sessions: ended.sessions, reason: ended.reason })
  return count
}

function markOf(client: Client): string {
  return hashOf(`${addressKey(client.address)}\n${client.userAgent}`)
}

async function tokensOf(
  parts: SessionParts,
  made: { account: AccountId; session: SessionId; token: RefreshToken },
): Promise<SessionTokens> {
  return {
    account: made.account,
    session: made.session,
    accessToken: await parts.access.sign(made.session),
    refreshToken: formatRefreshToken(made.token),
    expiresInSeconds: parts.config.ACCESS_TOKEN_MINUTES * 60,
  }
}
