import type { AccountId, MediaId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import type { Role } from '../platform/http/viewer.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Account, Language, Profile } from './account.ts'

/** The SQL of `accounts` and `role_grants`. Sessions are in session-store.ts. */

export interface AccountRecord {
  id: number
  username: string
  display_name: string
  role: Role
  language: Language
  bio: string
  area: string
  picture_name: string | null
  created_at: Date
}

export const accountColumns = 'id, username, display_name, role, language, bio, area, picture_name, created_at'

/** As it stands in the row: with the name of the picture instead of its addresses. */
export type Stored<T extends Profile> = Omit<T, 'picture'> & { pictureName: string | undefined }

export interface NewAccount {
  username: string
  displayName: string
  /** PHC string. */
  password: string
  role: Role
  language: Language
}

/** Rejects with MySQL's 1062 when the username is taken. */
export async function insertAccount(sql: Sql, account: NewAccount): Promise<AccountId> {
  const [id] = await sql('accounts').insert({
    username: account.username,
    display_name: account.displayName,
    password: account.password,
    role: account.role,
    language: account.language,
  })
  return idFromRow(id)
}

export async function accountById(sql: Sql, id: AccountId): Promise<Stored<Account> | undefined> {
  const [row] = await selectRows<AccountRecord>(sql, `SELECT ${accountColumns} FROM accounts WHERE id = ?`, [id])
  return row && toAccount(row)
}

/** Whether anybody has an account here. */
export async function isAnybodyHere(sql: Sql): Promise<boolean> {
  return (await selectRows(sql, 'SELECT id FROM accounts LIMIT 1')).length > 0
}

export async function accountByUsername(sql: Sql, username: string): Promise<Stored<Account> | undefined> {
  const text = `SELECT ${accountColumns} FROM accounts WHERE username = ?`
  const [row] = await selectRows<AccountRecord>(sql, text, [username])
  return row && toAccount(row)
}

export interface Credentials {
  id: AccountId
  username: string
  /** PHC string. */
  password: string
}

export async function credentialsByUsername(sql: Sql, username: string): Promise<Credentials | undefined> {
  const text = 'SELECT id, username, password FROM accounts WHERE username = ?'
  const [row] = await selectRows<Credentials>(sql, text, [username])
  return row
}

/** The stored password, held until the transaction ends: whoever changes it waits. */
export async function lockPassword(trx: Sql, id: AccountId): Promise<string | undefined> {
  const text = 'SELECT password FROM accounts WHERE id = ? FOR UPDATE'
  const [row] = await selectRows<{ password: string }>(trx, text, [id])
  return row?.password
}

export async function setPassword(sql: Sql, id: AccountId, password: string): Promise<void> {
  await sql('accounts').where({ id }).update({ password })
}

export interface ProfileChanges {
  displayName?: string | undefined
  bio?: string | undefined
  area?: string | undefined
  language?: Language | undefined
}

export async function updateAccount(sql: Sql, id: AccountId, changes: ProfileChanges): Promise<void> {
  const { displayName, bio, area, language } = changes
  const columns = {
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(bio === undefined ? {} : { bio }),
    ...(area === undefined ? {} : { area }),
    ...(language === undefined ? {} : { language }),
  }
  if (Object.keys(columns).length > 0) await sql('accounts').where({ id }).update(columns)
}

type ProfileRecord = Pick<AccountRecord, 'id' | 'username' | 'display_name' | 'picture_name'>

export async function profilesOf(sql: Sql, ids: readonly AccountId[]): Promise<Stored<Profile>[]> {
  if (ids.length === 0) return []
  const rows = await sql('accounts')
    .whereIn('id', ids)
    .select<ProfileRecord[]>('id', 'username', 'display_name', 'picture_name')
  return rows.map(toProfile)
}

/** The present picture, held until the transaction ends: of two changes at once, each gives up what it replaces. */
export async function lockPicture(trx: Sql, id: AccountId): Promise<MediaId | undefined> {
  const text = 'SELECT picture_id FROM accounts WHERE id = ? FOR UPDATE'
  const [row] = await selectRows<{ picture_id: number | null }>(trx, text, [id])
  return row === undefined || row.picture_id === null ? undefined : idFromRow(row.picture_id)
}

export async function setPicture(trx: Sql, id: AccountId, picture: ProfilePicture | undefined): Promise<void> {
  await trx('accounts')
    .where({ id })
    .update({ picture_id: picture?.id ?? null, picture_name: picture?.name ?? null })
}

/** A picture as media knows it: by id, and by the name that its addresses are made of. */
export interface ProfilePicture {
  id: MediaId
  name: string
}

/** Those whom the names belong to, in any case. */
export async function accountsNamed(sql: Sql, names: readonly string[]): Promise<AccountId[]> {
  if (names.length === 0) return []
  const rows = await selectRows<{ id: number }>(sql, 'SELECT id FROM accounts WHERE username IN (?) ORDER BY id', [
    names.map((name) => name.toLowerCase()),
  ])
  return rows.map((row) => idFromRow(row.id))
}

/** All admins, held until the transaction ends: of two who dismiss each other, one waits and then is the last. */
export async function lockAdmins(trx: Sql): Promise<AccountId[]> {
  const text = "SELECT id FROM accounts FORCE INDEX (accounts_role) WHERE role = 'admin' ORDER BY id FOR UPDATE"
  const rows = await selectRows<{ id: number }>(trx, text)
  return rows.map((row) => idFromRow(row.id))
}

export async function lockRole(trx: Sql, username: string): Promise<{ id: AccountId; role: Role } | undefined> {
  const text = 'SELECT id, role FROM accounts WHERE username = ? FOR UPDATE'
  const [row] = await selectRows<{ id: AccountId; role: Role }>(trx, text, [username])
  return row
}

export async function setRole(trx: Sql, id: AccountId, role: Role): Promise<void> {
  await affectedRows(trx, 'UPDATE accounts SET role = ? WHERE id = ?', [role, id])
}

export interface RoleGrant {
  account: AccountId
  by: AccountId | undefined
  from: Role
  to: Role
  via: 'admin' | 'command' | 'seed'
}

export async function insertRoleGrant(trx: Sql, grant: RoleGrant): Promise<void> {
  await trx('role_grants').insert({
    account_id: grant.account,
    granted_by: grant.by ?? null,
    from_role: grant.from,
    to_role: grant.to,
    via: grant.via,
  })
}

function toProfile(row: ProfileRecord): Stored<Profile> {
  return {
    id: idFromRow(row.id),
    username: row.username,
    displayName: row.display_name,
    pictureName: row.picture_name ?? undefined,
  }
}

export function toAccount(row: AccountRecord): Stored<Account> {
  return {
    ...toProfile(row),
    bio: row.bio,
    area: row.area,
    role: row.role,
    language: row.language,
    createdAt: row.created_at,
  }
}
