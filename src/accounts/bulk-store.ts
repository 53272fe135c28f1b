import type { AccountId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { NewAccount } from './store.ts'

/** The SQL of many accounts at once. */

export async function insertAccounts(trx: Sql, accounts: readonly NewAccount[]): Promise<AccountId[]> {
  await trx('accounts').insert(
    accounts.map(({ username, displayName, password, role, language }) => ({
      ...{ username, password, role, language },
      display_name: displayName,
    })),
  )
  const names = accounts.map((account) => account.username)
  const ids = await accountIdsNamed(trx, names)
  return names.map((name) => ids.get(name)!)
}

export async function accountIdsNamed(sql: Sql, names: readonly string[]): Promise<Map<string, AccountId>> {
  if (names.length === 0) return new Map()
  const rows = await selectRows<{ id: number; username: string }>(
    sql,
    'SELECT id, username FROM accounts WHERE username IN (?)',
    [names],
  )
  return new Map(rows.map((row) => [row.username, idFromRow<AccountId>(row.id)]))
}

/** In the order of their names. */
export async function accountsStartingWith(sql: Sql, prefix: string): Promise<{ id: AccountId; username: string }[]> {
  const rows = await selectRows<{ id: number; username: string }>(
    sql,
    'SELECT id, username FROM accounts WHERE username LIKE ? ORDER BY username',
    [`${prefix.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`],
  )
  return rows.map((row) => ({ id: idFromRow(row.id), username: row.username }))
}

/** People who neither start with the prefix nor have one of these names. */
export async function countOtherAccounts(
  sql: Sql,
  than: { prefix: string; names: readonly string[] },
): Promise<number> {
  const [row] = await selectRows<{ others: number }>(
    sql,
    'SELECT COUNT(*) AS others FROM accounts WHERE username NOT LIKE ? AND username NOT IN (?)',
    [`${than.prefix.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`, than.names],
  )
  return row?.others ?? 0
}
