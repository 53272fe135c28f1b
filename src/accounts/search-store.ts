import type { AccountId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { selectRows } from '../platform/mysql.ts'
import type { Binding, Sql } from '../platform/mysql.ts'
import { among, notAmong } from '../platform/sql-lists.ts'
import type { Beginning, Sought } from './beginnings.ts'

/** The SQL by which people are found. Each list is read in the order of an index, and none finds whom another one finds. */

export interface Named {
  account: AccountId
  username: string
  /** As names are compared. */
  name: string
}

interface NamedRecord {
  id: number
  username: string
  name: string
}

/** Which of these people are called so, either way, in no order. */
export async function namedAmong(sql: Sql, sought: Sought, ids: readonly AccountId[]): Promise<Named[]> {
  if (ids.length === 0) return []
  const those = among('id', ids)
  const username = usernameIn(sought.username)
  const name = nameIn(sought.names)
  const rows = await selectRows<NamedRecord>(
    sql,
    `SELECT id, username, name_key AS name FROM accounts FORCE INDEX (PRIMARY)
     WHERE ${those.text} AND (${username.text} OR ${name.text})`,
    [...those.bindings, ...username.bindings, ...name.bindings],
  )
  return rows.map(toNamed)
}

/** Those whose username begins so, by username. */
export async function namedByUsername(
  sql: Sql,
  sought: Sought,
  page: { after: string | undefined; without: ReadonlySet<AccountId>; limit: number },
): Promise<Named[]> {
  if (sought.username === undefined) return []
  const username = usernameIn(sought.username)
  const others = notAmong('id', page.without)
  const rows = await selectRows<NamedRecord>(
    sql,
    `SELECT id, username, name_key AS name FROM accounts FORCE INDEX (accounts_username)
     WHERE ${username.text} AND username > ? ${others.text} ORDER BY username LIMIT ?`,
    [...username.bindings, page.after ?? '', ...others.bindings, page.limit],
  )
  return rows.map(toNamed)
}

/** Those whose name begins so and whose username does not, by name. */
export async function namedByName(
  sql: Sql,
  sought: Sought,
  page: { after: { name: string; account: AccountId } | undefined; without: ReadonlySet<AccountId>; limit: number },
): Promise<Named[]> {
  const { after } = page
  const name = nameIn(sought.names)
  const username = usernameIn(sought.username)
  const others = notAmong('id', page.without)
  const place = after === undefined ? 'TRUE' : '(name_key > ? OR (name_key = ? AND id > ?))'
  const rows = await selectRows<NamedRecord>(
    sql,
    `SELECT id, username, name_key AS name FROM accounts FORCE INDEX (accounts_names)
     WHERE ${name.text} AND ${place} AND NOT (${username.text}) ${others.text} ORDER BY name_key, id LIMIT ?`,
    [
      ...[...name.bindings, ...(after === undefined ? [] : [after.name, after.name, after.account])],
      ...[...username.bindings, ...others.bindings, page.limit],
    ],
  )
  return rows.map(toNamed)
}

interface Condition {
  text: string
  bindings: Binding[]
}

function usernameIn(range: Beginning | undefined): Condition {
  if (range?.below === undefined) return { text: 'FALSE', bindings: [] }
  return { text: 'username >= ? AND username < ?', bindings: [range.from, range.below] }
}

function nameIn(ranges: readonly Beginning[]): Condition {
  const texts = ranges.map(({ below }) => (below === undefined ? 'name_key >= ?' : '(name_key >= ? AND name_key < ?)'))
  const bindings = ranges.flatMap(({ from, below }) => (below === undefined ? [from] : [from, below]))
  return { text: texts.length === 0 ? 'FALSE' : `(${texts.join(' OR ')})`, bindings }
}

function toNamed({ id, username, name }: NamedRecord): Named {
  return { account: idFromRow(id), username, name }
}
