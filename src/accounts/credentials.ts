import { Problem } from '../platform/errors.ts'
import type { Role } from '../platform/http/viewer.ts'
import type { AccountId, SessionId } from '../platform/ids.ts'
import { duplicateKey, inTransaction, mysqlErrno } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { username } from './account.ts'
import type { Language } from './account.ts'
import type { Passwords } from './passwords.ts'
import { beginSession } from './sessions.ts'
import type { Client, SessionParts, SessionTokens } from './sessions.ts'
import { deleteSessions, sessionsOf } from './session-store.ts'
import { credentialsByUsername, insertAccount, insertRoleGrant, lockPassword, setPassword } from './store.ts'

export type CredentialParts = SessionParts & { passwords: Passwords }

export interface SignUp {
  username: string
  password: string
  displayName: string | undefined
  language: Language
}

/** Makes an account and signs in. Errors: `username_taken`, `unavailable`. */
export async function signUp(parts: CredentialParts, asked: SignUp, client: Client): Promise<SessionTokens> {
  const { account, password } = await makeAccount(parts, { ...asked, role: 'member' })
  return beginSession(parts, { account, password, client })
}

/** Makes an account with a role, on record when it is more than a member. For demo data and tools. Error: `username_taken`. */
export async function makeAccount(
  parts: { sql: Sql; passwords: Passwords },
  asked: SignUp & { role: Role },
): Promise<{ account: AccountId; password: string }> {
  const password = await parts.passwords.hash(asked.password)
  const displayName = asked.displayName ?? asked.username
  const account = await inTransaction(parts.sql, async (trx) => {
    const id = await insertNamed(trx, { ...asked, displayName, password })
    if (asked.role !== 'member') {
      await insertRoleGrant(trx, { account: id, by: undefined, from: 'member', to: asked.role, via: 'seed' })
    }
    return id
  })
  return { account, password }
}

async function insertNamed(trx: Sql, account: Parameters<typeof insertAccount>[1]): Promise<AccountId> {
  try {
    return await insertAccount(trx, account)
  } catch (error) {
    if (mysqlErrno(error) === duplicateKey) throw new Problem('username_taken', { cause: error })
    throw error
  }
}

/** Error: `bad_credentials`, the same and after the same work for an unknown name and a wrong password; `unavailable`. */
export async function signIn(
  parts: CredentialParts,
  given: { username: string; password: string },
  client: Client,
): Promise<SessionTokens> {
  // What can be nobody's name is not looked for: a column of names knows no other characters.
  const name = username.safeParse(given.username)
  const known = name.success ? await credentialsByUsername(parts.sql, name.data) : undefined
  const verdict = await parts.passwords.verify(given.password, known?.password)
  if (known === undefined || !verdict.isRight) throw new Problem('bad_credentials')
  const password = verdict.isWeak ? await hashAgain(parts, known, given.password) : known.password
  return beginSession(parts, { account: known.id, password, client })
}

/** Leaves a password alone that was changed in the meantime. */
async function hashAgain(
  parts: CredentialParts,
  known: { id: AccountId; password: string },
  password: string,
): Promise<string> {
  const stronger = await parts.passwords.hash(password)
  return inTransaction(parts.sql, async (trx) => {
    if ((await lockPassword(trx, known.id)) !== known.password) return known.password
    await setPassword(trx, known.id, stronger)
    return stronger
  })
}

/** Changes the password of a session's account and ends all its other sessions. Errors: `forbidden`, `unavailable`. */
export async function changePassword(
  parts: CredentialParts,
  viewer: { account: AccountId; username: string; session: SessionId },
  given: { current: string; next: string },
): Promise<void> {
  const known = await credentialsByUsername(parts.sql, viewer.username)
  const verdict = await parts.passwords.verify(given.current, known?.password)
  if (known === undefined || !verdict.isRight) {
    throw new Problem('forbidden', { detail: 'The current password is not right' })
  }
  const password = await parts.passwords.hash(given.next)
  const ended = await inTransaction(parts.sql, async (trx) => {
    if ((await lockPassword(trx, known.id)) !== known.password) {
      throw new Problem('conflict', { detail: 'The password was changed in the meantime' })
    }
    await setPassword(trx, known.id, password)
    const sessions = await sessionsOf(trx, known.id)
    const others = sessions.map((session) => session.id).filter((id) => id !== viewer.session)
    await deleteSessions(trx, known.id, others)
    return others
  })
  if (ended.length > 0) await parts.announce({ type: 'ended', sessions: ended, reason: 'password_changed' })
}
