import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Relations } from './contract.ts'
import { hiddenFrom } from './store.ts'

export async function relationsOf(sql: Sql, account: AccountId): Promise<Relations> {
  const rows = await hiddenFrom(sql, account)
  const by = (way: 'block' | 'mute'): Set<AccountId> =>
    new Set(rows.filter((row) => row.by === way).map((row) => row.account))
  const [blocked, muted] = [by('block'), by('mute')]
  return { blocked, muted, hidden: new Set([...blocked, ...muted]) }
}
