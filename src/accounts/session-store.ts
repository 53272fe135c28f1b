import type { AccountId, SessionId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import type { Role, Viewer } from '../platform/http/viewer.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `sessions`. All times are the database's, so that servers whose clocks differ agree. */

export interface NewSession {
  id: SessionId
  account: AccountId
  familyHash: string
  tokenHash: string
  userAgent: string
  days: number
}

export async function insertSession(trx: Sql, session: NewSession): Promise<void> {
  await affectedRows(
    trx,
    `INSERT INTO sessions (id, account_id, family_hash, token_hash, user_agent, created_at, used_at, expires_at)
     VALUES (?, ?, ?, ?, ?, NOW(3), NOW(3), NOW(3) + INTERVAL ? DAY)`,
    [session.id, session.account, session.familyHash, session.tokenHash, session.userAgent, session.days],
  )
}

export interface Family {
  session: SessionId
  account: AccountId
  tokenHash: string
  previousHash: string | undefined
  salt: string | undefined
  rotatedBy: string | undefined
  /** Since the last rotation. */
  ageMs: number
}

interface FamilyRecord {
  id: SessionId
  account_id: number
  token_hash: string
  previous_hash: string | null
  rotation_salt: string | null
  rotated_by: string | null
  age_us: number
}

/** The living session of a family, held until the transaction ends: refreshes of one family come one after the other. */
export async function lockFamily(trx: Sql, familyHash: string): Promise<Family | undefined> {
  const [row] = await selectRows<FamilyRecord>(
    trx,
    `SELECT id, account_id, token_hash, previous_hash, rotation_salt, rotated_by,
            CAST(TIMESTAMPDIFF(MICROSECOND, COALESCE(rotated_at, created_at), NOW(3)) AS DOUBLE) AS age_us
     FROM sessions WHERE family_hash = ? AND expires_at > NOW(3) FOR UPDATE`,
    [familyHash],
  )
  if (row === undefined) return undefined
  return {
    session: row.id,
    account: idFromRow(row.account_id),
    tokenHash: row.token_hash,
    previousHash: row.previous_hash ?? undefined,
    salt: row.rotation_salt ?? undefined,
    rotatedBy: row.rotated_by ?? undefined,
    ageMs: row.age_us / 1000,
  }
}

export interface Rotation {
  tokenHash: string
  previousHash: string
  salt: string
  by: string
  days: number
}

export async function rotate(trx: Sql, session: SessionId, rotation: Rotation): Promise<void> {
  await affectedRows(
    trx,
    `UPDATE sessions SET token_hash = ?, previous_hash = ?, rotation_salt = ?, rotated_by = ?,
            rotated_at = NOW(3), used_at = NOW(3), expires_at = NOW(3) + INTERVAL ? DAY
     WHERE id = ?`,
    [rotation.tokenHash, rotation.previousHash, rotation.salt, rotation.by, rotation.days, session],
  )
}

/** Who a living session belongs to, as of now. */
export async function viewerOfSession(sql: Sql, session: SessionId): Promise<Viewer | undefined> {
  const [row] = await selectRows<{ id: number; username: string; role: Role }>(
    sql,
    `SELECT accounts.id, accounts.username, accounts.role
     FROM sessions JOIN accounts ON accounts.id = sessions.account_id
     WHERE sessions.id = ? AND sessions.expires_at > NOW(3)`,
    [session],
  )
  return row && { account: idFromRow(row.id), session, username: row.username, role: row.role }
}

/** Those of the given sessions that still live. */
export async function livingSessions(sql: Sql, sessions: readonly SessionId[]): Promise<Set<SessionId>> {
  const rows = await sql('sessions')
    .whereIn('id', sessions)
    .where('expires_at', '>', sql.raw('NOW(3)'))
    .select<{ id: SessionId }[]>('id')
  return new Set(rows.map((row) => row.id))
}

export interface SessionRow {
  id: SessionId
  userAgent: string
  createdAt: Date
  usedAt: Date
  isLiving: boolean
}

interface SessionRecord {
  id: SessionId
  user_agent: string
  created_at: Date
  used_at: Date
  living: number
}

/** All sessions of an account, last used first. Sign-in keeps their number small. */
export async function sessionsOf(sql: Sql, account: AccountId): Promise<SessionRow[]> {
  const rows = await selectRows<SessionRecord>(
    sql,
    `SELECT id, user_agent, created_at, used_at, expires_at > NOW(3) AS living
     FROM sessions WHERE account_id = ? ORDER BY used_at DESC, id DESC`,
    [account],
  )
  return rows.map((row) => ({
    id: row.id,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    usedAt: row.used_at,
    isLiving: row.living === 1,
  }))
}

/** Ends these sessions of one account; says how many there were. */
export async function deleteSessions(sql: Sql, account: AccountId, ids: readonly SessionId[]): Promise<number> {
  if (ids.length === 0) return 0
  return sql('sessions').where({ account_id: account }).whereIn('id', ids).delete()
}
