import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { onRecordOf } from '../audit/index.ts'
import { Problem } from '../platform/errors.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import type { CredentialParts } from './credentials.ts'
import { hashOf, isSameHash } from './refresh-tokens.ts'
import { beginSession } from './sessions.ts'
import type { Client, SessionTokens } from './sessions.ts'
import { deleteSessions, sessionsOf } from './session-store.ts'
import { credentialsByUsername, lockPassword, setPassword } from './store.ts'
import type { Credentials } from './store.ts'

/**
 * Tickets by which somebody who has forgotten their password chooses another one, `<username>.<secret>`. An account has one at most: the
 * next takes its place. Redis keeps its SHA-256 for as long as it is good, and that of the password which the account had when it was given:
 * a ticket is good for no other. So whoever chooses a password has used it up in the very transaction, and no older copy of Redis brings
 * it back.
 */
const keys = { ticket: (username: string) => `ticket:password:${username}` }

const pattern = /^([a-z0-9_]{3,30})\.([\w-]{43})$/
const kept = z.object({ secret: z.string(), password: z.string() })

export interface PasswordTicket {
  ticket: string
  until: Date
}

/** Gives somebody a ticket, on record. Error: `not_found`. */
export async function givePasswordTicket(
  parts: { sql: Sql; redis: Redis },
  asked: { username: string; hours: number },
): Promise<PasswordTicket> {
  const secret = randomBytes(32).toString('base64url')
  const { username, hours } = asked
  await inTransaction(parts.sql, async (trx) => {
    const known = await credentialsByUsername(trx, username)
    if (known === undefined) throw new Problem('not_found', { detail: 'Nobody has this username' })
    const record = onRecordOf({ account: undefined, via: 'command' })
    await record(trx, { action: 'password.ticket_given', account: known.id, facts: { hours } })
    const value: z.input<typeof kept> = { secret: hashOf(secret), password: hashOf(known.password) }
    // Last: what could not be put on record is told to nobody.
    await parts.redis.set(keys.ticket(username), JSON.stringify(value), 'EX', hours * 3600)
  })
  return { ticket: `${username}.${secret}`, until: new Date(Date.now() + hours * 3_600_000) }
}

/**
 * Sets another password by a ticket, on record, ends all sessions of the account and begins one. Errors: `bad_credentials`, the same for a
 * ticket that was used, is too old or was never given; `unavailable`.
 */
export async function signInByTicket(
  parts: CredentialParts & { redis: Redis },
  given: { ticket: string; password: string; requestId: string },
  client: Client,
): Promise<SessionTokens> {
  const known = await ownerOf(parts, given.ticket)
  if (known === undefined) throw notGood()
  const password = await parts.passwords.hash(given.password)
  const ended = await inTransaction(parts.sql, async (trx) => {
    if ((await lockPassword(trx, known.id)) !== known.password) throw notGood()
    await setPassword(trx, known.id, password)
    const sessions = (await sessionsOf(trx, known.id)).map(({ id }) => id)
    await deleteSessions(trx, known.id, sessions)
    const record = onRecordOf({ account: known.id, via: 'api', requestId: given.requestId })
    await record(trx, { action: 'password.ticket_used', account: known.id })
    return sessions
  })
  if (ended.length > 0) await parts.announce({ type: 'ended', sessions: ended, reason: 'password_changed' })
  return beginSession(parts, { account: known.id, password, client })
}

/** Whose ticket it is, as long as they have the password with which it was given. */
async function ownerOf(parts: { sql: Sql; redis: Redis }, ticket: string): Promise<Credentials | undefined> {
  const [, username, secret] = pattern.exec(ticket) ?? []
  if (username === undefined || secret === undefined) return undefined
  const found = await parts.redis.get(keys.ticket(username))
  if (found === null) return undefined
  const hashes = kept.parse(JSON.parse(found))
  if (!isSameHash(hashOf(secret), hashes.secret)) return undefined
  const known = await credentialsByUsername(parts.sql, username)
  return known !== undefined && hashOf(known.password) === hashes.password ? known : undefined
}

function notGood(): Problem {
  return new Problem('bad_credentials', { detail: 'This ticket was used, is too old, or was never given' })
}
