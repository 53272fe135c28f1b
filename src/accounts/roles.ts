import { onRecordOf } from '../audit/index.ts'
import type { PutOnRecord } from '../audit/index.ts'
import { Problem } from '../platform/errors.ts'
import type { Role } from '../platform/http/viewer.ts'
import type { AccountId } from '../platform/ids.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Announce } from './announcements.ts'
import { insertRoleGrant, lockAdmins, lockRole, setRole } from './store.ts'

export interface Grant {
  username: string
  role: Role
  by: AccountId | undefined
  via: 'admin' | 'command' | 'seed'
  requestId?: string
}

/**
 * Gives somebody a role, on record; it holds from the next request on. A role they have already is no change and no record.
 * Errors: `not_found`; `conflict`, when nobody would be left to grant roles.
 */
export async function grantRole(parts: { sql: Sql; announce: Announce }, grant: Grant): Promise<void> {
  const changed = await inTransaction(parts.sql, async (trx) => {
    const admins = await lockAdmins(trx)
    const known = await lockRole(trx, grant.username)
    if (known === undefined) throw new Problem('not_found', { detail: 'Nobody has this username' })
    if (known.role === grant.role) return undefined
    if (known.role === 'admin' && admins.length === 1) {
      throw new Problem('conflict', { detail: 'The last admin stays admin' })
    }
    await setRole(trx, known.id, grant.role)
    await insertRoleGrant(trx, { account: known.id, by: grant.by, from: known.role, to: grant.role, via: grant.via })
    const facts = { from: known.role, to: grant.role }
    await recordOf(grant)(trx, { action: 'role.granted', account: known.id, facts })
    return known.id
  })
  if (changed !== undefined) await parts.announce({ type: 'role', account: changed, role: grant.role })
}

function recordOf({ by, via, requestId }: Grant): PutOnRecord {
  return onRecordOf({ account: by, via: via === 'admin' ? 'api' : via, requestId })
}
