import type { AccountId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/** The SQL of `people`, `follows`, `blocks` and `mutes`. Lists of people are in list-store.ts. */

/**
 * Holds the rows of these people until the transaction ends, always in the order of their ids: whatever happens between two
 * people at once happens one after the other, and nobody waits in a circle.
 */
export async function lockPeople(trx: Sql, accounts: readonly AccountId[]): Promise<void> {
  const ids = [...new Set(accounts)].toSorted((one, other) => one - other)
  await affectedRows(
    trx,
    `INSERT INTO people (account_id) VALUES ${ids.map(() => '(?)').join(', ')}
     ON DUPLICATE KEY UPDATE followers = followers`,
    ids,
  )
}

export interface Counts {
  followers: number
  following: number
  /** Blocks and mutes together. */
  hidden: number
}

/** All zero for somebody who never had to do with anybody. */
export async function countsOf(sql: Sql, account: AccountId): Promise<Counts> {
  const text = 'SELECT followers, following, hidden FROM people WHERE account_id = ?'
  const [row] = await selectRows<Counts>(sql, text, [account])
  return row ?? { followers: 0, following: 0, hidden: 0 }
}

/** How one person stands to another. */
export interface Relation {
  follows: boolean
  followsMe: boolean
  blocks: boolean
  blocksMe: boolean
  mutes: boolean
}

export async function relationBetween(sql: Sql, me: AccountId, other: AccountId): Promise<Relation> {
  const [row] = await selectRows<Record<keyof Relation, number>>(
    sql,
    `SELECT EXISTS (SELECT 1 FROM follows WHERE follower_id = ? AND followed_id = ?) AS follows,
            EXISTS (SELECT 1 FROM follows WHERE follower_id = ? AND followed_id = ?) AS followsMe,
            EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ? AND blocked_id = ?) AS blocks,
            EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ? AND blocked_id = ?) AS blocksMe,
            EXISTS (SELECT 1 FROM mutes WHERE muter_id = ? AND muted_id = ?) AS mutes`,
    [me, other, other, me, me, other, other, me, me, other],
  )
  return {
    follows: row?.follows === 1,
    followsMe: row?.followsMe === 1,
    blocks: row?.blocks === 1,
    blocksMe: row?.blocksMe === 1,
    mutes: row?.mutes === 1,
  }
}

/** With the rows of both held, and only when it is not there yet. */
export async function insertFollow(trx: Sql, follower: AccountId, followed: AccountId): Promise<void> {
  await trx('follows').insert({ follower_id: follower, followed_id: followed })
  await affectedRows(trx, 'UPDATE people SET following = following + 1 WHERE account_id = ?', [follower])
  await affectedRows(trx, 'UPDATE people SET followers = followers + 1 WHERE account_id = ?', [followed])
}

/** With the rows of both held. False when there was none. */
export async function deleteFollow(trx: Sql, follower: AccountId, followed: AccountId): Promise<boolean> {
  const text = 'DELETE FROM follows WHERE follower_id = ? AND followed_id = ?'
  if ((await affectedRows(trx, text, [follower, followed])) === 0) return false
  await affectedRows(trx, 'UPDATE people SET following = following - 1 WHERE account_id = ?', [follower])
  await affectedRows(trx, 'UPDATE people SET followers = followers - 1 WHERE account_id = ?', [followed])
  return true
}

/** With the row of the blocker held, and only when it is not there yet. */
export async function insertBlock(trx: Sql, blocker: AccountId, blocked: AccountId): Promise<void> {
  await trx('blocks').insert({ blocker_id: blocker, blocked_id: blocked })
  await affectedRows(trx, 'UPDATE people SET hidden = hidden + 1 WHERE account_id = ?', [blocker])
}

/** With the row of the blocker held. False when there was none. */
export async function deleteBlock(trx: Sql, blocker: AccountId, blocked: AccountId): Promise<boolean> {
  const text = 'DELETE FROM blocks WHERE blocker_id = ? AND blocked_id = ?'
  if ((await affectedRows(trx, text, [blocker, blocked])) === 0) return false
  await affectedRows(trx, 'UPDATE people SET hidden = hidden - 1 WHERE account_id = ?', [blocker])
  return true
}

/** With the row of the muter held, and only when it is not there yet. */
export async function insertMute(trx: Sql, muter: AccountId, muted: AccountId): Promise<void> {
  await trx('mutes').insert({ muter_id: muter, muted_id: muted })
  await affectedRows(trx, 'UPDATE people SET hidden = hidden + 1 WHERE account_id = ?', [muter])
}

/** With the row of the muter held. False when there was none. */
export async function deleteMute(trx: Sql, muter: AccountId, muted: AccountId): Promise<boolean> {
  const text = 'DELETE FROM mutes WHERE muter_id = ? AND muted_id = ?'
  if ((await affectedRows(trx, text, [muter, muted])) === 0) return false
  await affectedRows(trx, 'UPDATE people SET hidden = hidden - 1 WHERE account_id = ?', [muter])
  return true
}

/** Whom this person hides, and by whom this person is blocked. */
export async function hiddenFrom(
  sql: Sql,
  account: AccountId,
): Promise<{ account: AccountId; by: 'block' | 'mute' }[]> {
  const rows = await selectRows<{ id: number; by_mute: number }>(
    sql,
    `SELECT blocked_id AS id, 0 AS by_mute FROM blocks WHERE blocker_id = ?
     UNION ALL SELECT blocker_id, 0 FROM blocks WHERE blocked_id = ?
     UNION ALL SELECT muted_id, 1 FROM mutes WHERE muter_id = ?`,
    [account, account, account],
  )
  return rows.map((row) => ({ account: idFromRow(row.id), by: row.by_mute === 1 ? 'mute' : 'block' }))
}

export async function followedBy(sql: Sql, account: AccountId): Promise<AccountId[]> {
  const text = 'SELECT followed_id AS id FROM follows WHERE follower_id = ?'
  const rows = await selectRows<{ id: number }>(sql, text, [account])
  return rows.map((row) => idFromRow(row.id))
}

/** Which of these people hide `actor` (muted, or blocked in either direction), by one query. */
export async function hidersOf(sql: Sql, actor: AccountId, among: readonly AccountId[]): Promise<Set<AccountId>> {
  if (among.length === 0) return new Set()
  const rows = await selectRows<{ id: number }>(
    sql,
    `SELECT muter_id AS id FROM mutes WHERE muted_id = ? AND muter_id IN (?)
     UNION ALL SELECT blocker_id FROM blocks WHERE blocked_id = ? AND blocker_id IN (?)
     UNION ALL SELECT blocked_id FROM blocks WHERE blocker_id = ? AND blocked_id IN (?)`,
    [actor, among, actor, among, actor, among],
  )
  return new Set(rows.map((row) => idFromRow<AccountId>(row.id)))
}
