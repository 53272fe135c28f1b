import { randomBytes, randomUUID } from 'node:crypto'
import { createAccessTokens } from '../../src/accounts/access-tokens.ts'
import { insertSession } from '../../src/accounts/session-store.ts'
import { insertAccount } from '../../src/accounts/store.ts'
import type { AccountId, SessionId } from '../../src/platform/ids.ts'
import type { World } from './world.ts'

export interface Member {
  account: AccountId
  username: string
  token: string
}

/** Many people who are signed in, without hashing a password for each. */
export async function crowd(world: World, count: number, name = 'member'): Promise<Member[]> {
  const { sql } = world
  const members: Member[] = []
  for (let nth = 0; nth < count; nth += 1) {
    const username = `${name}_${randomBytes(6).toString('hex')}`
    const account = await insertAccount(sql, {
      ...{ username, displayName: username, role: 'member', language: 'ko' },
      password: 'nobody signs in with this',
    })
    members.push({ account, username, token: await tokenFor(world, account) })
  }
  return members
}

/** Signs somebody in who has an account already. */
export async function tokenFor(world: World, account: AccountId): Promise<string> {
  const { sql, config } = world
  const access = createAccessTokens({ keys: config.TOKEN_KEYS, minutes: config.ACCESS_TOKEN_MINUTES })
  const session = randomUUID() as SessionId
  const hash = (): string => randomBytes(32).toString('base64url')
  await insertSession(sql, { id: session, account, familyHash: hash(), tokenHash: hash(), userAgent: '', days: 1 })
  return access.sign(session)
}
