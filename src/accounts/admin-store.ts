import type { Role } from '../platform/http/viewer.ts'
import type { AccountId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Account } from './account.ts'
import { accountColumns, toAccount } from './store.ts'
import type { AccountRecord, RoleGrant, Stored } from './store.ts'

/** What admins ask of `accounts` and `role_grants`. */

/** Who came last first. */
export async function accountsWithRole(
  sql: Sql,
  role: Role | undefined,
  page: { before: AccountId | undefined; limit: number },
): Promise<Stored<Account>[]> {
  const place = [page.before ?? Number.MAX_SAFE_INTEGER, ...(role === undefined ? [] : [role]), page.limit]
  const everybody = `SELECT ${accountColumns} FROM accounts WHERE id < ? ORDER BY id DESC LIMIT ?`
  const those = `SELECT ${accountColumns} FROM accounts FORCE INDEX (accounts_role) WHERE id < ? AND role = ?
    ORDER BY id DESC LIMIT ?`
  const rows =
    role === undefined
      ? await selectRows<AccountRecord>(sql, everybody, place)
      : await selectRows<AccountRecord>(sql, those, place)
  return rows.map(toAccount)
}

export interface KeptGrant extends RoleGrant {
  at: Date
}

interface GrantRecord {
  account_id: number
  granted_by: number | null
  from_role: Role
  to_role: Role
  via: RoleGrant['via']
  granted_at: Date
}

/** The last changes of somebody's role, the last first. */
export async function grantsOf(sql: Sql, account: AccountId, limit: number): Promise<KeptGrant[]> {
  const rows = await selectRows<GrantRecord>(
    sql,
    `SELECT account_id, granted_by, from_role, to_role, via, granted_at
     FROM role_grants FORCE INDEX (role_grants_of_account) WHERE account_id = ? ORDER BY id DESC LIMIT ?`,
    [account, limit],
  )
  return rows.map((row) => ({
    account: idFromRow(row.account_id),
    by: row.granted_by === null ? undefined : idFromRow(row.granted_by),
    from: row.from_role,
    to: row.to_role,
    via: row.via,
    at: row.granted_at,
  }))
}
