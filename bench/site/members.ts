import { randomUUID } from 'node:crypto'
import { createAccessTokens } from '../../src/accounts/access-tokens.ts'
import { hashForMany, insertMembers } from '../../src/accounts/bulk.ts'
import { insertSession } from '../../src/accounts/session-store.ts'
import { setRole } from '../../src/accounts/store.ts'
import type { AccountId, SessionId } from '../../src/platform/ids.ts'
import { connectMysql } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import type { Site } from './site.ts'

/** Somebody with an account and a session. */
export interface SignedIn {
  account: AccountId
  username: string
  /** An access token, fresh for ten minutes. */
  token(): Promise<string>
}

/**
 * People with accounts and sessions, written by the stores of the product and not by its doors: a thousand argon2 hashes would
 * take a minute, and nothing here measures signing in. The first is a mentor.
 */
export async function signIn(site: Site, count: number, prefix: string): Promise<SignedIn[]> {
  const sql = connectMysql({ url: site.databaseUrl, poolMax: 4, acquireTimeoutMs: 10_000 })
  try {
    const members = Array.from({ length: count }, (_, index) => {
      const username = `${prefix}_${index}`
      return { username, displayName: username, language: 'en' as const }
    })
    const sessions = await sql.transaction(async (trx) => {
      const ids = await insertMembers(trx, members, await hashForMany(undefined))
      const [mentor] = ids
      if (mentor !== undefined) await setRole(trx, mentor, 'mentor')
      return Promise.all(ids.map((account) => beginSession(trx, account)))
    })
    const access = createAccessTokens({ keys: site.settings['TOKEN_KEYS'] ?? '', minutes: 10 })
    return sessions.map(({ account, session }, index) => ({
      account,
      username: members[index]?.username ?? '',
      token: () => access.sign(session),
    }))
  } finally {
    await sql.destroy()
  }
}

async function beginSession(trx: Sql, account: AccountId): Promise<{ account: AccountId; session: SessionId }> {
  const session = randomUUID() as string as SessionId
  const hashes = { familyHash: randomUUID(), tokenHash: randomUUID() }
  await insertSession(trx, { id: session, account, ...hashes, userAgent: 'bench', days: 1 })
  return { account, session }
}
