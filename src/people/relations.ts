import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Relations } from './contract.ts'
import { hiddenFrom } from './store.ts'

export async function relationsOf(sql: Sql, account: AccountId): Promise<Relations> {
  const rows = await hiddenFrom(sql, account)
  const [blocked, muted, hidden] = [new Set<AccountId>(), new Set<AccountId>(), new Set<AccountId>()]
  for (const { account: other, by } of rows) {
    hidden.add(other)
    if (by === 'block') blocked.add(other)
    else muted.add(other)
  }
  return { blocked, muted, hidden }
}
